//! What the product keeps in AWS: tickets in DynamoDB, AI work in SQS, secrets in Secrets Manager.
//!
//! In reading order: [`connection`] makes the connections; [`store`] keeps tickets, the only module
//! that names DynamoDB; [`queue`] hands tickets to the AI work; [`secret`] reads webhook secrets.

#![warn(missing_docs)]

mod backoff;
pub mod connection;
pub mod limits;
pub mod queue;
pub mod secret;
pub mod store;
