//! Measures search and suggested replies on public sets. No part of it is deployed.

pub mod abstention;
pub mod base;
pub mod data;
pub mod encoder;
pub mod held;
pub mod judged;
pub mod learned;
pub mod regression;
pub mod retrieval;
