//! What decides whether a caller may do what it asks for.

use std::sync::Arc;

use http::HeaderMap;

/// Decides on a request by its headers, its action, the path of its URL and its body.
pub type Authorize =
    Arc<dyn Fn(&HeaderMap, &str, &str, &[u8]) -> Result<(), AccessDenied> + Send + Sync>;

/// A request that its caller may not make, in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AccessDenied(pub String);
