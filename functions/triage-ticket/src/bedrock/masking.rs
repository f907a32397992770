//! Takes personal data out of what Bedrock is shown.

use copilot_core::ticket::Ticket;

/// Whether personal data is masked in what Bedrock is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Masking {
    /// It is.
    On,
    /// The texts go out as the customer wrote them.
    Off,
}

/// The text is neither `on` nor `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("masking is `on` or `off`")]
pub struct NotAMasking;

impl Masking {
    /// Reads `on` or `off`.
    ///
    /// # Errors
    /// [`NotAMasking`]: a slip of the pen must not send personal data out.
    pub fn parse(text: &str) -> Result<Self, NotAMasking> {
        match text {
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            _ => Err(NotAMasking),
        }
    }

    /// One of the ticket's texts as Bedrock may see it.
    pub(super) fn apply(self, text: &str, ticket: &Ticket) -> String {
        if self == Self::Off {
            return text.to_owned();
        }
        let name = ticket.customer_name.as_ref().map(|name| name.as_str());
        // Addresses are found by their form; what stands before the `@` is mostly a name as well.
        let address = ticket.customer_email.as_ref().map(|address| address.as_str());
        let mailbox = address.and_then(|address| address.rsplit_once('@')).map(|(name, _)| name);
        let names: Vec<&str> = name.into_iter().chain(mailbox).collect();
        mask_personal_data(text, &names)
    }
}

/// Fewest digits of a number that may be one of a phone, a card or an account. Orders have fewer.
const LONG_NUMBER_DIGITS: usize = 7;
/// Shortest part of a name that is masked on its own, in characters.
const NAME_PART_CHARACTERS: usize = 3;

/// The text with `[email]`, `[number]` and `[name]` for addresses, long numbers and `names`, whole or in
/// part and in any case.
fn mask_personal_data(text: &str, names: &[&str]) -> String {
    let parts: Vec<String> = names
        .iter()
        .flat_map(|name| words(name))
        .filter(|part| part.chars().count() >= NAME_PART_CHARACTERS)
        .map(str::to_lowercase)
        .collect();
    let without_addresses: String = text
        .split_inclusive(char::is_whitespace)
        .map(|piece| {
            let word = piece.trim_end();
            let is_address = word.trim_matches('@').contains('@');
            if is_address { piece.replacen(word, "[email]", 1) } else { piece.to_owned() }
        })
        .collect();
    mask_numbers(&mask_names(&without_addresses, &parts))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn mask_names(text: &str, parts: &[String]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let start = rest.find(char::is_alphanumeric).unwrap_or(rest.len());
        let (between, from) = rest.split_at(start);
        masked.push_str(between);
        let end = from.find(|character: char| !character.is_alphanumeric()).unwrap_or(from.len());
        let (word, behind) = from.split_at(end);
        let is_name = !word.is_empty() && parts.contains(&word.to_lowercase());
        masked.push_str(if is_name { "[name]" } else { word });
        rest = behind;
    }
    masked
}

/// Digits with single separators between them are one number.
fn mask_numbers(text: &str) -> String {
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
    use super::*;

    #[test]
    fn personal_data_is_replaced_and_the_rest_stays() {
        let names = ["John Doe", "j.roe"];
        for (text, expected) in [
            ("I am John Doe.", "I am [name] [name]."),
            ("JOHN's order #2021", "[name]'s order #2021"),
            ("Johnson wrote", "Johnson wrote"),
            ("mail a.b+c@example.org, please", "mail [email] please"),
            ("(a@b.de)\nnext line", "[email]\nnext line"),
            ("call +49 170 123-4567 now", "call +[number] now"),
            ("card 4111 1111 1111 1111!", "card [number]!"),
            ("order 123456 of 2024-11-03", "order 123456 of [number]"),
            ("paid 20 of 30 euros", "paid 20 of 30 euros"),
            ("roe", "[name]"),
            ("Größe 42 für Zoë", "Größe 42 für Zoë"),
            ("", ""),
        ] {
            assert_eq!(mask_personal_data(text, &names), expected, "{text}");
        }
    }

    #[test]
    fn only_on_and_off_are_read() {
        assert_eq!(Masking::parse("on"), Ok(Masking::On));
        assert_eq!(Masking::parse("off"), Ok(Masking::Off));
        for text in ["", "Off", "false", "of"] {
            assert_eq!(Masking::parse(text), Err(NotAMasking), "{text}");
        }
    }
}
