//! What a ticket is about: a linear model over hashed n-grams.
//!
//! In reading order: [`normalise`] cuts a text into words, [`features`] counts the n-grams,
//! [`vector`] weighs them, [`CategoryModel`] scores the categories (`classes` maps those that its
//! file names to those of the program), `reasons` says which words speak for one; `adaptation`
//! learns from agents. [`regression`] finds the weights. `docs/model-card.md` says what the model
//! was trained on and how well it does.

mod adaptation;
mod bytes;
mod checksum;
pub mod classes;
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
    MAX_CORRECTIONS, ParseAdaptationError,
};
pub use classes::KnownClasses;
pub use ensemble::SentenceScores;
pub use model::{CategoryModel, ParseModelError, TrainedModel};
pub use normalise::{MAX_TEXT_CHARS, ticket_text};
pub use prediction::Prediction;
pub use reasons::{MAX_REASONS, Reason};
#[cfg(feature = "sentence-model")]
pub use sentence_head::{ParseSentenceHeadError, SentenceHead};
#[cfg(feature = "sentence-model")]
pub use sentence_model::{SentenceModel, SentenceModelError};
