//! Reads an HTTP body up to a limit.

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

/// A body over its limit is still read, and thrown away, up to this many bytes, so that a client
/// that sends all before it listens gets the answer and not a broken connection.
const MAXIMUM_DISCARDED_BYTES: usize = 64 * 1024 * 1024;

/// Most memory reserved before any byte of the body has arrived.
const MAXIMUM_INITIAL_CAPACITY_BYTES: usize = 64 * 1024;

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LimitedBodyError {
    /// It is longer than the limit. `bytes` is what was read of it.
    #[error("the body is longer than the limit ({bytes} bytes or more)")]
    TooLarge { bytes: usize },
    /// The connection broke or the framing is wrong.
    #[error("the body could not be read: {0}")]
    Broken(#[from] hyper::Error),
}

/// Reads all of `body`, at most `limit` bytes, and its trailers if it has any.
pub async fn read_limited(
    mut body: Incoming,
    limit: usize,
) -> Result<(Bytes, Option<HeaderMap>), LimitedBodyError> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut collected = BytesMut::with_capacity(announced.min(MAXIMUM_INITIAL_CAPACITY_BYTES));
    let mut trailers = None;
    let mut total = 0_usize;
    while let Some(frame) = body.frame().await {
        match frame?.into_data() {
            Ok(data) => {
                total = total.saturating_add(data.len());
                if total > MAXIMUM_DISCARDED_BYTES {
                    return Err(LimitedBodyError::TooLarge { bytes: total });
                }
                if total <= limit {
                    collected.extend_from_slice(&data);
                } else {
                    collected = BytesMut::new();
                }
            }
            Err(other) => trailers = other.into_trailers().ok(),
        }
    }
    if total > limit {
        return Err(LimitedBodyError::TooLarge { bytes: total });
    }
    Ok((collected.freeze(), trailers))
}
