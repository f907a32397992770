//! What the text of a ticket names: order numbers, amounts, dates and the like, each with its place.
//!
//! The values are stored with the ticket, where each started kilobyte costs, so their form is short.
//! A card number or an IBAN is only ever held masked.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::customer::EmailAddress;
use super::masking::masked;
use super::text::OrderId;
use crate::limits;

/// Why a value was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExtractedFault {
    /// The place ends before it begins, or holds nothing.
    #[error("the span is empty")]
    EmptySpan,
    /// The latest day is before the earliest.
    #[error("the dates are in the wrong order")]
    DatesInWrongOrder,
    /// Not three capital letters.
    #[error("not a currency of ISO 4217")]
    NotACurrency,
    /// Beyond [`limits::AMOUNT_MINOR_UNITS`].
    #[error("the amount is too large")]
    AmountTooLarge,
    /// Empty, too long, or with a character that the value does not take.
    #[error("not a text of this kind")]
    NotOfThisKind,
}

/// A value that a text names, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "UncheckedExtracted")]
#[schema(example = json!({
    "field": "description", "start": 9, "end": 14, "kind": "order_id", "order_id": "2021",
    "confidence": "high"
}))]
pub struct Extracted {
    /// The text that names it.
    field: TextField,
    /// Where it begins, counted in characters from 0.
    start: u32,
    /// Where it ends: the character after the last one.
    #[schema(minimum = 1)]
    end: u32,
    /// What it is.
    #[serde(flatten)]
    value: ExtractedValue,
}

impl Extracted {
    /// A value in the characters `start` up to but not including `end` of `field`.
    ///
    /// # Errors
    /// [`ExtractedFault::EmptySpan`] unless `start` is before `end`.
    pub fn new(
        field: TextField,
        start: u32,
        end: u32,
        value: ExtractedValue,
    ) -> Result<Self, ExtractedFault> {
        if start >= end {
            return Err(ExtractedFault::EmptySpan);
        }
        Ok(Self { field, start, end, value })
    }

    /// The text that names it.
    pub fn field(&self) -> TextField {
        self.field
    }

    /// Where it begins, counted in characters from 0.
    pub fn start(&self) -> u32 {
        self.start
    }

    /// The character after its last one.
    pub fn end(&self) -> u32 {
        self.end
    }

    /// What it is.
    pub fn value(&self) -> &ExtractedValue {
        &self.value
    }

    /// The value with masked card numbers and IBANs.
    #[must_use]
    pub fn masked(self) -> Self {
        Self { value: self.value.masked(), ..self }
    }
}

/// What is read, before its span is checked.
#[derive(Deserialize)]
struct UncheckedExtracted {
    field: TextField,
    start: u32,
    end: u32,
    #[serde(flatten)]
    value: ExtractedValue,
}

impl TryFrom<UncheckedExtracted> for Extracted {
    type Error = ExtractedFault;

    fn try_from(read: UncheckedExtracted) -> Result<Self, ExtractedFault> {
        Self::new(read.field, read.start, read.end, read.value)
    }
}

/// A text of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TextField {
    /// The subject.
    Subject,
    /// The description.
    Description,
}

/// A value that a text names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ExtractedValue {
    /// The number of an order or a purchase.
    OrderId {
        /// The number, without what marks it as one.
        order_id: OrderId,
        /// `low` when nothing but a `#` says that it is an order's. Only a number of high confidence is
        /// set on a ticket.
        #[serde(default)]
        confidence: OrderConfidence,
    },
    /// An amount of money.
    Amount(Amount),
    /// A day, or a range of days that cannot be told apart.
    Date(DateRange),
    /// The number of a parcel, whose check digit fits.
    TrackingNumber {
        /// Whose form the number has.
        carrier: Carrier,
        /// The number, without spaces, letters in capitals.
        number: TrackingNumber,
    },
    /// A device, such as `iPhone 14`.
    Device {
        /// Its name as it is usually written.
        name: DeviceName,
    },
    /// A version, such as 128.0 of `Firefox`.
    Version {
        /// The product, if the text names one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        product: Option<DeviceName>,
        /// Its version.
        version: ProductVersion,
    },
    /// An e-mail address.
    Email {
        /// The address as it is written.
        address: EmailAddress,
    },
    /// A phone number.
    Phone {
        /// The number: in E.164 when it names its country, else as it is written.
        number: PhoneNumber,
    },
    /// The number of a payment card.
    CardNumber {
        /// What is kept of it.
        masked: MaskedNumber,
    },
    /// An international bank account number.
    Iban {
        /// What is kept of it.
        masked: MaskedNumber,
    },
}

impl ExtractedValue {
    fn masked(self) -> Self {
        match self {
            Self::OrderId { order_id, confidence } => {
                Self::OrderId { order_id: order_id.masked(), confidence }
            }
            Self::TrackingNumber { carrier, number } => {
                Self::TrackingNumber { carrier, number: number.masked() }
            }
            Self::Device { name } => Self::Device { name: name.masked() },
            Self::Version { product, version } => Self::Version {
                product: product.map(DeviceName::masked),
                version: version.masked(),
            },
            Self::Email { address } => Self::Email { address: address.masked() },
            Self::Phone { number } => Self::Phone { number: number.masked() },
            // They hold no text, or one that is masked already.
            held @ (Self::Amount(_)
            | Self::Date(_)
            | Self::CardNumber { .. }
            | Self::Iban { .. }) => held,
        }
    }
}

/// How much speaks for a number being an order's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderConfidence {
    /// A word for an order stands beside it, or it has the form of order numbers.
    #[default]
    High,
    /// It may be another number.
    Low,
}

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "UncheckedAmount")]
pub struct Amount {
    /// The currency.
    currency: Currency,
    /// The amount in the currency's smallest unit: cents for USD, yen for JPY.
    #[schema(example = 129900)]
    minor_units: i64,
}

impl Amount {
    /// The amount of `minor_units` smallest units of `currency`.
    ///
    /// # Errors
    /// [`ExtractedFault::AmountTooLarge`] beyond [`limits::AMOUNT_MINOR_UNITS`].
    pub fn new(currency: Currency, minor_units: i64) -> Result<Self, ExtractedFault> {
        if minor_units.unsigned_abs() > limits::AMOUNT_MINOR_UNITS.unsigned_abs() {
            return Err(ExtractedFault::AmountTooLarge);
        }
        Ok(Self { currency, minor_units })
    }

    /// The currency.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The amount in the currency's smallest unit.
    pub fn minor_units(&self) -> i64 {
        self.minor_units
    }
}

#[derive(Deserialize)]
struct UncheckedAmount {
    currency: Currency,
    minor_units: i64,
}

impl TryFrom<UncheckedAmount> for Amount {
    type Error = ExtractedFault;

    fn try_from(read: UncheckedAmount) -> Result<Self, ExtractedFault> {
        Self::new(read.currency, read.minor_units)
    }
}

/// The days from `earliest` to `latest`, both included. They are the same for a day that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "UncheckedDateRange")]
pub struct DateRange {
    /// The first day that may be meant.
    earliest: NaiveDate,
    /// The last day that may be meant.
    latest: NaiveDate,
    /// Whether the text counts from the day on which it was written, as with `yesterday`.
    is_relative: bool,
}

impl DateRange {
    /// The days from `earliest` to `latest`; `is_relative` when the text counts from its own day.
    ///
    /// # Errors
    /// [`ExtractedFault::DatesInWrongOrder`] when `latest` is before `earliest`.
    pub fn new(
        earliest: NaiveDate,
        latest: NaiveDate,
        is_relative: bool,
    ) -> Result<Self, ExtractedFault> {
        if latest < earliest {
            return Err(ExtractedFault::DatesInWrongOrder);
        }
        Ok(Self { earliest, latest, is_relative })
    }

    /// The first day that may be meant.
    pub fn earliest(&self) -> NaiveDate {
        self.earliest
    }

    /// The last day that may be meant.
    pub fn latest(&self) -> NaiveDate {
        self.latest
    }

    /// Whether the text counts from the day on which it was written.
    pub fn is_relative(&self) -> bool {
        self.is_relative
    }
}

#[derive(Deserialize)]
struct UncheckedDateRange {
    earliest: NaiveDate,
    latest: NaiveDate,
    is_relative: bool,
}

impl TryFrom<UncheckedDateRange> for DateRange {
    type Error = ExtractedFault;

    fn try_from(read: UncheckedDateRange) -> Result<Self, ExtractedFault> {
        Self::new(read.earliest, read.latest, read.is_relative)
    }
}

/// Whose form a tracking number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Carrier {
    /// UPS.
    Ups,
    /// FedEx.
    Fedex,
    /// The United States Postal Service.
    Usps,
    /// DHL Express.
    Dhl,
    /// A post of the Universal Postal Union, by its standard S10; the number ends in the country.
    Post,
}

/// A currency: three capital letters of ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "USD", pattern = "^[A-Z]{3}$")]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads three capital letters.
    ///
    /// # Errors
    /// [`ExtractedFault::NotACurrency`] for anything else.
    pub fn parse(code: &str) -> Result<Self, ExtractedFault> {
        let letters: [u8; 3] =
            code.as_bytes().try_into().map_err(|_| ExtractedFault::NotACurrency)?;
        if !letters.iter().all(u8::is_ascii_uppercase) {
            return Err(ExtractedFault::NotACurrency);
        }
        Ok(Self(letters))
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl TryFrom<String> for Currency {
    type Error = ExtractedFault;

    fn try_from(code: String) -> Result<Self, ExtractedFault> {
        Self::parse(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

/// Declares a short text that holds only what passed its `parse`.
macro_rules! short_text {
    ($(#[$doc:meta])* $name:ident, $limit:expr, $takes:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            ///
            /// # Errors
            /// [`ExtractedFault::NotOfThisKind`] when it is empty, too long, or holds a character
            /// that this kind does not take.
            pub fn parse(text: &str) -> Result<Self, ExtractedFault> {
                let takes: fn(char) -> bool = $takes;
                let is_short = !text.is_empty() && text.chars().count() <= $limit;
                if !is_short || !text.chars().all(takes) {
                    return Err(ExtractedFault::NotOfThisKind);
                }
                Ok(Self(text.to_owned()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text with masked card numbers and IBANs. It has as many characters as before.
            fn masked(self) -> Self {
                Self(masked(self.0))
            }
        }

        impl TryFrom<String> for $name {
            type Error = ExtractedFault;

            fn try_from(text: String) -> Result<Self, ExtractedFault> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .min_length(Some(1))
                    .max_length(Some($limit))
                    .into()
            }
        }

        impl ToSchema for $name {}
    };
}

short_text!(
    /// The name of a device or a product, of at most [`limits::DEVICE_NAME_CHARACTERS`] characters.
    DeviceName,
    limits::DEVICE_NAME_CHARACTERS,
    |character| !character.is_control()
);

short_text!(
    /// The version of a product, of at most [`limits::PRODUCT_VERSION_CHARACTERS`] characters.
    ProductVersion,
    limits::PRODUCT_VERSION_CHARACTERS,
    |character| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '+' | '_')
);

short_text!(
    /// A tracking number, of at most [`limits::TRACKING_NUMBER_CHARACTERS`] capital letters and
    /// digits.
    TrackingNumber,
    limits::TRACKING_NUMBER_CHARACTERS,
    |character| character.is_ascii_uppercase() || character.is_ascii_digit()
);

short_text!(
    /// A phone number, of at most [`limits::PHONE_NUMBER_CHARACTERS`] characters.
    PhoneNumber,
    limits::PHONE_NUMBER_CHARACTERS,
    |character| character.is_ascii_digit() || matches!(character, '+' | '(' | ')' | '-' | '.' | '/' | ' ')
);

/// What is kept of a card number or an IBAN: `****` and its last four characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "****1111", pattern = r"^\*{4}[0-9A-Z]{4}$")]
pub struct MaskedNumber(String);

/// What stands for the characters that are not kept.
const MASK: &str = "****";
/// Characters that are kept of a number.
const KEPT_CHARACTERS: usize = 4;

impl MaskedNumber {
    /// The number that ends in the four letters and digits `last`.
    ///
    /// # Errors
    /// [`ExtractedFault::NotOfThisKind`] when these are other than four letters and digits.
    pub fn ending_in(last: &str) -> Result<Self, ExtractedFault> {
        Self::parse(&format!("{MASK}{last}"))
    }

    /// Reads what [`MaskedNumber::as_str`] gave; a number that is not masked is refused.
    ///
    /// # Errors
    /// [`ExtractedFault::NotOfThisKind`] for anything else.
    pub fn parse(masked: &str) -> Result<Self, ExtractedFault> {
        let kept = masked.strip_prefix(MASK).ok_or(ExtractedFault::NotOfThisKind)?;
        let is_kept = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        if kept.len() != KEPT_CHARACTERS || !kept.bytes().all(is_kept) {
            return Err(ExtractedFault::NotOfThisKind);
        }
        Ok(Self(masked.to_owned()))
    }

    /// The mask and the last four characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MaskedNumber {
    type Error = ExtractedFault;

    fn try_from(masked: String) -> Result<Self, ExtractedFault> {
        Self::parse(&masked)
    }
}

impl From<MaskedNumber> for String {
    fn from(masked: MaskedNumber) -> Self {
        masked.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reads(value: serde_json::Value) -> bool {
        serde_json::from_value::<Extracted>(value).is_ok()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_kind_has_its_wire_form() {
        let version = ProductVersion::parse("128.0").unwrap();
        let name = DeviceName::parse("Firefox").unwrap();
        let usd = Currency::parse("USD").unwrap();
        let range = DateRange::new(day("2024-03-04"), day("2024-04-03"), false).unwrap();
        let number = TrackingNumber::parse("1Z12345E6605272234").unwrap();
        let masked = MaskedNumber::ending_in("1111").unwrap();
        for (value, expected) in [
            (
                ExtractedValue::OrderId {
                    order_id: OrderId::parse("2021").unwrap(),
                    confidence: OrderConfidence::High,
                },
                json!({"kind": "order_id", "order_id": "2021", "confidence": "high"}),
            ),
            (
                ExtractedValue::Amount(Amount::new(usd, 129_900).unwrap()),
                json!({"kind": "amount", "currency": "USD", "minor_units": 129_900}),
            ),
            (
                ExtractedValue::Date(range),
                json!({"kind": "date", "earliest": "2024-03-04", "latest": "2024-04-03",
                    "is_relative": false}),
            ),
            (
                ExtractedValue::TrackingNumber { carrier: Carrier::Ups, number },
                json!({"kind": "tracking_number", "carrier": "ups", "number": "1Z12345E6605272234"}),
            ),
            (
                ExtractedValue::Device { name: name.clone() },
                json!({"kind": "device", "name": "Firefox"}),
            ),
            (
                ExtractedValue::Version { product: Some(name), version: version.clone() },
                json!({"kind": "version", "product": "Firefox", "version": "128.0"}),
            ),
            (
                ExtractedValue::Version { product: None, version },
                json!({"kind": "version", "version": "128.0"}),
            ),
            (
                ExtractedValue::Email { address: EmailAddress::parse("a@example.com").unwrap() },
                json!({"kind": "email", "address": "a@example.com"}),
            ),
            (
                ExtractedValue::Phone { number: PhoneNumber::parse("+442079460958").unwrap() },
                json!({"kind": "phone", "number": "+442079460958"}),
            ),
            (
                ExtractedValue::CardNumber { masked: masked.clone() },
                json!({"kind": "card_number", "masked": "****1111"}),
            ),
            (ExtractedValue::Iban { masked }, json!({"kind": "iban", "masked": "****1111"})),
        ] {
            let extracted = Extracted::new(TextField::Subject, 3, 8, value).unwrap();
            let mut written = json!({"field": "subject", "start": 3, "end": 8});
            written.as_object_mut().unwrap().extend(expected.as_object().unwrap().clone());
            assert_eq!(serde_json::to_value(&extracted).unwrap(), written);
            assert_eq!(serde_json::from_value::<Extracted>(written).unwrap(), extracted);
        }
    }

    #[test]
    fn what_is_wrong_is_not_read() {
        let amount = |currency: &str, units: i64, start: u32| {
            json!({"field": "subject", "start": start, "end": 8, "kind": "amount",
                "currency": currency, "minor_units": units})
        };
        assert!(reads(amount("USD", 1, 0)));
        assert!(!reads(amount("usd", 1, 0)));
        assert!(!reads(amount("USDX", 1, 0)));
        assert!(!reads(amount("USD", i64::MIN, 0)));
        assert!(!reads(amount("USD", 1, 8)));
        let card = |masked: &str| json!({"field": "subject", "start": 0, "end": 8, "kind": "card_number", "masked": masked});
        assert!(reads(card("****1111")));
        assert!(!reads(card("4111111111111111")));
        assert!(!reads(card("****11111")));
        assert!(!reads(json!({"field": "subject", "start": 0, "end": 8, "kind": "date",
            "earliest": "2024-03-04", "latest": "2024-03-03", "is_relative": false})));
    }

    #[test]
    fn a_short_number_cannot_be_masked() {
        assert_eq!(MaskedNumber::ending_in("54AB").unwrap().as_str(), "****54AB");
        assert!(MaskedNumber::ending_in("12345678").is_err());
        assert!(MaskedNumber::ending_in("").is_err());
    }
}
