//! Tickets and the rules that hold for them, whatever they came from and wherever they are kept.
//!
//! In reading order: [`limits`] and [`error`] say what may go wrong; [`ticket`] is the noun, its
//! lifecycle and its texts; [`stack_key`] is the secret that ids are derived under. Nothing here
//! knows AWS, HTTP or tokio: none is in the dependency tree.

#![warn(missing_docs)]

pub mod error;
pub mod limits;
pub mod stack_key;
pub mod ticket;
