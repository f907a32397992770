//! A sentence encoder: a small language model (all-MiniLM-L6-v2) that turns a text into a vector, so
//! that texts that mean the same lie close to each other.
//!
//! In reading order: `pieces` cuts a text into the pieces of words that the language model reads;
//! [`Sentences`] makes the vector.
//!
//! The language model's file has 23 MB and is no part of the repository: `cargo xtask second-opinion`
//! fetches it. Without it everything else works, and [`Sentences::load`] returns none.

#![warn(missing_docs)]

mod pieces;
mod sentence;

pub use sentence::{SENTENCE_LENGTH, Sentence, SentenceError, Sentences};

/// Whether the program was built with the language model.
pub fn is_built_in() -> bool {
    sentence::LANGUAGE_MODEL.is_some()
}
