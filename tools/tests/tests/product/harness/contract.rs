//! Holds every answer against the OpenAPI document that the stack serves.

use serde_json::{Value, json};

/// The document that a stack serves.
pub struct Contract {
    document: Value,
}

impl Contract {
    /// Fetches it.
    pub async fn of(api: &str) -> Self {
        let answer = reqwest::get(format!("{api}/openapi.json")).await.unwrap();
        assert_eq!(answer.status(), 200);
        Self { document: answer.json().await.unwrap() }
    }

    /// The document as served.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Fails unless the document knows this answer of `route` (`GET /api/tickets`).
    pub fn check(&self, route: &str, status: u16, content_type: &str, body: &str) {
        let (method, path) = route.split_once(' ').unwrap();
        // A method that the route does not have is refused alike everywhere.
        let operation = &self.document["paths"][path][method.to_lowercase()];
        if operation.is_null() {
            assert_eq!(status, 405, "{route} is not in the document");
            return;
        }
        let answer = &operation["responses"][status.to_string()];
        assert!(!answer.is_null(), "{route} answers {status}, which is not in the document");
        let Some(contents) = answer["content"].as_object() else {
            assert_eq!(body, "", "{route} {status}: a body that is not in the document");
            return;
        };
        let media_type = content_type.split(';').next().unwrap();
        let content = contents.get(media_type).or_else(|| contents.get("*/*"));
        let schema = &content.unwrap_or_else(|| panic!("{route} {status}: {media_type}"))["schema"];
        if media_type.ends_with("json") && route != "GET /openapi.json" {
            self.validate(
                schema,
                &serde_json::from_str(body).unwrap(),
                &format!("{route} {status}"),
            );
        }
    }

    /// Fails unless `instance` is valid by a schema of the document.
    pub fn validate(&self, schema: &Value, instance: &Value, what: &str) {
        let whole = json!({
            "allOf": [schema],
            "components": self.document["components"]
        });
        let validator = jsonschema::validator_for(&whole).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(instance).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{what}: {faults:?}");
    }
}
