//! The product's tests: the real function binaries on the local stack, a module for each function or
//! promise.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

mod harness;

mod authorization;
mod bedrock;
mod bug_report_files;
mod bug_reports;
mod close_resolved;
mod closed_connections;
mod command_line;
mod crash;
mod drafts;
mod end_to_end;
mod events;
mod forecast_report;
mod idempotency;
mod identities;
mod inbox;
mod invariants;
mod item_sizes;
mod list_shards;
mod notes;
mod payment_numbers;
mod personal_data;
mod privacy;
mod read_tickets;
mod requeue_stranded;
mod retrain_triage;
mod scopes;
mod sentence_model;
mod strangers;
mod template;
mod triage_report;
mod triage_ticket;
mod update_ticket;
mod walks;
mod web_pages;
mod webhook_secrets;
mod webhooks;
