//! What agents have begun to write on tickets: one draft for each agent and ticket, which expires.

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Put, TransactWriteItem};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::change::write::End;
use super::record::{self, Item};
use super::{NO_SUCH_TICKET, Store, failure};
use crate::limits::DRAFT_RETENTION;
use copilot_core::error::Error;
use copilot_core::ticket::{Draft, TicketId, timestamp};

const OPERATION: &str = "keep a draft";

/// A draft as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedDraft {
    /// Its words.
    pub text: String,
    /// When it was last saved.
    #[serde(with = "timestamp")]
    pub saved_at: DateTime<Utc>,
}

impl SavedDraft {
    /// When it is forgotten unless it is saved again.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.saved_at + DRAFT_RETENTION
    }
}

impl Store {
    /// Keeps what the agent has written, in the place of an earlier draft on this ticket.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such ticket; [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn save_draft(
        &self,
        ticket_id: TicketId,
        agent: &str,
        text: &Draft,
        now: DateTime<Utc>,
    ) -> Result<SavedDraft, Error> {
        let draft = SavedDraft { text: text.as_str().to_owned(), saved_at: now };
        let mut item = key(ticket_id, agent);
        let attributes: Item =
            serde_dynamo::to_item(&draft).map_err(|error| Error::internal(OPERATION, error))?;
        item.extend(attributes);
        let expires_at = AttributeValue::N(draft.expires_at().timestamp().to_string());
        item.insert("expires_at".to_owned(), expires_at);
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(self.payment_numbers.in_item(item)))
            .build()
            .map_err(|error| Error::internal(OPERATION, error))?;
        // So that none is left beside a ticket that was erased, or that is another one's.
        let is_there = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(record::item_key(ticket_id.digits())))
            .condition_expression("ticket_id = :ticket_id")
            .expression_attribute_values(":ticket_id", AttributeValue::S(ticket_id.to_string()))
            .build()
            .map_err(|error| Error::internal(OPERATION, error))?;
        let writes = vec![
            TransactWriteItem::builder().condition_check(is_there).build(),
            TransactWriteItem::builder().put(put).build(),
        ];
        match self.transact(writes, None).await? {
            End::Done => Ok(draft),
            End::Outdated | End::Duplicate => Err(NO_SUCH_TICKET),
        }
    }

    /// What the agent has begun to write on the ticket.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such ticket or no draft of theirs; [`Error::Unavailable`] or
    /// [`Error::Internal`].
    pub async fn read_draft(
        &self,
        ticket_id: TicketId,
        agent: &str,
        now: DateTime<Utc>,
    ) -> Result<SavedDraft, Error> {
        self.read_cut(ticket_id).await?;
        let item = self.noted(ticket_id, sort_key(agent)).await?.ok_or(NO_DRAFT)?;
        let draft: SavedDraft = serde_dynamo::from_item(item)
            .map_err(|_| Error::defect("read a draft from an item"))?;
        // DynamoDB may take days to remove what has expired.
        if draft.expires_at() > now { Ok(draft) } else { Err(NO_DRAFT) }
    }

    /// Forgets what the agent has begun to write on the ticket, if they have.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such ticket; [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn delete_draft(&self, ticket_id: TicketId, agent: &str) -> Result<(), Error> {
        self.read_cut(ticket_id).await?;
        let call = self.client.delete_item().table_name(&self.table);
        let call = call.set_key(Some(key(ticket_id, agent)));
        call.send().await.map_err(|error| failure("delete a draft", &error))?;
        Ok(())
    }
}

fn key(ticket_id: TicketId, agent: &str) -> Item {
    record::beside(ticket_id.digits(), sort_key(agent))
}

/// Not the name itself: keys are short, and a name may be an address.
fn sort_key(agent: &str) -> String {
    let digest = Sha256::digest(agent);
    let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("draft#{digits}")
}

const NO_DRAFT: Error = Error::NotFound("You have no draft on this ticket.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_agent_has_a_key_that_names_nobody_and_sorts_before_the_ticket() {
        let [one, other] = ["ann@example.com", "bob@example.com"].map(sort_key);
        assert_ne!(one, other);
        assert!(!one.contains("ann") && one.as_str() < "ticket");
    }
}
