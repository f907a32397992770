//! Events for the functions: those of `events/`, each time another request where the same one would
//! be known again.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{SecondsFormat, Utc};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::Sha256;

use crate::stand_in::WEBHOOK_SECRET;

/// What is new in each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variation {
    /// Nothing: it may come again.
    None,
    /// The customer of a ticket.
    Customer,
    /// The number of a Zendesk ticket. The request is signed.
    ZendeskTicket,
    /// The number of an Intercom conversation. The request is signed.
    IntercomConversation,
}

/// Makes the requests for one function.
#[derive(Debug)]
pub struct Events {
    event: Value,
    variation: Variation,
    made: u64,
}

/// Why there is no event.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// The file or the body in it is no JSON.
    #[error("an event is no JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error("an event cannot be signed: {0}")]
    NotSigned(#[from] hmac::digest::InvalidLength),
}

impl Events {
    /// Reads the file `path`.
    ///
    /// # Errors
    /// [`EventError`].
    pub fn read(path: &Path, variation: Variation) -> Result<Self, EventError> {
        let text = std::fs::read(path)
            .map_err(|source| EventError::Unreadable { path: path.to_owned(), source })?;
        Ok(Self { event: serde_json::from_slice(&text)?, variation, made: 0 })
    }

    /// The next event.
    ///
    /// # Errors
    /// [`EventError`].
    pub fn next(&mut self) -> Result<Bytes, EventError> {
        self.made += 1;
        if self.variation != Variation::None {
            self.vary()?;
        }
        Ok(self.event.to_string().into())
    }

    /// The body of the next event alone.
    ///
    /// # Errors
    /// [`EventError`].
    pub fn next_body(&mut self) -> Result<Bytes, EventError> {
        self.next()?;
        Ok(self.event["body"].as_str().unwrap_or_default().to_owned().into())
    }

    fn vary(&mut self) -> Result<(), EventError> {
        let number = self.made;
        let mut body: Value =
            serde_json::from_str(self.event["body"].as_str().unwrap_or_default())?;
        match self.variation {
            Variation::None => {}
            Variation::Customer => {
                body["customer_email"] = format!("john.doe.{number}@example.com").into();
            }
            Variation::ZendeskTicket => body["ticket"]["id"] = number.into(),
            Variation::IntercomConversation => {
                body["data"]["item"]["id"] = number.to_string().into();
            }
        }
        let body = body.to_string();
        self.event["headers"]["content-length"] = body.len().to_string().into();
        self.sign(&body)?;
        self.event["body"] = json!(body);
        Ok(())
    }

    fn sign(&mut self, body: &str) -> Result<(), EventError> {
        let headers = &mut self.event["headers"];
        match self.variation {
            Variation::None | Variation::Customer => {}
            Variation::ZendeskTicket => {
                let time = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
                let mut mac = Hmac::<Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes())?;
                mac.update(time.as_bytes());
                mac.update(body.as_bytes());
                let signature = STANDARD.encode(mac.finalize().into_bytes());
                headers["x-zendesk-webhook-signature-timestamp"] = time.into();
                headers["x-zendesk-webhook-signature"] = signature.into();
            }
            Variation::IntercomConversation => {
                let mut mac = Hmac::<Sha1>::new_from_slice(WEBHOOK_SECRET.as_bytes())?;
                mac.update(body.as_bytes());
                let signature = hex::encode(mac.finalize().into_bytes());
                headers["x-hub-signature"] = format!("sha1={signature}").into();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use copilot_channels::signature::Verification;
    use copilot_channels::{intercom, zendesk};

    use super::*;

    fn next(file: &str, variation: Variation) -> (Value, Value) {
        let mut events = Events::read(&workspace::root().join("events").join(file), variation);
        let events = events.as_mut().unwrap();
        let event: [Value; 2] =
            [(); 2].map(|()| serde_json::from_slice(&events.next().unwrap()).unwrap());
        let [first, second] = event;
        (first, second)
    }

    #[test]
    fn each_request_is_another_one() {
        let (first, second) = next("tickets/create-ticket/created.json", Variation::Customer);
        assert_ne!(first["body"], second["body"]);
        let length = first["body"].as_str().unwrap().len().to_string();
        assert_eq!(first["headers"]["content-length"], length);
    }

    #[test]
    fn webhooks_are_signed_as_their_functions_want_it() {
        let secret = Some(WEBHOOK_SECRET.to_owned());
        let secret = Verification::choose(secret, None, false).unwrap();
        let file = "channels/webhook-zendesk/1-trigger-created.json";
        let (first, second) = next(file, Variation::ZendeskTicket);
        assert_ne!(first["body"], second["body"]);
        let header = |name: &str| first["headers"][name].as_str();
        let signature = header("x-zendesk-webhook-signature");
        let timestamp = header("x-zendesk-webhook-signature-timestamp");
        let body = first["body"].as_str().unwrap().as_bytes();
        zendesk::verify(&secret, signature, timestamp, body, Utc::now()).unwrap();

        let file = "channels/webhook-intercom/3-user-created.json";
        let (first, second) = next(file, Variation::IntercomConversation);
        assert_ne!(first["body"], second["body"]);
        let body = first["body"].as_str().unwrap().as_bytes();
        intercom::verify(&secret, first["headers"]["x-hub-signature"].as_str(), body).unwrap();
    }
}
