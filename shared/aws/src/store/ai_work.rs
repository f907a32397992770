//! Which tickets' AI work is pending. A ticket is stored with the attribute `ai_work_shard`, which is
//! removed once the work is known to be delivered: so a crash between store and queue loses nothing.

use aws_sdk_dynamodb::config::Config;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};

use super::scan_by_age::AgeScan;
use super::{Store, record, unless_not_met};
use crate::limits;
use copilot_core::error::Error;
use copilot_core::ticket::TicketId;

/// A ticket whose AI work is pending still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StrandedTicket {
    /// Its id.
    pub ticket_id: TicketId,
    /// Since when it waits.
    pub created_at: DateTime<Utc>,
}

/// Stranded tickets of one shard, oldest first.
#[derive(Debug, Default)]
pub struct StrandedPage {
    /// The tickets.
    pub tickets: Vec<StrandedTicket>,
    /// Where the next page begins, unless this one ends the shard.
    pub next: Option<String>,
}

impl Store {
    /// Tickets of one of the [`Store::shards`] that were made before `before` with pending AI work,
    /// after the position `after`: at most `limit`.
    ///
    /// The index lags behind the table, mostly by less than a second: a ticket may be named whose
    /// work has just been delivered.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn stranded(
        &self,
        shard: u32,
        before: DateTime<Utc>,
        limit: usize,
        after: Option<&str>,
    ) -> Result<StrandedPage, Error> {
        let page = self
            .scan_by_age(AgeScan {
                operation: "list stranded tickets",
                index: "awaiting-ai-work",
                attribute: "ai_work_shard",
                partition: record::ai_work_shard(shard),
                before,
                limit,
                after,
            })
            .await?;
        let stranded = |(created_at, ticket_id)| StrandedTicket { ticket_id, created_at };
        let tickets = page.tickets.into_iter().map(stranded).collect();
        Ok(StrandedPage { tickets, next: page.next })
    }

    /// Ends the pending AI work of a ticket. Does nothing to one that has none or is gone.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn ai_work_delivered(&self, ticket_id: TicketId) -> Result<(), Error> {
        let update = self.update_pending(ticket_id);
        let update = update.update_expression("REMOVE ai_work_shard, ai_work_delayed");
        unless_not_met("end pending AI work", update.send().await)
    }

    /// Notes that the client was told of a delay, so that the same request sent again is told the
    /// same. Waits no longer than [`limits::NOTE_TIMEOUT`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn ai_work_delayed(&self, ticket_id: TicketId) -> Result<(), Error> {
        let timeouts = TimeoutConfig::builder().operation_timeout(limits::NOTE_TIMEOUT).build();
        let update = self
            .update_pending(ticket_id)
            .update_expression("SET ai_work_delayed = :yes")
            .expression_attribute_values(":yes", AttributeValue::Bool(true))
            .customize()
            .config_override(Config::builder().timeout_config(timeouts));
        unless_not_met("note delayed AI work", update.send().await)
    }

    /// A ticket without pending AI work is as it should be.
    fn update_pending(&self, ticket_id: TicketId) -> UpdateItemFluentBuilder {
        let (pk, sk) = record::key(ticket_id.digits());
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .condition_expression("attribute_exists(ai_work_shard)")
    }
}
