//! What the webhook functions share: act on what a vendor reports, keep what cannot be read, and put
//! kept bodies through again.

mod report;

use tracing::{error, info, warn};

use crate::http::{Replayed, Request, Response, WebhookAnswer, WebhookResult};
use crate::limits;
use crate::telemetry::{Metric, count};
use copilot_aws::queue::Queue;
use copilot_aws::secret::WebhookSecret;
use copilot_aws::store::{Store, UnreadableBody};
use copilot_channels::signature::{SignatureFault, Verification, VerifiedBody};
use copilot_channels::{Unreadable, Vendor, WebhookEvent};
use copilot_core::error::Error;
use copilot_core::ticket::now;

/// A webhook of one vendor.
pub struct Webhook {
    store: Store,
    queue: Queue,
    vendor: &'static Vendor,
    secret: WebhookSecret,
}

impl Webhook {
    /// The webhook that `vendor` calls. Until its secret is known it accepts nothing.
    pub async fn new(
        vendor: &'static Vendor,
        store: Store,
        queue: Queue,
        secret: WebhookSecret,
    ) -> Self {
        if secret.verification().await.is_err() {
            error!(
                source = vendor.source.name(),
                "no webhook secret is known: refusing everything"
            );
        }
        Self { store, queue, vendor, secret }
    }

    /// Verifies what the vendor sent and does what it reports, or keeps a body that cannot be read.
    /// Every outcome that a repetition would not change is a success to the vendor: 201 with a new
    /// ticket, 200 for anything else.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`]; [`Error::Unavailable`] or [`Error::Internal`], after which the same
    /// request may succeed later.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        let body = self.verified_body(request).await?;
        match (self.vendor.parse)(body, request) {
            Ok(event) => self.act(event, request.trace_id()).await,
            Err(unreadable) => self.keep(request, unreadable).await,
        }
    }

    /// The body, if it is correctly signed. A wrong signature may mean that the secret has been
    /// replaced, so the secret is then read again, though not too often, before the body is refused.
    async fn verified_body<'a>(&self, request: &'a Request) -> Result<VerifiedBody<'a>, Error> {
        let check = |verification: &Verification| {
            (self.vendor.verify)(verification, request, request.body(), now())
        };
        let mut outcome = check(&self.secret.verification().await?);
        if outcome == Err(SignatureFault::Wrong)
            && let Some(verification) = self.secret.verification_after_refusal().await
        {
            outcome = check(&verification);
        }
        outcome.map_err(|fault| {
            count(Metric::SignatureRefused, self.vendor.source);
            Error::Unauthenticated(fault.to_string())
        })
    }

    async fn keep(&self, request: &Request, unreadable: Unreadable) -> Result<Response, Error> {
        let source = self.vendor.source;
        warn!(reason = unreadable.reason, source = source.name(), "body kept");
        count(Metric::WebhookUnreadable, source);
        let headers = present(self.vendor.delivery_headers, request);
        let body = UnreadableBody {
            source,
            body: request.body(),
            reason: unreadable.reason,
            delivery_headers: &headers,
        };
        self.store.keep_unreadable(body, now()).await?;
        nothing(WebhookResult::Kept)
    }

    /// Reads kept bodies again, those after the position `after`, and deletes those that can be read
    /// now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`]; what was done so far stays done.
    pub async fn replay(&self, after: Option<&str>) -> Result<Replayed, Error> {
        let source = self.vendor.source;
        let kept = self.store.kept_bodies(source, limits::REPLAYED_BODIES, after).await?;
        let mut replayed = Replayed { next: kept.next, ..Replayed::default() };
        for body in &kept.bodies {
            if let Ok(event) = (self.vendor.parse)(body.verified(), body) {
                self.act(event, None).await?;
                self.store.forget_kept(body).await?;
                replayed.acted_on += 1;
            } else {
                replayed.still_unreadable += 1;
            }
        }
        Ok(replayed)
    }

    async fn act(&self, event: WebhookEvent, trace_id: Option<&str>) -> Result<Response, Error> {
        match event {
            WebhookEvent::Validation => nothing(WebhookResult::Reachable),
            WebhookEvent::Ignored { reason } => {
                info!(reason, source = self.vendor.source.name(), "ignored");
                nothing(WebhookResult::Ignored)
            }
            WebhookEvent::UnfilledTemplate => {
                warn!(source = self.vendor.source.name(), "a template without values");
                nothing(WebhookResult::TemplateNotFilledIn)
            }
            WebhookEvent::Reported(report) => self.take(&report, trace_id).await,
        }
    }
}

/// Those of the headers `names` that came, cut to a bearable length.
fn present(names: &[&'static str], request: &Request) -> Vec<(&'static str, String)> {
    let cut = |value: &str| value.chars().take(limits::DELIVERY_HEADER_CHARACTERS).collect();
    names.iter().filter_map(|name| Some((*name, cut(request.header(name)?)))).collect()
}

fn nothing(result: WebhookResult) -> Result<Response, Error> {
    Response::webhook(&WebhookAnswer { ticket_id: None, result })
}
