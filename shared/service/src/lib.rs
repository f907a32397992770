//! What the functions do and how they speak with Lambda.
//!
//! In reading order: [`settings`] reads the environment; [`telemetry`] logs and counts; [`http`]
//! speaks with API Gateway, the only module that names status codes; [`schedule`] and [`consumer`]
//! run what no request asks for; [`acceptance`] takes a ticket in, for a stranger perhaps with a
//! [`form_token`] or through an edge that knows the [`origin_secret`]; [`webhook`] acts on what
//! vendors report.

#![warn(missing_docs)]

pub mod acceptance;
pub mod api;
pub mod consumer;
#[cfg(test)]
mod documentation;
pub mod form_token;
pub mod http;
pub mod limits;
pub mod origin_secret;
pub mod schedule;
pub mod settings;
pub mod telemetry;
pub mod webhook;
