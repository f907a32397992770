//! What a ticket is about, how urgent it is and what it names, without a service of others.
//!
//! In reading order: [`category`] is a small model in the program itself; [`priority`] is a stated
//! policy; [`extraction`] finds what a text names; [`language`] says whether the model knows the
//! language; [`learning`] learns from agents; [`Triage`] puts it all together. Nothing here imports
//! AWS, HTTP or tokio.

#![warn(missing_docs)]

pub mod category;
pub mod extraction;
pub mod language;
pub mod learning;
pub mod priority;

mod own_words;
mod suggest;

pub use suggest::{ParseThresholdError, Threshold, Triage, TriageDefect};
