//! What a text names: order numbers, amounts, dates and the like, each with its place.
//!
//! [`extract`] reads the texts of a ticket once each as `tokens` and then tries one kind after the
//! other: what one kind took is not read as another, so an order number is no phone number. The
//! kinds in their order: card numbers and IBANs ([`copilot_core::ticket::payment_numbers`]), order
//! numbers of the team's own form, `tracking`, e-mail addresses and phone numbers
//! ([`copilot_core::ticket::contacts`]), `order_id`, `amount`, `date`, `device`.
//!
//! The rules are the project's own. A general parser of dates and amounts needs more than the
//! millisecond and the 20 MB that a ticket may take here; `docs/extraction.md` has the measurements.

mod amount;
mod date;
mod device;
mod order_id;
mod order_pattern;
mod tokens;
mod tracking;

use chrono::{DateTime, Utc};
use copilot_core::limits;
use copilot_core::ticket::{
    ContactKind, EmailAddress, Extracted, ExtractedValue, MaskedNumber, OrderConfidence, OrderId,
    PaymentNumberKind, PhoneNumber, TextField, contacts, payment_numbers,
};

use crate::own_words;
pub use order_pattern::{OrderPattern, ParseOrderPatternError};
use tokens::Tokens;

/// What the subject and the description of a ticket name, in the order of the texts: each value
/// once a text, and at most [`limits::EXTRACTED_VALUES`]. Dates such as `yesterday` are counted from
/// `created_at`. Of a longer text than a ticket may have the rest is not read. The time is linear in
/// the length of the texts.
pub fn extract(subject: &str, description: &str, created_at: DateTime<Utc>) -> Vec<Extracted> {
    extract_with(subject, description, created_at, None)
}

/// The same, where the team's own order numbers have the form `orders`.
pub fn extract_with(
    subject: &str,
    description: &str,
    created_at: DateTime<Utc>,
    orders: Option<&OrderPattern>,
) -> Vec<Extracted> {
    let mut extracted = Vec::new();
    for (field, text) in [(TextField::Subject, subject), (TextField::Description, description)] {
        let read = text
            .char_indices()
            .nth(limits::DESCRIPTION_CHARACTERS)
            .map_or(text, |(end, _)| &text[..end]);
        extracted.extend(extract_from(field, read, created_at, orders));
    }
    extracted.truncate(limits::EXTRACTED_VALUES);
    extracted
}

/// A value at the bytes `start` up to but not including `end`.
struct Found {
    start: usize,
    end: usize,
    value: ExtractedValue,
}

fn extract_from(
    field: TextField,
    text: &str,
    created_at: DateTime<Utc>,
    orders: Option<&OrderPattern>,
) -> Vec<Extracted> {
    let mut search = Search::of(text);
    search.payment_numbers();
    orders.into_iter().for_each(|orders| search.orders_of_the_team(orders));
    search.find(tracking::at);
    search.contacts();
    search.find(order_id::at);
    search.doubt_orders_of_others();
    search.find(amount::at);
    search.find(|tokens, index| date::at(tokens, index, created_at));
    search.find(device::at);
    search.into_extracted(field)
}

/// A rule: the value that begins at a token, and the tokens that it takes.
type Match = (std::ops::Range<usize>, ExtractedValue);

struct Search<'a> {
    text: &'a str,
    tokens: Tokens<'a>,
    /// Whether each token belongs to a value.
    is_taken: Vec<bool>,
    found: Vec<Found>,
}

impl<'a> Search<'a> {
    fn of(text: &'a str) -> Self {
        let tokens = Tokens::of(text);
        let is_taken = vec![false; tokens.len()];
        Self { text, tokens, is_taken, found: Vec::new() }
    }

    fn payment_numbers(&mut self) {
        for number in payment_numbers(self.text) {
            let Ok(masked) = MaskedNumber::ending_in(&number.last_characters) else { continue };
            let value = match number.kind {
                PaymentNumberKind::Card => ExtractedValue::CardNumber { masked },
                PaymentNumberKind::Iban => ExtractedValue::Iban { masked },
            };
            self.take(number.range.start, number.range.end, value);
        }
    }

    fn orders_of_the_team(&mut self, orders: &OrderPattern) {
        for place in orders.places(self.text) {
            let Ok(order_id) = OrderId::parse(&self.text[place.clone()]) else { continue };
            let value = ExtractedValue::OrderId { order_id, confidence: OrderConfidence::High };
            self.take(place.start, place.end, value);
        }
    }

    fn contacts(&mut self) {
        for contact in contacts(self.text) {
            let written = &self.text[contact.range.clone()];
            let value = match contact.kind {
                ContactKind::Email => EmailAddress::parse(written)
                    .ok()
                    .map(|address| ExtractedValue::Email { address }),
                ContactKind::Phone => PhoneNumber::parse(&e164_or_as_written(written))
                    .ok()
                    .map(|number| ExtractedValue::Phone { number }),
            };
            if let Some(value) = value {
                self.take(contact.range.start, contact.range.end, value);
            }
        }
    }

    /// Tries a rule at every token that is free.
    fn find(&mut self, rule: impl Fn(&Tokens<'_>, usize) -> Option<Match>) {
        let mut index = 0;
        while index < self.tokens.len() {
            let matched = if self.is_taken[index] { None } else { rule(&self.tokens, index) };
            index += 1;
            if let Some((range, value)) = matched {
                let (start, end) = self.tokens.bytes(range.start, range.end);
                if self.take(start, end, value) {
                    index = index.max(range.end);
                }
            }
        }
    }

    /// An order that stands in what the sender quotes or forwards, or below their name, may be another
    /// one than they write about: it is only likely.
    fn doubt_orders_of_others(&mut self) {
        let own = own_words::ranges(self.text);
        for found in &mut self.found {
            if let ExtractedValue::OrderId { confidence, .. } = &mut found.value
                && !own.iter().any(|range| range.contains(&found.start))
            {
                *confidence = OrderConfidence::Low;
            }
        }
    }

    /// Takes the bytes for a value, unless another value has some of them.
    fn take(&mut self, start: usize, end: usize, value: ExtractedValue) -> bool {
        let touched = self.tokens.touched(start, end);
        let is_free = !self.is_taken[touched.clone()].contains(&true);
        if is_free {
            self.is_taken[touched].fill(true);
            self.found.push(Found { start, end, value });
        }
        is_free
    }

    fn into_extracted(mut self, field: TextField) -> Vec<Extracted> {
        self.found.sort_by_key(|found| found.start);
        let mut extracted: Vec<Extracted> = Vec::new();
        let mut counted_bytes = 0;
        let mut counted = 0;
        for found in self.found {
            if extracted.len() == limits::EXTRACTED_VALUES {
                break;
            }
            counted += characters(&self.text[counted_bytes..found.start]);
            counted_bytes = found.start;
            let end = counted + characters(&self.text[found.start..found.end]);
            if extracted.iter().any(|known| is_same(known.value(), &found.value)) {
                continue;
            }
            extracted.extend(Extracted::new(field, counted, end, found.value));
        }
        extracted
    }
}

/// Whether a value says nothing that `known` does not say.
fn is_same(known: &ExtractedValue, value: &ExtractedValue) -> bool {
    match (known, value) {
        (
            ExtractedValue::OrderId { order_id: known, confidence: OrderConfidence::High },
            ExtractedValue::OrderId { order_id, .. },
        ) => known == order_id,
        _ => known == value,
    }
}

fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// A number that names its country in E.164; another one as it is written.
fn e164_or_as_written(written: &str) -> String {
    let digits: String = written.replace("(0)", "").chars().filter(char::is_ascii_digit).collect();
    if written.starts_with('+') {
        format!("+{digits}")
    } else if let Some(international) =
        digits.strip_prefix("00").filter(|number| !number.starts_with('0'))
    {
        format!("+{international}")
    } else {
        written.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What `text` names when it is written at `time`, as JSON, for the tests of every kind.
    pub(super) fn values_at(text: &str, time: &str) -> String {
        let found = extract("", text, time.parse().unwrap());
        serde_json::to_string(&found).unwrap()
    }

    pub(super) fn values(text: &str) -> String {
        values_at(text, "2024-11-03T12:00:00Z")
    }

    /// The kinds of what `text` names, each with its characters.
    pub(super) fn spans(text: &str) -> String {
        let characters: Vec<char> = text.chars().collect();
        let describe = |extracted: Extracted| {
            let value = serde_json::to_value(&extracted).unwrap();
            let (start, end) = (extracted.start() as usize, extracted.end() as usize);
            let span: String = characters[start..end].iter().collect();
            format!("{}={span}; ", value["kind"].as_str().unwrap())
        };
        extract("", text, "2024-11-03T12:00:00Z".parse().unwrap())
            .into_iter()
            .map(describe)
            .collect()
    }

    #[test]
    fn a_ticket_names_values_of_many_kinds() {
        let text = "Hi 😀, my order #2021 was placed a week ago but hasn't shipped. I paid $1,299.00 \
            with 4111 1111 1111 1111. Write to john.doe@example.com or call +44 20 7946 0958. The \
            parcel 1Z12345E6605272234 is lost. I use an iPhone 14 with iOS 17.2.";
        assert_eq!(
            spans(text),
            "order_id=2021; date=a week ago; amount=$1,299.00; card_number=4111 1111 1111 1111; \
            email=john.doe@example.com; phone=+44 20 7946 0958; \
            tracking_number=1Z12345E6605272234; device=iPhone 14; version=iOS 17.2; "
        );
        let found = values(text);
        assert!(
            found.contains(
                r#""start":16,"end":20,"kind":"order_id","order_id":"2021","confidence":"high""#
            ),
            "{found}"
        );
        assert!(found.contains(r#""masked":"****1111""#) && !found.contains("4111"), "{found}");
        assert!(found.contains("+442079460958"), "{found}");
    }

    #[test]
    fn values_have_a_limit_and_stand_once_a_text() {
        let many: String = (1000..1100).map(|order| format!("#{order} ")).collect();
        assert_eq!(extract(&many, &many, DateTime::UNIX_EPOCH).len(), limits::EXTRACTED_VALUES);
        assert_eq!(spans("#1234 #1234"), "order_id=1234; ");
        let late = format!("{}#1234", " ".repeat(limits::DESCRIPTION_CHARACTERS));
        assert_eq!(spans(&late), "");
    }

    #[test]
    fn phone_numbers_name_their_country_where_they_can() {
        assert_eq!(e164_or_as_written("+44 (0)20 7946 0958"), "+442079460958");
        assert_eq!(e164_or_as_written("0049 30 901820"), "+4930901820");
        assert_eq!(e164_or_as_written("020 7946 0958"), "020 7946 0958");
    }

    /// Texts of the words and marks that the rules look for.
    fn awkward() -> impl Strategy<Value = String> {
        let pieces = vec![
            "order",
            "#",
            "12",
            "2024",
            "3",
            "-",
            "/",
            ".",
            ",",
            "$",
            "€",
            "USD",
            "last",
            "next",
            "monday",
            "may",
            "the",
            "of",
            "th",
            "ago",
            "days",
            "in",
            "a",
            "few",
            "1Z",
            "iphone",
            "windows",
            "v",
            "hundred",
            "thousand",
            "and",
            "two",
            "k",
            "é",
            "😀",
            "+",
            "(",
            "99999999999",
            "0",
            "week",
            "end",
            "years",
        ];
        let piece = (prop::sample::select(pieces), prop::sample::select(vec!["", " "]));
        prop::collection::vec(piece, 0..30).prop_map(|pieces| {
            pieces.iter().map(|(piece, space)| format!("{piece}{space}")).collect()
        })
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC*", awkward in awkward(), seconds in 0_i64..4_000_000_000) {
            let created_at = DateTime::from_timestamp(seconds, 0).unwrap();
            for extracted in extract(&text, &awkward, created_at) {
                let field = if extracted.field() == TextField::Subject { &text } else { &awkward };
                prop_assert!(extracted.end() as usize <= field.chars().count());
            }
        }
    }
}
