//! Whether card numbers and IBANs that customers and agents write are kept.

use std::borrow::Cow;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;

use super::record::Item;
use copilot_core::ticket::{mask, payment_numbers};

/// What is stored of card numbers and IBANs. Answers never show more than their ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PaymentNumbers {
    /// Their ends, as answers show them. Then neither the table nor its backups hold one.
    #[default]
    Masked,
    /// All of them.
    Whole,
}

/// The text is neither `yes` nor `no`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it must be yes or no")]
pub struct ParsePaymentNumbersError;

impl FromStr for PaymentNumbers {
    type Err = ParsePaymentNumbersError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "yes" => Ok(Self::Whole),
            "no" => Ok(Self::Masked),
            _ => Err(ParsePaymentNumbersError),
        }
    }
}

/// Attributes that hold no text of anybody's but keys, ids and what the AI found, which is masked when
/// it is found.
const NO_TEXTS: [&str; 14] = [
    "pk",
    "sk",
    "list_shard",
    "status_shard",
    "ai_work_shard",
    "created_key",
    "identity",
    "write_token",
    "opened_by",
    "ticket_id",
    "customer_id",
    "external_id",
    "message_id",
    "ai",
];

impl PaymentNumbers {
    /// The item as it is stored.
    pub(super) fn in_item(self, item: Item) -> Item {
        item.into_iter()
            .map(|(name, value)| {
                let value = self.in_attribute(&name, value);
                (name, value)
            })
            .collect()
    }

    /// The value of the attribute `name` as it is stored.
    pub(super) fn in_attribute(self, name: &str, value: AttributeValue) -> AttributeValue {
        match self {
            Self::Masked if !NO_TEXTS.contains(&name) => masked(value),
            _ => value,
        }
    }

    /// A body that could not be read, as it is kept. A number that is all of a value of its JSON and
    /// nothing but digits stays: it may be an id, without which nobody could mend the body. What is not
    /// UTF-8 stays too.
    pub(super) fn in_body(self, body: &[u8]) -> Cow<'_, [u8]> {
        let Ok(text) = std::str::from_utf8(body) else { return Cow::Borrowed(body) };
        if self == Self::Whole {
            return Cow::Borrowed(body);
        }
        let mut kept = String::with_capacity(text.len());
        let mut copied = 0;
        for number in payment_numbers(text) {
            let (start, end) = (number.range.start, number.range.end);
            if !is_whole_value(text, start, end) {
                kept.push_str(text.get(copied..start).unwrap_or_default());
                kept.push_str(&mask(text.get(start..end).unwrap_or_default()));
                copied = end;
            }
        }
        kept.push_str(text.get(copied..).unwrap_or_default());
        Cow::Owned(kept.into_bytes())
    }
}

fn is_whole_value(text: &str, start: usize, end: usize) -> bool {
    let (before, number, after) = (text.get(..start), text.get(start..end), text.get(end..));
    let begins = before.is_some_and(|before| before.trim_end().ends_with(['"', ':', ',', '[']));
    let ends = after.is_some_and(|after| after.trim_start().starts_with(['"', ',', '}', ']']));
    let is_digits = number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    is_digits && begins && ends
}

fn masked(value: AttributeValue) -> AttributeValue {
    match value {
        AttributeValue::S(text) => AttributeValue::S(copilot_core::ticket::masked(text)),
        AttributeValue::L(list) => AttributeValue::L(list.into_iter().map(masked).collect()),
        AttributeValue::M(map) => {
            AttributeValue::M(map.into_iter().map(|(name, value)| (name, masked(value))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = "4111111111111111";

    #[test]
    fn every_text_of_an_item_is_masked_and_no_key() {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let list = AttributeValue::L(vec![text(CARD)]);
        let item = Item::from([
            ("note".to_owned(), text(CARD)),
            ("tags".to_owned(), list.clone()),
            ("fields".to_owned(), AttributeValue::M(Item::from([("tags".to_owned(), list)]))),
            ("external_id".to_owned(), text(CARD)),
            ("version".to_owned(), AttributeValue::N(CARD.to_owned())),
        ]);
        let stored = PaymentNumbers::Masked.in_item(item.clone());
        let shown = format!("{stored:?}");
        assert_eq!(shown.matches("************1111").count(), 3, "{shown}");
        assert_eq!(shown.matches(CARD).count(), 2, "{shown}");
        assert_eq!(PaymentNumbers::Whole.in_item(item.clone()), item);
    }

    #[test]
    fn a_body_that_cannot_be_read_keeps_what_may_be_an_id() {
        let body = format!(
            r#"{{"id": "{CARD}", "n": {CARD}, "text": "card {CARD} ok", "order": "4111 1111 1111 1111""#
        );
        let kept = PaymentNumbers::Masked.in_body(body.as_bytes()).into_owned();
        let kept = String::from_utf8(kept).unwrap();
        assert_eq!(kept.matches(CARD).count(), 2, "{kept}");
        assert!(kept.contains("card ************1111 ok"), "{kept}");
        assert!(kept.contains(r#""**** **** **** 1111""#), "{kept}");
        assert_eq!(
            &*PaymentNumbers::Masked.in_body(b"\xff4111111111111111"),
            b"\xff4111111111111111"
        );
        assert_eq!(&*PaymentNumbers::Whole.in_body(body.as_bytes()), body.as_bytes());
    }

    #[test]
    fn the_parameter_is_yes_or_no() {
        assert_eq!("yes".parse(), Ok(PaymentNumbers::Whole));
        assert_eq!("no".parse(), Ok(PaymentNumbers::Masked));
        assert_eq!("true".parse::<PaymentNumbers>(), Err(ParsePaymentNumbersError));
    }
}
