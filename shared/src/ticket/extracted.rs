//! stub
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
/// stub
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Extracted {
    /// stub
    pub start: u32,
}
