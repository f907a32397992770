//! Who calls, and what they may do.

use std::collections::HashMap;

use copilot_core::error::Error;
use copilot_core::ticket::Source;
use lambda_http::aws_lambda_events::apigw::ApiGatewayRequestAuthorizer;

use super::Request;

/// Who calls, as the authorizer of the API has found out.
#[derive(Debug, Default)]
pub(super) enum Caller {
    /// Nobody has asked: the route is open, or the stack runs without an authorizer.
    #[default]
    NotAsked,
    /// The bearer of a token.
    Bearer {
        /// Issuer and subject, if the token names one.
        name: Option<String>,
        /// What the token says, each claim as text, a list as `[a b]`.
        claims: HashMap<String, String>,
    },
    /// An identity of IAM, by its ARN. Its own policies say which routes it may call.
    Identity(Option<String>),
}

impl Caller {
    pub(super) fn of(authorizer: Option<&ApiGatewayRequestAuthorizer>) -> Self {
        let Some(authorizer) = authorizer else { return Self::NotAsked };
        if let Some(jwt) = &authorizer.jwt {
            return Self::Bearer { name: bearer_name(&jwt.claims), claims: jwt.claims.clone() };
        }
        match &authorizer.iam {
            Some(iam) => Self::Identity(iam.user_arn.clone().filter(|arn| !arn.trim().is_empty())),
            None => Self::NotAsked,
        }
    }

    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::NotAsked => None,
            Self::Bearer { name, .. } | Self::Identity(name) => name.as_deref(),
        }
    }
}

/// A subject is unique within its issuer only (RFC 7519, section 4.1.2).
fn bearer_name(claims: &HashMap<String, String>) -> Option<String> {
    let claim = |name: &str| claims.get(name).filter(|value| !value.trim().is_empty());
    let issuer = claim("iss").map_or("unknown issuer", String::as_str);
    claim("sub").map(|subject| format!("{issuer} {subject}"))
}

/// What a token must allow before a route does its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// To see tickets, customers and what belongs to them.
    Read,
    /// To change tickets.
    Change,
    /// To erase customers and tickets.
    Erase,
    /// Everything; whoever has it needs no other scope.
    Admin,
}

impl Scope {
    /// Every scope, each with the name that a token has for it after the prefix of the stack.
    pub const ALL: [(&'static str, Self); 4] = [
        ("read", Self::Read),
        ("change", Self::Change),
        ("erase", Self::Erase),
        ("admin", Self::Admin),
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Change => "change",
            Self::Erase => "erase",
            Self::Admin => "admin",
        }
    }
}

/// Which scopes this stack asks for. A caller whom nobody has asked for a token needs none, nor does
/// an identity of IAM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    is_required: bool,
    claim: String,
    prefix: String,
}

/// The claim in which OAuth 2.0 names scopes (RFC 9068, section 2.2.3).
const DEFAULT_CLAIM: &str = "scope";
/// What anybody may say of how a ticket reached us.
const OPEN_SOURCES: [Source; 2] = [Source::Web, Source::Api];
const ALL_SOURCES: [Source; 6] =
    [Source::Web, Source::Email, Source::Chat, Source::Api, Source::Zendesk, Source::Intercom];

impl Access {
    /// Scopes are `prefix` and [`Scope::ALL`], and stand in `claim`, by default in `scope`. Where they
    /// are not required, each token that names somebody may do everything.
    pub fn new(is_required: bool, claim: Option<String>, prefix: Option<String>) -> Self {
        let claim = claim.unwrap_or_else(|| DEFAULT_CLAIM.to_owned());
        Self { is_required, claim, prefix: prefix.unwrap_or_default() }
    }

    /// Refuses a caller whose token names nobody or does not have `scope`.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require(&self, scope: Scope, request: &Request) -> Result<(), Error> {
        require_name(request.authorized())?;
        if self.allows(scope, request.authorized()) {
            return Ok(());
        }
        let wanted = format!("{}{}", self.prefix, scope.name());
        Err(Error::Forbidden(format!("The token does not have the scope {wanted}.").into()))
    }

    /// What the caller may say of how a new ticket reached us: one who may change tickets anything,
    /// anybody else that it came from the web or a program.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when a token names nobody.
    pub fn sources(&self, request: &Request) -> Result<&'static [Source], Error> {
        let caller = request.authorized();
        require_name(caller)?;
        let is_trusted = !matches!(caller, Caller::NotAsked) && self.allows(Scope::Change, caller);
        Ok(if is_trusted { &ALL_SOURCES } else { &OPEN_SOURCES })
    }

    fn allows(&self, scope: Scope, caller: &Caller) -> bool {
        let Caller::Bearer { claims, .. } = caller else { return true };
        let named = claims.get(&self.claim).map_or("", String::as_str);
        !self.is_required
            || entries(named)
                .filter_map(|entry| entry.strip_prefix(self.prefix.as_str()))
                .any(|entry| [scope, Scope::Admin].iter().any(|allowing| entry == allowing.name()))
    }
}

/// The entries of a claim: words, or the elements of a list as API Gateway writes one.
fn entries(claim: &str) -> impl Iterator<Item = &str> {
    let list = claim.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    list.unwrap_or(claim).split_ascii_whitespace()
}

fn require_name(caller: &Caller) -> Result<(), Error> {
    let is_unknown = !matches!(caller, Caller::NotAsked) && caller.name().is_none();
    if is_unknown {
        return Err(Error::Forbidden("The token names nobody.".into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::request::tests::request;
    use super::*;

    fn caller(authorizer: Value) -> Request {
        let context = json!({"http": {"method": "GET", "path": "/x"}, "authorizer": authorizer});
        request(&[("requestContext", context)])
    }

    fn bearer(claims: Value) -> Request {
        caller(json!({"jwt": {"claims": claims, "scopes": null}}))
    }

    fn allowed(access: &Access, request: &Request) -> Vec<&'static str> {
        let allowed =
            Scope::ALL.into_iter().filter(|(_, scope)| access.require(*scope, request).is_ok());
        allowed.map(|(name, _)| name).collect()
    }

    #[test]
    fn an_authorizer_tells_the_caller() {
        let name = |request: Request| request.caller().map(str::to_owned);
        let jwt = bearer(json!({"iss": "https://login.example", "sub": "agent-7"}));
        assert_eq!(name(jwt).as_deref(), Some("https://login.example agent-7"));
        let iam = json!({"iam": {"accessKey": "A", "userArn": "arn:aws:iam::123456789012:user/a"}});
        assert_eq!(name(caller(iam)).as_deref(), Some("arn:aws:iam::123456789012:user/a"));
        assert_eq!(name(bearer(json!({"aud": "x"}))), None);
        assert_eq!(name(caller(json!(null))), None);
    }

    #[test]
    fn a_token_may_do_what_its_scopes_say() {
        let access = Access::new(true, None, None);
        for (scope, expected) in [
            ("read", &["read"][..]),
            ("openid change  read", &["read", "change"]),
            ("[erase email]", &["erase"]),
            ("admin", &["read", "change", "erase", "admin"]),
            ("", &[]),
            ("reader readchange READ", &[]),
            ("[read", &[]),
        ] {
            assert_eq!(allowed(&access, &bearer(json!({"sub": "a", "scope": scope}))), expected);
        }
        assert_eq!(allowed(&access, &bearer(json!({"sub": "a", "scp": "read"}))), [""; 0]);
    }

    #[test]
    fn claim_and_prefix_are_those_of_the_stack() {
        let access = Access::new(true, Some("cognito:groups".into()), Some("desk/".into()));
        let groups =
            json!({"sub": "a", "cognito:groups": "[desk/read change]", "scope": "desk/admin"});
        assert_eq!(allowed(&access, &bearer(groups)), ["read"]);
        let refused = access.require(Scope::Erase, &bearer(json!({"sub": "a"}))).unwrap_err();
        assert_eq!(refused.to_string(), "forbidden: The token does not have the scope desk/erase.");
    }

    #[test]
    fn a_token_that_names_nobody_may_do_nothing() {
        for is_required in [true, false] {
            let access = Access::new(is_required, None, None);
            for claims in [json!({"scope": "admin"}), json!({"scope": "admin", "sub": " "})] {
                assert_eq!(allowed(&access, &bearer(claims.clone())), [""; 0]);
                assert!(access.sources(&bearer(claims)).is_err());
            }
        }
    }

    #[test]
    fn scopes_bind_no_identity_of_iam_and_nobody_who_was_not_asked() {
        let access = Access::new(true, None, None);
        let identity = caller(json!({"iam": {"userArn": "arn:aws:iam::123456789012:user/a"}}));
        assert_eq!(allowed(&access, &identity).len(), Scope::ALL.len());
        assert_eq!(allowed(&access, &caller(json!(null))).len(), Scope::ALL.len());
        let all = allowed(&Access::new(false, None, None), &bearer(json!({"sub": "a"})));
        assert_eq!(all.len(), Scope::ALL.len());
    }

    #[test]
    fn only_a_caller_who_may_change_tickets_names_any_source() {
        let access = Access::new(true, None, None);
        assert_eq!(access.sources(&caller(json!(null))).unwrap(), OPEN_SOURCES);
        assert_eq!(access.sources(&bearer(json!({"sub": "a"}))).unwrap(), OPEN_SOURCES);
        let agent = bearer(json!({"sub": "a", "scope": "change"}));
        assert_eq!(access.sources(&agent).unwrap(), Source::ALL);
    }
}
