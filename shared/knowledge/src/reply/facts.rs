//! What of a ticket may be named in its reply. A fact stands there only when there is no other one that it
//! could be, and in no sentence that promises anything.

use copilot_core::ticket::{CustomerName, Extracted, ExtractedValue, OrderConfidence};

/// Longest name in a greeting, in characters, and most words of it.
const NAME_CHARACTERS: usize = 60;
const NAME_WORDS: usize = 4;

/// What the ticket is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// An order by its number.
    Order(String),
    /// A parcel by its number.
    Parcel(String),
}

/// The order that the text names, if it names one alone; else the parcel, likewise.
pub fn only_fact(extracted: &[Extracted]) -> Option<Fact> {
    let orders = extracted.iter().filter_map(|found| match found.value() {
        ExtractedValue::OrderId { order_id, confidence } => Some((order_id.as_str(), *confidence)),
        _ => None,
    });
    let orders: Vec<(&str, OrderConfidence)> = orders.collect();
    if let Some((order, confidence)) = only(&orders, |one, other| one.0 == other.0) {
        return (confidence == OrderConfidence::High).then(|| Fact::Order(order.to_owned()));
    }
    if !orders.is_empty() {
        return None;
    }
    let parcels = extracted.iter().filter_map(|found| match found.value() {
        ExtractedValue::TrackingNumber { number, .. } => Some(number.as_str()),
        _ => None,
    });
    let parcels: Vec<&str> = parcels.collect();
    only(&parcels, |one, other| one == other).map(|parcel| Fact::Parcel(parcel.to_owned()))
}

/// The first of `all` if the others are the same.
fn only<T: Copy>(all: &[T], is_same: impl Fn(&T, &T) -> bool) -> Option<T> {
    let first = all.first()?;
    all.iter().all(|other| is_same(first, other)).then_some(*first)
}

/// The name as a greeting has it, if it looks like one: nobody signs up as a sentence.
pub fn shown_name(name: &CustomerName) -> Option<&str> {
    let name = name.as_str().trim();
    let is_letter = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’' | '.');
    let is_name = name.chars().count() <= NAME_CHARACTERS
        && name.split_whitespace().count() <= NAME_WORDS
        && name.chars().all(is_letter)
        && name.chars().any(char::is_alphabetic);
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use copilot_core::ticket::{OrderId, TextField};

    use super::*;

    fn order(number: &str, confidence: OrderConfidence) -> Extracted {
        let order_id = OrderId::parse(number).unwrap();
        let value = ExtractedValue::OrderId { order_id, confidence };
        Extracted::new(TextField::Description, 0, 1, value).unwrap()
    }

    #[test]
    fn an_order_is_named_only_when_it_is_the_only_one() {
        let high = |number| order(number, OrderConfidence::High);
        assert_eq!(only_fact(&[high("A-1")]), Some(Fact::Order("A-1".to_owned())));
        assert_eq!(only_fact(&[high("A-1"), high("A-1")]), Some(Fact::Order("A-1".to_owned())));
        assert_eq!(only_fact(&[high("A-1"), high("A-2")]), None);
        assert_eq!(only_fact(&[order("7", OrderConfidence::Low)]), None);
        assert_eq!(only_fact(&[high("A-1"), order("7", OrderConfidence::Low)]), None);
        assert_eq!(only_fact(&[]), None);
    }

    #[test]
    fn only_what_looks_like_a_name_is_greeted() {
        let shown = |name: &str| shown_name(&CustomerName::parse(name).unwrap()).is_some();
        for name in ["Ada", "Ana-María O'Neil", "J. Doe", "山田 太郎"] {
            assert!(shown(name), "{name}");
        }
        let sentence = "your refund of twenty euros is approved";
        for name in ["a@b.example", "x1", "<b>", sentence, "...", &"a".repeat(61)] {
            assert!(!shown(name), "{name}");
        }
    }
}
