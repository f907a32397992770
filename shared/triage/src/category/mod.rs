//! What a ticket is about: a linear model over hashed n-grams.
//!
//! In reading order: [`normalise`] cuts a text into words, [`features`] counts the n-grams,
//! [`vector`] weighs them, [`CategoryModel`] scores the categories, `reasons` says which words
//! speak for one; `adaptation` learns from agents. [`regression`] finds the weights.
//! `docs/model-card.md` says what the model was trained on and how well it does.

mod adaptation;
pub mod bytes;
mod ensemble;
pub mod features;
mod model;
pub mod normalise;
mod prediction;
mod reasons;
pub mod regression;
#[cfg(feature = "sentence-model")]
mod sentence_head;
#[cfg(feature = "sentence-model")]
mod sentence_model;
pub mod vector;

pub use adaptation::{
    AdaptError, Adaptation, Comparison, Correction, MAX_ADAPTATION_BYTES, MAX_ADAPTED_ROWS,
    MAX_CORRECTIONS, NotAnAdaptation,
};
pub use ensemble::SentenceScores;
pub use model::{CategoryModel, MODEL_BYTES, NotAModel, TrainedModel};
pub use normalise::{MAX_TEXT_CHARS, ticket_text};
pub use prediction::Prediction;
pub use reasons::{MAX_REASONS, Reason};
#[cfg(feature = "sentence-model")]
pub use sentence_head::{ParseSentenceHeadError, SENTENCE_HEAD_BYTES, SentenceHead};
#[cfg(feature = "sentence-model")]
pub use sentence_model::{SentenceModel, SentenceModelError};
