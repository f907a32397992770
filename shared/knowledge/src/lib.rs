//! Articles, their search, and replies made of their passages, without a service of others.
//!
//! In reading order: [`article`] is what the team knows; [`text`] cuts it into passages; [`words`] are
//! what both sides of a search are compared by; [`index`] finds passages for a question; [`confidence`]
//! says how sure that is; [`reply`] makes a reply of them, or says why there is none; [`learning`] goes by
//! what agents accepted before. Nothing here imports AWS, HTTP or tokio, reads files or a clock.
//!
//! The sentence encoder is not part of it: whoever has one gives its vectors, once for each passage and
//! once for each question. Without them the words alone decide.

#![warn(missing_docs)]

pub mod article;
pub mod confidence;
pub mod index;
pub mod learning;
pub mod limits;
pub mod reply;
pub mod text;
pub mod words;

mod bm25;
mod bytes;

/// `content` with the checksum that stored bytes end with, for whoever tests what reads them.
pub fn sealed(content: &[u8]) -> Vec<u8> {
    bytes::signed(content.to_vec())
}

#[cfg(test)]
mod testing;
