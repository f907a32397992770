//! Takes personal data out of what Bedrock is shown.

use copilot_core::ticket::{Ticket, mask, mask_personal_data};

/// Whether personal data is masked in what Bedrock is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Masking {
    /// It is.
    On,
    /// The texts go out as the customer wrote them, but for card numbers and IBANs.
    Off,
}

/// The text is neither `on` nor `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("masking is `on` or `off`")]
pub struct ParseMaskingError;

impl Masking {
    /// Reads `on` or `off`.
    ///
    /// # Errors
    /// [`ParseMaskingError`]: a slip of the pen must not send personal data out.
    pub fn parse(text: &str) -> Result<Self, ParseMaskingError> {
        match text {
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            _ => Err(ParseMaskingError),
        }
    }

    /// One of the ticket's texts as Bedrock may see it.
    pub(super) fn apply(self, text: &str, ticket: &Ticket) -> String {
        if self == Self::Off {
            return mask(text).into_owned();
        }
        let name = ticket.customer_name.as_ref().map(|name| name.as_str());
        // Addresses are found by their form; what stands before the `@` is mostly a name as well.
        let address = ticket.customer_email.as_ref().map(|address| address.as_str());
        let contact = ticket.customer_contact.as_ref().map(|contact| contact.as_str());
        let addresses = contact.into_iter().flat_map(|contact| contact.split([',', ' ']));
        let mailboxes = address.into_iter().chain(addresses);
        let mailboxes = mailboxes.filter_map(|one| one.rsplit_once('@')).map(|(name, _)| name);
        let names: Vec<&str> = name.into_iter().chain(mailboxes).collect();
        mask_long_numbers(&mask_personal_data(text, &names))
    }
}

/// Fewest digits of a number that may be one of a phone, a card or an account. Orders have fewer.
const LONG_NUMBER_DIGITS: usize = 7;

/// The text with `[number]` for what the shared masking leaves and might be an account or a phone all
/// the same. Digits with single separators between them are one number.
fn mask_long_numbers(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|character: char| character.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        masked.push_str(before);
        let mut end = 0;
        let mut digits = 0;
        for (place, character) in from.char_indices() {
            if character.is_ascii_digit() {
                digits += 1;
                end = place + 1;
            } else if place > end || !" -./()".contains(character) {
                break;
            }
        }
        let (number, behind) = from.split_at(end);
        masked.push_str(if digits >= LONG_NUMBER_DIGITS { "[number]" } else { number });
        rest = behind;
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use copilot_core::ticket::{CustomerName, EmailAddress, example};

    use super::*;

    fn ticket() -> Ticket {
        Ticket {
            customer_name: Some(CustomerName::parse("John Doe").unwrap()),
            customer_email: Some(EmailAddress::parse("j.roe@example.com").unwrap()),
            ..example().unwrap()
        }
    }

    #[test]
    fn personal_data_is_replaced_and_the_rest_stays() {
        for (text, expected) in [
            ("I am John Doe.", "I am [name]."),
            ("John's order #2021", "[name]'s order #2021"),
            ("Johnson wrote", "Johnson wrote"),
            ("mail a.b+c@example.org, please", "mail [email], please"),
            ("call +49 170 123-4567 now", "call [phone] now"),
            ("card 4111 1111 1111 1111!", "card [card]!"),
            ("account 12345678", "account [number]"),
            ("order 123456 of 2024-11-03", "order 123456 of [number]"),
            ("paid 20 of 30 euros", "paid 20 of 30 euros"),
            ("Größe 42 für Zoë", "Größe 42 für Zoë"),
            ("", ""),
        ] {
            assert_eq!(Masking::On.apply(text, &ticket()), expected, "{text}");
            let off = text.replace("4111 1111 1111 ", "**** **** **** ");
            assert_eq!(Masking::Off.apply(text, &ticket()), off);
        }
    }

    #[test]
    fn only_on_and_off_are_read() {
        assert_eq!(Masking::parse("on"), Ok(Masking::On));
        assert_eq!(Masking::parse("off"), Ok(Masking::Off));
        for text in ["", "Off", "false", "of"] {
            assert_eq!(Masking::parse(text), Err(ParseMaskingError), "{text}");
        }
    }
}
