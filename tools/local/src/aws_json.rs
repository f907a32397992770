//! Calls to DynamoDB and SQS in AWS's JSON protocol, for services that check no signature.

use serde_json::Value;

/// The access key for emulators, which take any. DynamoDB Local keeps other tables for each.
pub const EMULATOR_ACCESS_KEY: &str = "local";

/// A service that is called with JSON.
#[derive(Debug, Clone)]
pub struct Service {
    endpoint: String,
    authorization: String,
    target_prefix: &'static str,
    client: reqwest::Client,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error("{endpoint} does not answer: {source}")]
    Unreachable {
        endpoint: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("{endpoint} refuses {operation}: {kind} {detail}")]
    Refused {
        endpoint: String,
        operation: &'static str,
        /// The exception's name, such as `ResourceInUseException`.
        kind: String,
        detail: String,
    },
}

impl Service {
    /// DynamoDB at `endpoint`, called with an access key.
    pub fn dynamodb(endpoint: &str, region: &str, key: &str) -> Self {
        Self::new(endpoint, region, key, ("dynamodb", "DynamoDB_20120810"))
    }

    /// SQS at `endpoint`, called with an access key.
    pub fn sqs(endpoint: &str, region: &str, key: &str) -> Self {
        Self::new(endpoint, region, key, ("sqs", "AmazonSQS"))
    }

    fn new(
        endpoint: &str,
        region: &str,
        key: &str,
        (service, target_prefix): (&str, &'static str),
    ) -> Self {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={key}/20240101/{region}/{service}/aws4_request, \
             SignedHeaders=host, Signature=0"
        );
        let client = reqwest::Client::new();
        Self { endpoint: endpoint.to_owned(), authorization, target_prefix, client }
    }

    /// Calls `operation`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn call(&self, operation: &'static str, request: &Value) -> Result<Value, CallError> {
        let unreachable =
            |source| CallError::Unreachable { endpoint: self.endpoint.clone(), source };
        let answer = self
            .client
            .post(&self.endpoint)
            .header("x-amz-target", format!("{}.{operation}", self.target_prefix))
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", &self.authorization)
            .header("x-amz-date", chrono::Utc::now().format("%Y%m%dT%H%M%SZ").to_string())
            .body(request.to_string())
            .send()
            .await
            .map_err(unreachable)?;
        let succeeded = answer.status().is_success();
        let text = answer.text().await.map_err(unreachable)?;
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        if succeeded {
            return Ok(body);
        }
        let text = |name: &str| body[name].as_str();
        let kind = text("__type").unwrap_or_default();
        Err(CallError::Refused {
            endpoint: self.endpoint.clone(),
            operation,
            kind: kind.rsplit('#').next().unwrap_or_default().to_owned(),
            detail: text("message").or(text("Message")).unwrap_or_default().to_owned(),
        })
    }
}
