//! Measures forecasts on public counts. No part of it is deployed.

pub mod data;
pub mod protocol;
