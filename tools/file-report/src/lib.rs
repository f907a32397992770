//! What reports on a file of a team's own tickets share.
//!
//! In reading order: [`input`] is the file as the command line names it; [`encoding`], [`columns`]
//! and [`rows`] read it; [`html`] is how a page looks, and [`files`] writes it.

pub mod columns;
pub mod created;
pub mod encoding;
pub mod files;
pub mod html;
pub mod input;
pub mod rows;
pub mod safe_text;
mod usual_names;
