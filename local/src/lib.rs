//! The product on one machine: the real function binaries behind a local API gateway, with DynamoDB
//! and SQS embedded, all as `template.yaml` describes them.
//!
//! In reading order: [`options`] is what the command line says; [`stack`] starts everything and
//! stops it; [`template`] reads `template.yaml`; [`cargo`] builds the functions; [`aws_json`] calls
//! services; [`dynamodb`] and [`sqs`] are the services and [`access`] what functions may ask of them;
//! [`lambda`] runs the functions; [`gateway`] brings HTTP requests to them, those of callers that
//! [`authorizer`] lets through, [`trigger`] brings queue messages and [`schedule`] what the clock brings.
//! [`triage_report`] starts nothing: it runs the AI over a file of tickets.

pub mod options;

pub mod stack;

pub mod template;

pub mod cargo;

pub mod aws_json;

pub mod access;

pub mod dynamodb;

pub mod schedule;
pub mod sqs;

pub mod lambda;

pub mod authorizer;

pub mod gateway;

pub mod trigger;

pub mod triage_report;
