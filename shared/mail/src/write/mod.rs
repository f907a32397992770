//! Writing mail: an agent's reply and the acknowledgement of a new ticket. Headers are made of types
//! that hold no line break; words of people are data, in plain text and in HTML.

mod acknowledgement;
mod body;
mod header_text;
mod reply;
mod thread_ids;

pub use acknowledgement::{Acknowledgement, acknowledgement};
pub use body::Quoted;
pub use header_text::{HeaderText, NotHeaderText, reply_subject};
pub use reply::{CannotWrite, Correspondent, OutgoingFile, Reply, reply};

#[cfg(test)]
mod tests;
