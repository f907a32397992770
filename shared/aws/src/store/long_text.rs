//! Long descriptions, in an item of their own: what is written or listed often does not carry them.
//!
//! DynamoDB bills each write by the size of the whole item, so a change of status would cost as much as
//! the text is long, and a page of a list reads each text that it shows.

use aws_sdk_dynamodb::types::AttributeValue;

use super::change::write::End;
use super::record::{self, Item, TicketRecord};
use super::{Store, failure};
use crate::limits;
use copilot_core::error::Error;
use copilot_core::ticket::{Description, mask};

/// The attribute that holds the text.
const TEXT: &str = "text";
/// What the cut in the ticket's own item ends with.
const CUT_MARK: &str = " […]";

impl TicketRecord {
    /// Takes a long description out and leaves a cut of it; nothing when it is not long.
    pub(super) fn take_long_text(&mut self) -> Option<Description> {
        let whole = &self.ticket.description;
        if whole.as_str().len() <= limits::LONG_TEXT_BYTES {
            return None;
        }
        // Masked before it is cut: half a card number is none that would be found.
        let shown = mask(whole.as_str());
        let cut: String = shown.chars().take(limits::CUT_TEXT_CHARACTERS).collect();
        let cut = Description::restored(cut + CUT_MARK);
        self.has_long_text = Some(true);
        Some(std::mem::replace(&mut self.ticket.description, cut))
    }
}

impl Store {
    /// Puts the record and its text, both or none. False when something stands under its key.
    pub(super) async fn put_with_long_text(
        &self,
        record: &TicketRecord,
        text: &Description,
    ) -> Result<bool, Error> {
        let digits = record.ticket.ticket_id.digits();
        let mut item = record::beside(digits, record::LONG_TEXT_SORT_KEY.to_owned());
        item.insert(TEXT.to_owned(), AttributeValue::S(text.as_str().to_owned()));
        let writes = vec![self.put_new(record.to_item()?)?, self.put_new(item)?];
        Ok(self.transact(writes, None).await? == End::Done)
    }

    /// The record with its whole description.
    pub(super) async fn whole(&self, mut record: TicketRecord) -> Result<TicketRecord, Error> {
        if record.has_long_text != Some(true) {
            return Ok(record);
        }
        let digits = record.ticket.ticket_id.digits();
        let key = record::beside(digits, record::LONG_TEXT_SORT_KEY.to_owned());
        let call = self.client.get_item().table_name(&self.table).set_key(Some(key));
        let answer = call.consistent_read(true).send().await;
        let answer = answer.map_err(|error| failure("read a long text", &error))?;
        let text = answer.item.and_then(|mut item| item.remove(TEXT));
        // Without one the ticket is being erased.
        if let Some(AttributeValue::S(text)) = text {
            record.ticket.description = Description::restored(text);
        }
        Ok(record)
    }
}

/// About how many bytes DynamoDB reads for an item: names and values, without the small print.
pub(super) fn item_bytes(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(list) => list.iter().map(value_bytes).sum(),
        AttributeValue::M(map) => item_bytes(map),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use copilot_core::ticket::example;

    fn record(description: &str) -> TicketRecord {
        let mut ticket = example().unwrap();
        ticket.description = Description::restored(description.to_owned());
        TicketRecord::new(ticket, None, "token".to_owned(), "4".parse().unwrap())
    }

    #[test]
    fn a_card_number_across_the_cut_is_masked() {
        let before = "x".repeat(limits::CUT_TEXT_CHARACTERS - 10);
        let after = " and so on".repeat(limits::LONG_TEXT_BYTES / 10);
        let mut long = record(&format!("{before} 4111 1111 1111 1111{after}"));
        assert!(long.take_long_text().is_some());
        let cut = long.ticket.description.as_str();
        assert!(!cut.contains(|character: char| character.is_ascii_digit()), "{cut}");
    }

    #[test]
    fn only_a_long_text_is_taken_out() {
        let mut short = record(&"é".repeat(limits::LONG_TEXT_BYTES / 2));
        assert_eq!(short.take_long_text(), None);
        assert!(!short.to_item().unwrap().contains_key("has_long_text"));

        let whole = "é".repeat(limits::LONG_TEXT_BYTES / 2) + "x";
        let mut long = record(&whole);
        assert_eq!(long.take_long_text().unwrap().as_str(), whole);
        let cut = long.ticket.description.as_str();
        assert_eq!(cut, "é".repeat(limits::CUT_TEXT_CHARACTERS) + CUT_MARK);
        let item = long.to_item().unwrap();
        assert!(item_bytes(&item) < 3_000, "{}", item_bytes(&item));
        assert_eq!(TicketRecord::from_item(item).unwrap().has_long_text, Some(true));
    }
}
