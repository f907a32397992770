//! What a vendor of webhooks is to the rest of the product: one value. A further vendor is a folder
//! beside `zendesk` and `intercom` with such a value, and a function in the template.

use chrono::{DateTime, Utc};

use crate::event::{Unreadable, WebhookEvent};
use crate::signature::{SignatureFault, Verification, VerifiedBody};
use copilot_core::ticket::Source;

/// The headers of a delivery, be it one that has just come or one that was kept.
pub trait Headers {
    /// The value of the header `name`, written in lower case, if it is readable text.
    fn header(&self, name: &str) -> Option<&str>;
}

/// Checks that a body was signed by its vendor at about the given time.
pub type Verify = for<'a> fn(
    &Verification,
    &dyn Headers,
    &'a [u8],
    DateTime<Utc>,
) -> Result<VerifiedBody<'a>, SignatureFault>;

/// A vendor that calls a webhook.
#[derive(Debug, Clone, Copy)]
pub struct Vendor {
    /// The source of its tickets.
    pub source: Source,
    /// The headers that are kept with a body that cannot be read, in lower case.
    pub delivery_headers: &'static [&'static str],
    /// Checks the signature of a body.
    pub verify: Verify,
    /// Reads a body whose signature was right.
    pub parse: fn(VerifiedBody<'_>, &dyn Headers) -> Result<WebhookEvent, Unreadable>,
}
