//! Who a ticket is from.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use super::masking::masked;
use super::{Source, TextFault};
use crate::limits;

/// An e-mail address as its owner writes it, without display name or surrounding spaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Takes an address by RFC 5322 and 6531 whose domain has a dot in it, so that a customer can
    /// be answered over the internet.
    ///
    /// # Errors
    /// [`TextFault`] for a blank or over-long text, control characters, or no such address.
    pub fn parse(text: &str) -> Result<Self, TextFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TextFault::Blank);
        }
        if text.len() > limits::EMAIL_BYTES {
            return Err(TextFault::TooLong { limit: limits::EMAIL_BYTES, actual: text.len() });
        }
        if text.chars().any(char::is_control) {
            return Err(TextFault::ControlCharacter);
        }
        let options = email_address::Options::default()
            .with_required_tld()
            .without_display_text()
            .without_domain_literal();
        email_address::EmailAddress::parse_with_options(text, options)
            .map(|_| Self(text.to_owned()))
            .map_err(|_| TextFault::NotAnEmailAddress)
    }

    /// An address that was parsed once and has been stored since. It stays as it is, even when
    /// today's rules are stricter than those of its day.
    pub fn restored(address: String) -> Self {
        Self(address)
    }

    /// The address with masked card numbers and IBANs. It has as many characters as before.
    #[must_use]
    pub fn masked(self) -> Self {
        Self(masked(self.0))
    }

    /// The address as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in lower case: every spelling that mail systems in practice deliver to the same
    /// mailbox.
    fn normalized(&self) -> String {
        self.0.to_lowercase()
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = TextFault;

    fn try_from(text: String) -> Result<Self, TextFault> {
        Self::parse(&text)
    }
}

impl PartialSchema for EmailAddress {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)))
            .min_length(Some(1))
            .max_length(Some(limits::EMAIL_BYTES))
            .description(Some("The customer's e-mail address."))
            .into()
    }
}

impl ToSchema for EmailAddress {}

/// A customer: `CUST-` and 20 hex digits, derived from the e-mail address. One customer has one id
/// however the address is written and wherever it comes from. A customer without a known address
/// has an id derived from what the source calls them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct CustomerId(String);

/// The text is not a customer id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a customer id")]
pub struct ParseCustomerIdError;

const PREFIX: &str = "CUST-";

/// 80 bits: among a hundred million customers two share an id with a chance of 1 in 200 million.
const DIGEST_BYTES: usize = 10;

impl CustomerId {
    /// The id of the customer with this address.
    pub fn of(address: &EmailAddress) -> Self {
        Self::digest(&["customer-id", &address.normalized()])
    }

    /// The id of a customer whose address is not known: `name` is what `source` calls them in the
    /// account or app `account`, such as the number of a requester.
    ///
    /// The same person has another id once a ticket names the address; nothing here could know.
    pub fn of_external(source: Source, account: Option<&str>, name: &str) -> Self {
        Self::digest(&["external-customer-id", source.name(), account.unwrap_or_default(), name])
    }

    /// No part holds a NUL, so that two lists of parts never join to the same text.
    fn digest(parts: &[&str]) -> Self {
        let digest = Sha256::digest(parts.join("\0"));
        let mut id = String::from(PREFIX);
        for byte in digest.iter().take(DIGEST_BYTES) {
            id.push_str(&format!("{byte:02X}"));
        }
        Self(id)
    }

    /// An id that was right once and has been stored since.
    pub fn restored(id: String) -> Self {
        Self(id)
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CustomerId {
    type Err = ParseCustomerIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix(PREFIX).ok_or(ParseCustomerIdError)?;
        let upper_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
        if digits.len() == 2 * DIGEST_BYTES && digits.bytes().all(upper_hex) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseCustomerIdError)
        }
    }
}

impl TryFrom<String> for CustomerId {
    type Error = ParseCustomerIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl PartialSchema for CustomerId {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^CUST-[0-9A-F]{20}$"))
            .description(Some(
                "The customer's id, derived from the address or, without one, from what the source \
                 calls the customer.",
            ))
            .into()
    }
}

impl ToSchema for CustomerId {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn takes_real_addresses() {
        for address in [
            "john.doe@example.com",
            "  john.doe@example.com\n",
            "a+b@mail.example.co.uk",
            "o'brien@example.ie",
            "jörg@müller.example",
            "\"very odd\"@example.com",
        ] {
            assert!(EmailAddress::parse(address).is_ok(), "{address:?}");
        }
    }

    #[test]
    fn refuses_what_nobody_can_answer() {
        for (address, fault) in [
            (" ", TextFault::Blank),
            ("john", TextFault::NotAnEmailAddress),
            ("john@", TextFault::NotAnEmailAddress),
            ("john@localhost", TextFault::NotAnEmailAddress),
            ("john@[127.0.0.1]", TextFault::NotAnEmailAddress),
            ("John Doe <john@example.com>", TextFault::NotAnEmailAddress),
            ("a@b.example, c@d.example", TextFault::NotAnEmailAddress),
            ("john@example.com\r\nBcc: x@y.example", TextFault::ControlCharacter),
            ("john\u{0}@example.com", TextFault::ControlCharacter),
        ] {
            assert_eq!(EmailAddress::parse(address), Err(fault), "{address:?}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        assert_eq!(EmailAddress::parse(&long), Err(TextFault::TooLong { limit: 254, actual: 262 }));
    }

    #[test]
    fn one_customer_has_one_id_in_every_spelling() {
        let id = |address| CustomerId::of(&EmailAddress::parse(address).unwrap());
        assert_eq!(id("john.doe@example.com"), id("  John.DOE@Example.COM "));
        assert_ne!(id("john.doe@example.com"), id("jane.doe@example.com"));
        let text = id("john.doe@example.com");
        assert_eq!(text.as_str().parse(), Ok(text.clone()));
        assert_eq!("CUST-123".parse::<CustomerId>(), Err(ParseCustomerIdError));
    }

    #[test]
    fn customers_without_an_address_are_told_apart_by_source_account_and_name() {
        let id = CustomerId::of_external(Source::Zendesk, Some("22129848"), "8447388090494");
        assert_eq!(id, CustomerId::of_external(Source::Zendesk, Some("22129848"), "8447388090494"));
        for other in [
            CustomerId::of_external(Source::Intercom, Some("22129848"), "8447388090494"),
            CustomerId::of_external(Source::Zendesk, Some("2212984"), "88447388090494"),
            CustomerId::of_external(Source::Zendesk, None, "8447388090494"),
            CustomerId::of_external(Source::Zendesk, Some("22129848"), "8447388090495"),
        ] {
            assert_ne!(id, other);
        }
        assert_eq!(id.as_str().parse(), Ok(id.clone()));
    }

    #[test]
    fn only_what_parses_is_deserialised() {
        let address = |text: &str| serde_json::from_value::<EmailAddress>(text.into()).is_ok();
        assert!(address("john@example.com") && !address("john") && !address(""));
        let id = |text: &str| serde_json::from_value::<CustomerId>(text.into()).is_ok();
        assert!(id("CUST-DF36B01B83A62E00D460") && !id("CUST-1") && !id(""));
    }

    proptest! {
        #[test]
        fn never_panics(text in ".*") {
            let _ = EmailAddress::parse(&text);
        }
    }
}
