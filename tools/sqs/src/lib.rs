//! An embedded Amazon SQS: standard queues in one SQLite file, served to any
//! AWS SDK over the AWS JSON 1.0 protocol and to this process by plain calls.
//!
//! What differs from the real service, on purpose:
//! - It has the actions that functions, event source mappings and operators of this product need;
//!   the others are answered with `UnsupportedOperation`.
//! - Signatures, policies of queues and encryption settings are not enforced; those of functions
//!   are.
//! - There are no FIFO or fair queues, tags or permissions.
//! - Counts and attribute changes are exact and immediate; a queue may be purged again without a
//!   pause of 60 seconds.
//! - A message move task is done when the call that starts it returns.

mod actions;
mod arrivals;
mod attribute;
mod authorization;
mod checksum;
mod error;
mod message;
mod polling;
mod protocol;
mod queue;
mod receipt;
mod redrive;
mod server;
mod service;
mod storage;

pub use attribute::{MessageAttribute, MessageAttributeValue};
pub use authorization::{AccessDenied, Authorize};
pub use error::SqsError;
pub use message::ReceivedMessage;
pub use queue::QueueDescription;
pub use service::EmbeddedSqs;
pub use storage::QueueDepth;
