//! Reads a ticket from the body and takes it in.

use copilot_aws::queue::Queue;
use copilot_aws::store::Store;
use copilot_channels::parse_create;
use copilot_core::error::Error;
use copilot_core::ticket::now;
use copilot_service::acceptance::accept;
use copilot_service::form_token::{self, FormTokens};
use copilot_service::http::{Access, FormTokenAnswer, Request, Response, Scope};
use copilot_service::limits::ORIGIN_BYTES;
use copilot_service::origin_secret::{self, OriginSecret};

/// What the function needs.
pub struct Handler {
    /// Where tickets are kept.
    pub store: Store,
    /// Where AI work is queued.
    pub queue: Queue,
    /// What callers may do.
    pub access: Access,
    /// What a form of a stranger's needs, if it needs anything.
    pub form_tokens: Option<FormTokens>,
    /// What shows that a stranger came through the edge, if there is one.
    pub origin_secret: Option<OriginSecret>,
}

const NO_FORM_TOKENS: Error = Error::NotFound("Creates need no form token here.");

impl Handler {
    /// Answers 201 with the new ticket; a request whose `Idempotency-Key` came before, with the
    /// answer of then. Or 200 with a token that a form needs for that.
    ///
    /// # Errors
    /// What is wrong with the request, or that the store does not answer.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        match request.route_path() {
            "/api/form-token" => self.give_form_token(request),
            _ => self.create(request).await,
        }
    }

    /// Only whoever may change tickets gets one where the route asks who calls.
    fn give_form_token(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("GET")?;
        let form_tokens = self.form_tokens.as_ref().ok_or(NO_FORM_TOKENS)?;
        self.access.require(Scope::Change, request)?;
        self.require_edge(request)?;
        let mut query = request.query();
        let named =
            query.take("origin", "Must be an origin such as https://shop.example.", |text| {
                (!text.is_empty() && text.len() <= ORIGIN_BYTES).then(|| text.to_owned())
            });
        query.finish()?;
        let origin = named.as_deref().or_else(|| request.header("origin"));
        let token = form_tokens.make(origin, now());
        Response::form_token(&FormTokenAnswer {
            form_token: token.text,
            expires_at: token.expires_at,
        })
    }

    /// Refuses a stranger who came past the edge. Whom the authorizer knows may call from anywhere.
    fn require_edge(&self, request: &Request) -> Result<(), Error> {
        match (&self.origin_secret, request.caller()) {
            (Some(secret), None) => secret.check(request.header(origin_secret::HEADER)),
            _ => Ok(()),
        }
    }

    async fn create(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("POST")?;
        let sources = self.access.sources(request)?;
        self.require_edge(request)?;
        // Whom the authorizer knows needs no form.
        if let (Some(form_tokens), None) = (&self.form_tokens, request.caller()) {
            let token = request.header(form_token::HEADER);
            form_tokens.check(token, request.header("origin"), now())?;
        }
        let key = request.idempotency_key()?;
        let mut new = parse_create(request.json_body()?, sources)?;
        if let Some(key) = key {
            new.identity = key.identity(request.caller(), &new.customer_id, now());
        }
        accept(&self.store, &self.queue, &new, request.trace_id()).await
    }
}
