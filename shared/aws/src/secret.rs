//! Webhook secrets from AWS Secrets Manager. This module alone knows it.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use aws_sdk_secretsmanager::Client;
use serde::Deserialize;

use crate::connection::{Connection, failure};
use crate::limits;
use copilot_channels::signature::Verification;
use copilot_core::error::Error;

/// Where a webhook's secret is.
#[derive(Debug)]
pub enum WebhookSecret {
    /// In Secrets Manager.
    Managed(ManagedSecret),
    /// Given by whoever runs the function on this machine. `None` takes nothing.
    Local(Option<Verification>),
}

/// A secret in Secrets Manager, read when it is needed and kept for [`limits::SECRET_AGE`].
///
/// Its text is the vendor's secret itself or, while one replaces the other,
/// `{"current": "…", "previous": "…"}`.
#[derive(Debug)]
pub struct ManagedSecret {
    client: Client,
    arn: String,
    last: Mutex<LastReading>,
}

#[derive(Debug, Default, Clone)]
struct LastReading {
    verification: Option<Verification>,
    /// When it was last tried, with whatever success.
    tried_at: Option<Instant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    current: Option<String>,
    previous: Option<String>,
}

impl WebhookSecret {
    /// The secret named `arn` in the account that `connection` reaches, or what is given on this
    /// machine when `arn` is blank.
    pub fn new(
        connection: &Connection,
        arn: Option<String>,
        local: impl FnOnce() -> Option<Verification>,
    ) -> Self {
        match arn.filter(|arn| !arn.is_empty()) {
            Some(arn) => Self::Managed(ManagedSecret {
                client: Client::new(&connection.to_service("AWS_ENDPOINT_URL_SECRETS_MANAGER")),
                arn,
                last: Mutex::default(),
            }),
            None => Self::Local(local()),
        }
    }

    /// How bodies are verified now. A secret that cannot be read anew goes on to hold.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when no secret is known: the sender shall try again.
    pub async fn verification(&self) -> Result<Verification, Error> {
        const UNKNOWN: Error = Error::unavailable("verify without a secret");
        match self {
            Self::Local(verification) => verification.clone().ok_or(UNKNOWN),
            Self::Managed(secret) => {
                let last = secret.last();
                let is_known = last.verification.is_some();
                let age = if is_known { limits::SECRET_AGE } else { limits::SECRET_RETRY_PAUSE };
                if last.is_older_than(age) {
                    secret.read_again().await;
                }
                secret.last().verification.ok_or(UNKNOWN)
            }
        }
    }

    /// Reads the secret ahead of the first request. A failure is told to that one.
    pub async fn read_ahead(&self) {
        let _ = self.verification().await;
    }

    /// How bodies are verified once the secret has been read anew, because one was wrongly signed.
    /// `None` when it was read only [`limits::SECRET_REFRESH_PAUSE`] ago.
    pub async fn verification_after_refusal(&self) -> Option<Verification> {
        let Self::Managed(secret) = self else { return None };
        if !secret.last().is_older_than(limits::SECRET_REFRESH_PAUSE) {
            return None;
        }
        secret.read_again().await;
        secret.last().verification
    }
}

impl ManagedSecret {
    fn last(&self) -> LastReading {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn read_again(&self) {
        let read = self.read().await;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.tried_at = Some(Instant::now());
        match read {
            Ok(verification) => last.verification = verification,
            Err(error) => {
                let cause = std::error::Error::source(&error).map(tracing::field::display);
                tracing::error!(cause, "webhook secret not read");
            }
        }
    }

    async fn read(&self) -> Result<Option<Verification>, Error> {
        let answer = self.client.get_secret_value().secret_id(&self.arn).send().await;
        let answer = answer.map_err(|error| failure("read a webhook secret", &error))?;
        let verification = read_text(answer.secret_string().unwrap_or_default());
        if verification.is_none() {
            tracing::error!("the webhook secret is blank");
        }
        Ok(verification)
    }
}

impl LastReading {
    fn is_older_than(&self, age: std::time::Duration) -> bool {
        self.tried_at.is_none_or(|tried_at| tried_at.elapsed() >= age)
    }
}

/// No vendor's secret is a JSON object, so one is a rotation.
fn read_text(text: &str) -> Option<Verification> {
    match serde_json::from_str::<Rotation>(text) {
        Ok(rotation) => Verification::choose(rotation.current, rotation.previous, false),
        Err(_) => Verification::choose(Some(text.to_owned()), None, false),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{SocketAddr, TcpListener};
    use std::sync::Arc;
    use std::time::Duration;

    use aws_sdk_secretsmanager::config::retry::RetryConfig;
    use aws_sdk_secretsmanager::config::{BehaviorVersion, Config, Credentials, Region};

    use super::*;
    use copilot_channels::intercom;

    /// HMAC-SHA1 of `{}` under `new` and `old`.
    const SIGNED_BY_NEW: &str = "sha1=ff507566ffa8dfeb2cbd9e8c0763a7beb701502a";
    const SIGNED_BY_OLD: &str = "sha1=dacae48b6f8512a2ac622cc3fc86d9a138280ea0";

    #[test]
    fn a_secret_is_the_text_or_a_rotation() {
        let takes = |text: &str, signature| {
            let verification = read_text(text).unwrap();
            intercom::verify(&verification, Some(signature), b"{}").is_ok()
        };
        assert!(takes("new", SIGNED_BY_NEW));
        assert!(!takes("new", SIGNED_BY_OLD));
        let rotation = r#"{"current": "new", "previous": "old"}"#;
        assert!(takes(rotation, SIGNED_BY_NEW) && takes(rotation, SIGNED_BY_OLD));
        let ended = r#"{"current": "new", "previous": null}"#;
        assert!(takes(ended, SIGNED_BY_NEW) && !takes(ended, SIGNED_BY_OLD));
        for blank in ["", " ", "{}", r#"{"current": ""}"#] {
            assert!(read_text(blank).is_none(), "{blank:?}");
        }
    }

    /// Stands for Secrets Manager: answers each call with the text that it holds then, or with 500
    /// when it holds none, and counts the calls.
    #[derive(Default)]
    struct Fake {
        text: Mutex<Option<&'static str>>,
        calls: Mutex<u32>,
    }

    impl Fake {
        fn serve(self: Arc<Self>) -> SocketAddr {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            std::thread::spawn(move || {
                for connection in listener.incoming() {
                    self.answer(&mut connection.unwrap());
                }
            });
            address
        }

        fn answer(&self, connection: &mut std::net::TcpStream) {
            let mut reader = BufReader::new(connection.try_clone().unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let line = line.trim().to_lowercase();
                if line.is_empty() {
                    break;
                }
                if let Some(value) = line.strip_prefix("content-length: ") {
                    length = value.parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            assert_eq!(body, br#"{"SecretId":"arn:aws:secretsmanager:x"}"#);
            *self.calls.lock().unwrap() += 1;
            let (status, body) = match *self.text.lock().unwrap() {
                Some(text) => ("200 OK", serde_json::json!({"SecretString": text}).to_string()),
                None => ("500 Internal Server Error", "{}".to_owned()),
            };
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close");
            write!(connection, "{head}\r\n\r\n{body}").unwrap();
        }
    }

    fn managed(fake: &Arc<Fake>) -> WebhookSecret {
        let configuration = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(format!("http://{}", Arc::clone(fake).serve()))
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .build();
        WebhookSecret::Managed(ManagedSecret {
            client: Client::from_conf(configuration),
            arn: "arn:aws:secretsmanager:x".to_owned(),
            last: Mutex::default(),
        })
    }

    /// As if the last reading were this much longer ago.
    fn let_pass(secret: &WebhookSecret, time: Duration) {
        let WebhookSecret::Managed(secret) = secret else { panic!("not managed") };
        let mut last = secret.last.lock().unwrap();
        last.tried_at = last.tried_at.and_then(|tried_at| tried_at.checked_sub(time));
        assert!(last.tried_at.is_some());
    }

    #[tokio::test]
    async fn a_replaced_secret_is_found_out_at_the_first_refusal() {
        let fake = Arc::new(Fake::default());
        *fake.text.lock().unwrap() = Some("old");
        let secret = managed(&fake);
        let takes = |verification: &Verification, signature| {
            intercom::verify(verification, Some(signature), b"{}").is_ok()
        };
        assert!(takes(&secret.verification().await.unwrap(), SIGNED_BY_OLD));
        assert!(takes(&secret.verification().await.unwrap(), SIGNED_BY_OLD));
        assert_eq!(*fake.calls.lock().unwrap(), 1);

        *fake.text.lock().unwrap() = Some("new");
        assert!(secret.verification_after_refusal().await.is_none(), "read a moment ago");
        let_pass(&secret, limits::SECRET_REFRESH_PAUSE);
        let fresh = secret.verification_after_refusal().await.unwrap();
        assert!(takes(&fresh, SIGNED_BY_NEW) && !takes(&fresh, SIGNED_BY_OLD));
        assert!(secret.verification_after_refusal().await.is_none(), "read a moment ago");
        assert_eq!(*fake.calls.lock().unwrap(), 2);

        let_pass(&secret, limits::SECRET_AGE);
        *fake.text.lock().unwrap() = Some("old");
        assert!(takes(&secret.verification().await.unwrap(), SIGNED_BY_OLD));
        assert_eq!(*fake.calls.lock().unwrap(), 3);
    }

    #[tokio::test]
    async fn a_secret_that_cannot_be_read_anew_goes_on_to_hold() {
        let fake = Arc::new(Fake::default());
        let secret = managed(&fake);
        for _ in 0..2 {
            assert!(matches!(secret.verification().await, Err(Error::Unavailable { .. })));
        }
        assert_eq!(*fake.calls.lock().unwrap(), 1);
        let_pass(&secret, limits::SECRET_RETRY_PAUSE);
        *fake.text.lock().unwrap() = Some("new");
        assert!(secret.verification().await.is_ok());
        *fake.text.lock().unwrap() = None;
        let_pass(&secret, limits::SECRET_AGE);
        assert!(secret.verification().await.is_ok());
        // And is not asked for again with each request.
        let calls = *fake.calls.lock().unwrap();
        assert!(secret.verification().await.is_ok());
        assert_eq!(*fake.calls.lock().unwrap(), calls);
    }
}
