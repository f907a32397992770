//! The product on one machine: the real function binaries behind a local API gateway, with DynamoDB
//! and SQS embedded, all as `template.yaml` describes them.
//!
//! In reading order: [`command_line`] is what `cargo run` runs, [`options`] is what the command
//! line says and [`control`] has a running stack do tasks; [`stack`] starts everything and stops
//! it; [`cargo`] builds the functions; [`key_file`] keeps secrets; [`aws_json`] calls services;
//! [`dynamodb`] is the embedded one and [`access`] what functions may ask of it and of SQS;
//! [`gateway`] brings HTTP requests to functions, those of callers that [`authorizer`] lets
//! through, [`trigger`] brings queue messages and [`schedule`] what the clock brings. [`mail`]
//! shows how a mail is read. The template is read by `sam-template`, functions are run by
//! `lambda-process`, and `sqs` is the embedded SQS.

pub mod access;
pub mod authorizer;
pub mod aws_json;
pub mod cargo;
pub mod command_line;
pub mod control;
pub mod dynamodb;
pub mod gateway;
pub mod key_file;
pub mod mail;
pub mod options;
pub mod schedule;
pub mod stack;
pub mod trigger;

mod web_page;
