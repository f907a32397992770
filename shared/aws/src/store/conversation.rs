//! What a conversation's first ticket remembers of it: its messages, the notifications that were taken,
//! and its newest follow-up.

use aws_sdk_dynamodb::types::AttributeValue;

use super::change::NewMessage;
use super::change::write::End;
use super::record::{self, Item, NEWEST_FOLLOW_UP};
use super::{Store, failure, unless_not_met};
use copilot_core::error::Error;
use copilot_core::ticket::TicketId;

/// The attribute that names the message, by the source's id, to which noted words belong.
pub(super) const CLAIMED_BY: &str = "claimed_by";

/// What is noted of certain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordsNoted {
    /// Nothing.
    No,
    /// They came without an id of the source's.
    Unclaimed,
    /// They are those of a message that has one.
    Claimed,
}

impl WordsNoted {
    pub(super) fn are_new(self) -> bool {
        self == Self::No
    }

    pub(super) fn are_unclaimed(self) -> bool {
        self == Self::Unclaimed
    }
}

impl NewMessage<'_> {
    /// Whether the source tells an id of the message.
    pub(super) fn has_own_id(&self) -> bool {
        self.id != self.words_id
    }
}

impl Store {
    /// Whether the conversation has the message. Before the first ticket remembered all of them, each
    /// ticket remembered its own.
    pub(super) async fn has_message(
        &self,
        first: TicketId,
        ticket_id: TicketId,
        message: &str,
    ) -> Result<bool, Error> {
        let key = record::message_id_key(message);
        Ok(self.noted(first, key.clone()).await?.is_some()
            || (first != ticket_id && self.noted(ticket_id, key).await?.is_some()))
    }

    pub(super) async fn words_noted(
        &self,
        first: TicketId,
        words_id: &str,
    ) -> Result<WordsNoted, Error> {
        let noted = self.noted(first, record::message_id_key(words_id)).await?;
        Ok(match noted {
            None => WordsNoted::No,
            Some(item) if item.contains_key(CLAIMED_BY) => WordsNoted::Claimed,
            Some(_) => WordsNoted::Unclaimed,
        })
    }

    /// The item with this sort key beside a ticket.
    pub(super) async fn noted(
        &self,
        ticket_id: TicketId,
        sort_key: String,
    ) -> Result<Option<Item>, Error> {
        let (pk, _) = record::key(ticket_id.digits());
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", AttributeValue::S(sort_key))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure("read what stands beside a ticket", &error))?;
        Ok(answer.item)
    }

    /// Says that words which came without an id are those of `message`, and whether they still were
    /// nobody's.
    pub(super) async fn claim_words(&self, message: &NewMessage<'_>) -> Result<bool, Error> {
        let digits = message.first.digits();
        let id = record::beside(digits, record::message_id_key(message.id));
        let mut words = record::beside(digits, record::message_id_key(message.words_id));
        words.insert(CLAIMED_BY.to_owned(), AttributeValue::S(message.id.to_owned()));
        let writes =
            vec![self.put_if(words, "attribute_not_exists(claimed_by)")?, self.put_new(id)?];
        Ok(self.transact(writes, None).await? == End::Done)
    }

    /// Notes that the conversation has the message which made its first ticket or a follow-up.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn note_message(
        &self,
        first: TicketId,
        id: &str,
        words_id: &str,
    ) -> Result<(), Error> {
        let mut words = record::beside(first.digits(), record::message_id_key(words_id));
        if id != words_id {
            words.insert(CLAIMED_BY.to_owned(), AttributeValue::S(id.to_owned()));
            let item = record::beside(first.digits(), record::message_id_key(id));
            self.put_once(item, "note a message").await?;
        }
        self.put_once(words, "note a message").await
    }

    /// Notes that a notification was taken.
    pub(super) async fn note_event(&self, first: TicketId, event_id: &str) -> Result<(), Error> {
        let item = record::beside(first.digits(), record::event_id_key(event_id));
        self.put_once(item, "note a notification").await
    }

    /// Writes an item unless it is there.
    async fn put_once(&self, item: Item, operation: &'static str) -> Result<(), Error> {
        let call = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let outcome = call.condition_expression("attribute_not_exists(pk)").send().await;
        unless_not_met(operation, outcome)
    }

    /// Notes on a conversation's first ticket that its follow-up `number` was made, so that the newest is
    /// found without reading those between.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn note_follow_up(&self, first: TicketId, number: u32) -> Result<(), Error> {
        let (pk, sk) = record::key(first.digits());
        let call = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .update_expression("SET #newest = :number")
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(#newest) OR #newest < :number)",
            )
            .expression_attribute_names("#newest", NEWEST_FOLLOW_UP)
            .expression_attribute_values(":number", AttributeValue::N(number.to_string()));
        // A later one may be noted already, or the first ticket be gone.
        unless_not_met("note a follow-up", call.send().await)
    }
}
