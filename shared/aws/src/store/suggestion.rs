//! What the AI suggests, as an item holds it: one attribute with short keys. DynamoDB bills each started
//! kilobyte of each write, names and all, and a plain ticket with its suggestion is to stay below one.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use copilot_core::ticket::{
    Amount, Carrier, Category, Confidence, Currency, DateRange, DeviceName, EmailAddress,
    Extracted, ExtractedFault, ExtractedValue, LanguageCode, MaskedNumber, ModelName,
    OrderConfidence, OrderId, PhoneNumber, Priority, ProductVersion, ReasonFor, Suggestion,
    SuggestionReason, TextField, TrackingNumber,
};

/// A [`Suggestion`] in few bytes. What is absent is not written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredSuggestion {
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    category: Option<Category>,
    #[serde(rename = "p")]
    priority: Priority,
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    #[serde(rename = "s")]
    confidence: Confidence,
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<StoredReason>,
    #[serde(rename = "x", default, skip_serializing_if = "Vec::is_empty")]
    extracted: Vec<StoredExtracted>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    language: Option<LanguageCode>,
    #[serde(rename = "m")]
    model: ModelName,
    #[serde(rename = "v")]
    needs_review: bool,
    #[serde(rename = "t", with = "chrono::serde::ts_milliseconds")]
    processed_at: DateTime<Utc>,
}

/// What it speaks for, the rule, the words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct StoredReason(#[serde(with = "StoredReasonFor")] ReasonFor, String, Vec<String>);

#[derive(Serialize, Deserialize)]
#[serde(remote = "ReasonFor")]
enum StoredReasonFor {
    #[serde(rename = "c")]
    Category,
    #[serde(rename = "p")]
    Priority,
    #[serde(rename = "r")]
    Review,
}

/// The text, where it begins in it, how many characters it has, and the value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct StoredExtracted(#[serde(with = "StoredTextField")] TextField, u32, u32, StoredValue);

#[derive(Serialize, Deserialize)]
#[serde(remote = "TextField")]
enum StoredTextField {
    #[serde(rename = "s")]
    Subject,
    #[serde(rename = "d")]
    Description,
}

/// An [`ExtractedValue`]. Its kinds have words of their own, since one letter for each would tell
/// nobody what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredValue {
    Order(#[serde(deserialize_with = "restored_order")] OrderId),
    /// An order number of low confidence.
    MaybeOrder(#[serde(deserialize_with = "restored_order")] OrderId),
    Amount(Currency, i64),
    /// The first day that may be meant, how many more may be, and whether it is relative.
    Date(NaiveDate, u32, bool),
    Parcel(Carrier, TrackingNumber),
    Device(DeviceName),
    Version(ProductVersion, Option<DeviceName>),
    Email(#[serde(deserialize_with = "restored_address")] EmailAddress),
    Phone(PhoneNumber),
    Card(MaskedNumber),
    Iban(MaskedNumber),
}

fn restored_order<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OrderId, D::Error> {
    String::deserialize(deserializer).map(OrderId::restored)
}

fn restored_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EmailAddress, D::Error> {
    String::deserialize(deserializer).map(EmailAddress::restored)
}

impl From<Suggestion> for StoredSuggestion {
    fn from(suggestion: Suggestion) -> Self {
        let Suggestion {
            category,
            priority,
            reply,
            confidence,
            reasons,
            extracted,
            language,
            model,
            needs_review,
            processed_at,
        } = suggestion;
        let reason =
            |reason: SuggestionReason| StoredReason(reason.speaks_for, reason.rule, reason.words);
        Self {
            category,
            priority,
            reply,
            confidence,
            reasons: reasons.into_iter().map(reason).collect(),
            extracted: extracted.iter().map(StoredExtracted::from).collect(),
            language,
            model,
            needs_review,
            processed_at,
        }
    }
}

impl TryFrom<StoredSuggestion> for Suggestion {
    type Error = ExtractedFault;

    fn try_from(stored: StoredSuggestion) -> Result<Self, ExtractedFault> {
        let reason =
            |StoredReason(speaks_for, rule, words)| SuggestionReason { speaks_for, rule, words };
        Ok(Self {
            category: stored.category,
            priority: stored.priority,
            reply: stored.reply,
            confidence: stored.confidence,
            reasons: stored.reasons.into_iter().map(reason).collect(),
            extracted: stored
                .extracted
                .into_iter()
                .map(Extracted::try_from)
                .collect::<Result<_, _>>()?,
            language: stored.language,
            model: stored.model,
            needs_review: stored.needs_review,
            processed_at: stored.processed_at,
        })
    }
}

impl From<&Extracted> for StoredExtracted {
    fn from(extracted: &Extracted) -> Self {
        let (start, end) = (extracted.start(), extracted.end());
        let value = match extracted.value().clone() {
            ExtractedValue::OrderId { order_id, confidence: OrderConfidence::High } => {
                StoredValue::Order(order_id)
            }
            ExtractedValue::OrderId { order_id, confidence: OrderConfidence::Low } => {
                StoredValue::MaybeOrder(order_id)
            }
            ExtractedValue::Amount(amount) => {
                StoredValue::Amount(amount.currency(), amount.minor_units())
            }
            ExtractedValue::Date(range) => {
                // Days from a day to a later one, of which there are less than 2^32 in all of chrono's.
                let more = range.latest().signed_duration_since(range.earliest()).num_days();
                let more = u32::try_from(more).unwrap_or_default();
                StoredValue::Date(range.earliest(), more, range.is_relative())
            }
            ExtractedValue::TrackingNumber { carrier, number } => {
                StoredValue::Parcel(carrier, number)
            }
            ExtractedValue::Device { name } => StoredValue::Device(name),
            ExtractedValue::Version { product, version } => StoredValue::Version(version, product),
            ExtractedValue::Email { address } => StoredValue::Email(address),
            ExtractedValue::Phone { number } => StoredValue::Phone(number),
            ExtractedValue::CardNumber { masked } => StoredValue::Card(masked),
            ExtractedValue::Iban { masked } => StoredValue::Iban(masked),
        };
        Self(extracted.field(), start, end - start, value)
    }
}

impl TryFrom<StoredExtracted> for Extracted {
    type Error = ExtractedFault;

    fn try_from(stored: StoredExtracted) -> Result<Self, ExtractedFault> {
        let StoredExtracted(field, start, characters, value) = stored;
        let value = match value {
            StoredValue::Order(order_id) => {
                ExtractedValue::OrderId { order_id, confidence: OrderConfidence::High }
            }
            StoredValue::MaybeOrder(order_id) => {
                ExtractedValue::OrderId { order_id, confidence: OrderConfidence::Low }
            }
            StoredValue::Amount(currency, minor_units) => {
                ExtractedValue::Amount(Amount::new(currency, minor_units)?)
            }
            StoredValue::Date(earliest, more, is_relative) => {
                let latest = earliest.checked_add_signed(TimeDelta::days(more.into()));
                let latest = latest.ok_or(ExtractedFault::NotOfThisKind)?;
                ExtractedValue::Date(DateRange::new(earliest, latest, is_relative)?)
            }
            StoredValue::Parcel(carrier, number) => {
                ExtractedValue::TrackingNumber { carrier, number }
            }
            StoredValue::Device(name) => ExtractedValue::Device { name },
            StoredValue::Version(version, product) => ExtractedValue::Version { product, version },
            StoredValue::Email(address) => ExtractedValue::Email { address },
            StoredValue::Phone(number) => ExtractedValue::Phone { number },
            StoredValue::Card(masked) => ExtractedValue::CardNumber { masked },
            StoredValue::Iban(masked) => ExtractedValue::Iban { masked },
        };
        let end = start.checked_add(characters).ok_or(ExtractedFault::EmptySpan)?;
        Self::new(field, start, end, value)
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use serde_json::{Value, json};

    use super::*;

    /// Every kind of value, as the API tells it.
    fn extracted() -> Value {
        json!([
                {"field": "subject", "start": 0, "end": 4, "kind": "order_id", "order_id": "2021"},
                {"field": "description", "start": 5, "end": 9, "kind": "amount",
                    "currency": "JPY", "minor_units": -5},
                {"field": "description", "start": 5, "end": 9, "kind": "date",
                    "earliest": "2024-03-04", "latest": "2024-04-03", "is_relative": false},
                {"field": "description", "start": 5, "end": 9, "kind": "date",
                    "earliest": "2024-03-04", "latest": "2024-03-04", "is_relative": true},
                {"field": "description", "start": 5, "end": 9, "kind": "tracking_number",
                    "carrier": "ups", "number": "1Z12345E6605272234"},
                {"field": "description", "start": 5, "end": 9, "kind": "device", "name": "iPhone 14"},
                {"field": "description", "start": 5, "end": 9, "kind": "version",
                    "product": "Firefox", "version": "128.0"},
                {"field": "description", "start": 5, "end": 9, "kind": "version", "version": "1.2"},
                {"field": "description", "start": 5, "end": 9, "kind": "email",
                    "address": "a@example.com"},
                {"field": "description", "start": 5, "end": 9, "kind": "phone",
                    "number": "+442079460958"},
                {"field": "description", "start": 5, "end": 9, "kind": "card_number",
                    "masked": "****1111"},
                {"field": "description", "start": 5, "end": 9, "kind": "iban", "masked": "****5432"}])
    }

    fn suggestion() -> Suggestion {
        let reason = |speaks_for, rule: &str, words: &[&str]| SuggestionReason {
            speaks_for,
            rule: rule.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        };
        Suggestion {
            category: Some(Category::Shipping),
            priority: Priority::Medium,
            reply: Some("It is on its way.".to_owned()),
            confidence: Confidence::parse(0.993).unwrap(),
            reasons: vec![
                reason(ReasonFor::Category, "words", &["shipped", "Order"]),
                reason(ReasonFor::Priority, "deadline", &[]),
                reason(ReasonFor::Review, "confidence", &[]),
            ],
            extracted: serde_json::from_value(extracted()).unwrap(),
            language: Some(LanguageCode::ENGLISH),
            model: ModelName::parse("hashed-ngrams@1").unwrap(),
            needs_review: false,
            processed_at: "2024-11-03T10:30:00.412Z".parse().unwrap(),
        }
    }

    fn written(suggestion: Suggestion) -> AttributeValue {
        serde_dynamo::to_attribute_value(StoredSuggestion::from(suggestion)).unwrap()
    }

    fn read(stored: AttributeValue) -> Result<Suggestion, ExtractedFault> {
        serde_dynamo::from_attribute_value::<_, StoredSuggestion>(stored).unwrap().try_into()
    }

    #[test]
    fn what_was_suggested_is_read_again() {
        assert_eq!(read(written(suggestion())).unwrap(), suggestion());
        let unknown = Suggestion {
            category: None,
            reply: None,
            language: None,
            reasons: Vec::new(),
            extracted: Vec::new(),
            ..suggestion()
        };
        let stored = written(unknown.clone());
        assert_eq!(stored.as_m().unwrap().len(), 5, "{stored:?}");
        assert_eq!(read(stored).unwrap(), unknown);
    }

    #[test]
    fn a_value_that_cannot_be_is_not_read() {
        let extracted = |value: Value| {
            let mut stored = serde_json::to_value(StoredSuggestion::from(suggestion())).unwrap();
            stored["x"] = json!([value]);
            serde_json::from_value::<StoredSuggestion>(stored)
                .is_ok_and(|stored| Suggestion::try_from(stored).is_ok())
        };
        assert!(extracted(json!(["d", 0, 4, {"card": "****1111"}])));
        assert!(!extracted(json!(["d", 0, 4, {"card": "4111111111111111"}])));
        assert!(!extracted(json!(["d", 0, 0, {"card": "****1111"}])));
        assert!(!extracted(json!(["d", u32::MAX, 1, {"card": "****1111"}])));
        assert!(!extracted(json!(["d", 0, 4, {"amount": ["USD", i64::MAX]}])));
        assert!(!extracted(json!(["d", 0, 4, {"date": ["2024-03-04", u32::MAX, false]}])));
    }
}
