//! What can go wrong, named by meaning. The module `http` of `copilot-service` alone turns it into
//! status codes.

use std::borrow::Cow;

use crate::limits;

/// A failure as the domain sees it.
///
/// What a variant carries for the client is its own text. The cause in [`Error::Unavailable`] and
/// [`Error::Internal`] is for the log only.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input cannot be read at all: not UTF-8, not JSON, not an object.
    #[error("malformed input: {0}")]
    Malformed(Cow<'static, str>),
    /// The input was read, but fields of it are wrong. Holds at least one fault.
    #[error("{} invalid field(s)", .0.len())]
    Invalid(Vec<Fault>),
    /// Query parameters or headers are wrong. Holds at least one fault.
    #[error("{} invalid parameter(s)", .0.len())]
    InvalidParameters(Vec<Fault>),
    /// The body is larger than [`limits::BODY_BYTES`].
    #[error("body over {} bytes", limits::BODY_BYTES)]
    TooLarge,
    /// The body is not of the one media type that is understood.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// The body is compressed.
    #[error("unsupported content coding")]
    UnsupportedContentCoding,
    /// What is asked for is there in no form that the client takes.
    #[error("not acceptable: {0}")]
    NotAcceptable(&'static str),
    /// The caller is known, or claims to be, and may not do this.
    #[error("forbidden: {0}")]
    Forbidden(Cow<'static, str>),
    /// The sender has not shown who it is.
    #[error("unauthenticated: {0}")]
    Unauthenticated(String),
    /// The resource exists, but not for this method.
    #[error("method not allowed")]
    MethodNotAllowed {
        /// The methods that are, as an `Allow` header lists them.
        allowed: &'static str,
    },
    /// There is no such thing.
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// The request is right but the ticket's state forbids it.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The `Idempotency-Key` belongs to a request that asked for something else.
    #[error("idempotency key reused")]
    KeyReused,
    /// What the request speaks of was erased, and does not come back.
    #[error("erased")]
    Erased,
    /// The ticket is no longer of the version that the client saw.
    #[error("not of the expected version")]
    Outdated,
    /// A service that is needed does not answer; the same request may succeed soon.
    #[error("unavailable: {operation}")]
    Unavailable {
        /// What was tried.
        operation: &'static str,
        /// Why it failed.
        #[source]
        source: Option<Cause>,
    },
    /// A defect of ours; a retry does not help.
    #[error("internal: {operation}")]
    Internal {
        /// What was tried.
        operation: &'static str,
        /// Why it failed.
        #[source]
        source: Option<Cause>,
    },
}

/// What made an operation fail.
type Cause = Box<dyn std::error::Error + Send + Sync>;

impl Error {
    /// [`Error::Internal`] in `operation`, because of `cause`.
    pub fn internal(operation: &'static str, cause: impl Into<Cause>) -> Self {
        Self::Internal { operation, source: Some(cause.into()) }
    }

    /// [`Error::Internal`] in `operation`, which says all that is known.
    pub const fn defect(operation: &'static str) -> Self {
        Self::Internal { operation, source: None }
    }

    /// [`Error::Unavailable`] for `operation`, which says all that is known.
    pub const fn unavailable(operation: &'static str) -> Self {
        Self::Unavailable { operation, source: None }
    }
}

/// One wrong part of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which part.
    pub place: Place,
    /// What is wrong with it, for the client. Never repeats the value.
    pub detail: String,
}

/// Where in the input a fault is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A JSON pointer (RFC 6901) as a URI fragment into the body: `#/customer_email`.
    Pointer(String),
    /// The name of a query parameter.
    Parameter(String),
    /// The name of a header.
    Header(&'static str),
}

impl Fault {
    /// A fault at the member `names[0]`, `names[1]`… of the body.
    pub fn at(names: &[&str], detail: impl Into<String>) -> Self {
        let mut pointer = String::from("#");
        for name in names {
            pointer.push('/');
            let shown: String = name.chars().take(limits::FIELD_NAME_CHARACTERS).collect();
            pointer.push_str(&shown.replace('~', "~0").replace('/', "~1"));
        }
        Self { place: Place::Pointer(pointer), detail: detail.into() }
    }

    /// A fault in the query parameter `name`.
    pub fn in_parameter(name: &str, detail: impl Into<String>) -> Self {
        let shown = name.chars().take(limits::FIELD_NAME_CHARACTERS).collect();
        Self { place: Place::Parameter(shown), detail: detail.into() }
    }

    /// A fault in the header `name`.
    pub fn in_header(name: &'static str, detail: impl Into<String>) -> Self {
        Self { place: Place::Header(name), detail: detail.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_escaped_and_cut() {
        let pointer = |names: &[&str]| match Fault::at(names, "").place {
            Place::Pointer(pointer) => pointer,
            other => panic!("not a pointer: {other:?}"),
        };
        assert_eq!(pointer(&["ticket", "a/b~c"]), "#/ticket/a~1b~0c");
        assert_eq!(pointer(&["é".repeat(70).as_str()]), format!("#/{}", "é".repeat(64)));
    }
}
