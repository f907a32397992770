//! What an article says to whoever reads it, and its passages, each with its place in the Markdown.

mod html;
mod passages;
mod readable;

pub use html::html_to_markdown;
pub use passages::{Passage, passages};
pub use readable::{Readable, Span};
