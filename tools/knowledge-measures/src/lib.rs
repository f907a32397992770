//! Measures search and suggested replies on public sets. No part of it is deployed.

pub mod base;
pub mod data;
pub mod encoder;
pub mod retrieval;
