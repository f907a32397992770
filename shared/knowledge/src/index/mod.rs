//! The index of articles: immutable segments, and which article versions of them are in use.
//!
//! In reading order: `prepared` is an article as it is indexed; `segment` holds many, and `bytes` is its
//! form in a store; `postings` says which passage has which word; `meaning` is a vector in eight bits;
//! `search` finds passages in all segments.

mod bytes;
mod meaning;
mod postings;
mod prepared;
mod search;
mod segment;

pub use bytes::SegmentFault;
pub use meaning::{Encoder, MEANING_LENGTH, Meaning};
pub use prepared::Prepared;
pub use search::{
    ArticleHit, Filter, Found, Index, IndexFault, Missed, PassageHit, Question, Signals,
};
pub use segment::{Segment, SegmentBuilder};

/// How texts become passages, words and vectors. What was indexed by another recipe is indexed again,
/// never mixed.
pub const RECIPE: u16 = 1;
