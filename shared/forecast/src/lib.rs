//! How many tickets will come, how many people they take, and what is unusual.
//!
//! In reading order: [`zone`] and [`counts`] are tickets by half hour, each counted once; [`daily`]
//! forecasts days, with ranges and reasons, and [`slots`] the parts of a day; [`staffing`] says how many
//! people they take, and [`trends`] what is unusual. Nothing here knows AWS, HTTP or tokio, and nothing
//! reads a clock or a file.

#![warn(missing_docs)]

pub mod counts;
pub mod daily;
pub mod limits;
mod numbers;
pub mod poisson;
#[cfg(test)]
mod simulated;
pub mod slots;
pub mod staffing;
pub mod trends;
pub mod zone;
