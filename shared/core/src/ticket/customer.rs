//! Who a ticket is from.

use std::fmt;
use std::str::FromStr;

use icu_normalizer::ComposingNormalizerBorrowed;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use super::invisible::{is_blank, is_invisible};
use super::masking::masked;
use super::{CustomerContact, Source, TextFault};
use crate::limits;
use crate::stack_key::{Purpose, StackKey};

/// An e-mail address as its owner writes it, without display name or surrounding spaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Takes an address by RFC 5322 and 6531 whose domain has a dot in it, so that a customer can
    /// be answered over the internet. Characters that nobody sees, which come along when an address is
    /// copied, are no part of it: with them no answer would arrive.
    ///
    /// # Errors
    /// [`TextFault`] for a blank or over-long text, control characters, or no such address.
    pub fn parse(text: &str) -> Result<Self, TextFault> {
        let seen: String = text.chars().filter(|character| !is_invisible(*character)).collect();
        let text = seen.trim();
        if is_blank(text) {
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

    /// What all spellings of the address have in common that mail systems in practice deliver to the
    /// same mailbox: lower case, composed characters (NFC), and the domain as the name system knows it
    /// (A-labels).
    fn normalized(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_ascii_lowercase());
        format!("{}@{domain}", normalized_local_part(local))
    }

    /// As addresses were normalised before there was a key: in lower case.
    fn formerly_normalized(&self) -> String {
        self.0.to_lowercase()
    }
}

/// The local part in lower case and composed, but for signs that only look like a letter: those of
/// kelvin and of ångström are not what K and Å are in a mailbox's name.
fn normalized_local_part(local: &str) -> String {
    let composer = ComposingNormalizerBorrowed::new_nfc();
    let mut normalized = String::with_capacity(local.len());
    for part in local.split_inclusive(is_sign) {
        let letters = part.trim_end_matches(is_sign);
        // Lower case may take a character apart that was composed.
        let composed = composer.normalize(letters).to_lowercase();
        normalized.push_str(&composer.normalize(&composed));
        normalized.extend(part.chars().next_back().filter(|last| is_sign(*last)));
    }
    normalized
}

/// Whether the character is one of the letterlike symbols that Unicode holds to be a letter.
fn is_sign(character: char) -> bool {
    matches!(character, '\u{2126}' | '\u{212a}' | '\u{212b}')
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
///
/// What [`CustomerId::of`] and [`CustomerId::of_external`] derive can be worked out by everybody who
/// knows the address, so the store makes an id of the stack's own of it ([`CustomerId::under`]) before
/// anybody sees it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CustomerId {
    text: String,
    is_under_a_key: bool,
}

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

    /// The id that the customer with this address had before there was a key. Tickets of then bear it.
    pub fn formerly_of(address: &EmailAddress) -> Self {
        Self::digest(&["customer-id", &address.formerly_normalized()])
    }

    /// The id of a customer whose address is not known: `name` is what `source` calls them in the
    /// account or app `account`, such as the number of a requester.
    ///
    /// The same person has another id once a ticket names the address; nothing here could know.
    pub fn of_external(source: Source, account: Option<&str>, name: &str) -> Self {
        Self::digest(&["external-customer-id", source.name(), account.unwrap_or_default(), name])
    }

    /// The id of a customer who is known by a contact that is no [`EmailAddress`], the same in every
    /// source.
    pub fn of_contact(contact: &CustomerContact) -> Self {
        Self::digest(&["customer-contact", &contact.as_str().to_lowercase()])
    }

    /// No part holds a NUL, so that two lists of parts never join to the same text.
    fn digest(parts: &[&str]) -> Self {
        Self { text: written(&Sha256::digest(parts.join("\0"))), is_under_a_key: false }
    }

    /// The id in the stack with this secret, which tells nothing of the address. It stays as it is when
    /// it is one already.
    #[must_use]
    pub fn under(self, key: &StackKey) -> Self {
        if self.is_under_a_key { self } else { self.successor(key) }
    }

    /// The id that the same customer has under `key`, if this is one from before there was a key.
    #[must_use]
    pub fn successor(&self, key: &StackKey) -> Self {
        let code = key.code(Purpose::CustomerId, &[self.text.as_bytes()]);
        Self { text: written(&code), is_under_a_key: true }
    }

    /// An id that was right once and has been stored since.
    pub fn restored(id: String) -> Self {
        Self { text: id, is_under_a_key: true }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// An id of the first bytes of a digest.
fn written(digest: &[u8]) -> String {
    let digits = digest.iter().take(DIGEST_BYTES).map(|byte| format!("{byte:02X}"));
    std::iter::once(PREFIX.to_owned()).chain(digits).collect()
}

impl fmt::Debug for CustomerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("CustomerId").field(&self.text).finish()
    }
}

impl PartialEq for CustomerId {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for CustomerId {}

impl From<CustomerId> for String {
    fn from(id: CustomerId) -> Self {
        id.text
    }
}

impl FromStr for CustomerId {
    type Err = ParseCustomerIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix(PREFIX).ok_or(ParseCustomerIdError)?;
        let upper_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
        if digits.len() == 2 * DIGEST_BYTES && digits.bytes().all(upper_hex) {
            Ok(Self::restored(text.to_owned()))
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
    fn one_mailbox_has_one_id_however_its_letters_are_written() {
        let id = |address| CustomerId::of(&EmailAddress::parse(address).unwrap());
        for (one, other) in [
            ("j\u{fc}rgen@example.com", "ju\u{308}rgen@example.com"),
            ("J\u{dc}RGEN@example.com", "ju\u{308}rgen@EXAMPLE.com"),
            ("nguye\u{302}\u{303}n@example.com", "nguy\u{1ec5}n@example.com"),
            ("rosa@m\u{fc}nchen.example", "rosa@xn--mnchen-3ya.example"),
            ("rosa@mu\u{308}nchen.example", "rosa@XN--MNCHEN-3YA.example"),
            ("\u{200b}ro\u{200b}sa@example.com", "rosa@example.com"),
            ("ro\u{ad}sa@exam\u{2060}ple.com\u{202c}", "rosa@example.com"),
        ] {
            assert_eq!(id(one), id(other), "{one} {other}");
        }
        for (one, other) in [
            ("quac\u{212a}@example.com", "quack@example.com"),
            ("\u{212b}sa@example.com", "\u{e5}sa@example.com"),
            ("k\u{212a}k@example.com", "kkk@example.com"),
            ("\u{ff52}osa@example.com", "rosa@example.com"),
            ("r\u{43e}sa@example.com", "rosa@example.com"),
            ("stra\u{df}e@example.com", "strasse@example.com"),
            ("rosa@b\u{fc}cher.example", "rosa@bucher.example"),
        ] {
            assert_ne!(id(one), id(other), "{one} {other}");
        }
        let address = EmailAddress::parse("\u{feff}rosa\u{200d}@example.com").unwrap();
        assert_eq!(address.as_str(), "rosa@example.com");
        assert_eq!(EmailAddress::parse("\u{200b}\u{3164}"), Err(TextFault::Blank));
    }

    #[test]
    fn each_stack_has_ids_of_its_own_and_knows_those_from_before() {
        let address = EmailAddress::parse("John.Doe@example.com").unwrap();
        let key = |digit: &str| digit.repeat(32).parse::<StackKey>().unwrap();
        let before = CustomerId::formerly_of(&address);
        assert_eq!(before.as_str(), "CUST-DF36B01B83A62E00D460");
        let now = CustomerId::of(&address).under(&key("1"));
        assert_ne!(now, before);
        assert_ne!(now, CustomerId::of(&address).under(&key("2")));
        assert_eq!(now.clone().under(&key("2")), now);
        // Whoever has an id from before, and no address, finds the customer too.
        let named: CustomerId = before.as_str().parse().unwrap();
        assert_eq!(named.successor(&key("1")), now);
        assert_eq!(CustomerId::restored(before.as_str().to_owned()).under(&key("1")), before);
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
