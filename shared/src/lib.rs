//! The core that every function shares.
//!
//! In reading order: [`limits`] and [`error`] say what may go wrong; [`ticket`] is the noun and its
//! rules; [`signature`] tells who sent a webhook; [`intake`] turns what each source sends into a
//! [`intake::NewTicket`] or a [`intake::WebhookEvent`]; [`store`] keeps tickets in DynamoDB;
//! [`queue`] hands them to the AI work; [`aws`] makes the connections; [`http`] speaks with API
//! Gateway; [`acceptance`] takes a ticket in; [`webhook`] acts on what vendors report; [`schedule`]
//! and [`consumer`] run what no request asks for; [`telemetry`] logs.
//!
//! `limits`, `error`, `ticket`, `signature` and `intake` are the domain: they import no AWS, HTTP or
//! tokio. Only `store` names DynamoDB and only `http` names status codes. `tests/invariants.rs`
//! checks it.

pub mod limits;

pub mod error;

pub mod ticket;

pub mod signature;

pub mod intake;

pub mod store;

pub mod queue;

pub mod secret;

pub mod aws;

pub mod acceptance;

pub mod webhook;

pub mod http;

pub mod schedule;

pub mod consumer;

pub mod telemetry;
