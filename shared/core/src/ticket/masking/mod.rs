//! Hides what must not be passed on: card numbers and IBANs in everything that leaves the store,
//! and personal data in what is sent to another service.
//!
//! In reading order: `payment_numbers` finds card numbers and IBANs; `contacts` finds e-mail
//! addresses and phone numbers.

mod card_words;
mod contacts;
mod iban;
mod payment_numbers;
mod symbols;

use std::borrow::Cow;
use std::ops::Range;

pub use contacts::{Contact, ContactKind, Contacts, contacts};
pub use payment_numbers::{PaymentNumber, PaymentNumberKind, payment_numbers};

/// What stands for each hidden letter or digit.
const MASK: char = '*';
/// Words that stand for personal data are looked for in at most so many names.
const NAMES: usize = 8;
/// Shortest part of a name that is replaced on its own, in characters.
const NAME_PART_CHARACTERS: usize = 2;

/// The text with every card number and IBAN hidden but for its last four characters. Each hidden
/// letter or digit becomes `*` and what stands between them stays, so the number of characters is
/// the same and places in the text keep their meaning. A text without such a number is not copied.
pub fn mask(text: &str) -> Cow<'_, str> {
    let numbers = payment_numbers(text);
    if numbers.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut copied = 0;
    for hidden in numbers.iter().flat_map(|number| &number.hidden) {
        masked.push_str(&text[copied..hidden.start]);
        let characters = text[hidden.clone()].chars();
        masked.extend(characters.map(|_| MASK));
        copied = hidden.end;
    }
    masked.push_str(&text[copied..]);
    Cow::Owned(masked)
}

/// The same of a text that is not needed any more.
pub fn masked(text: String) -> String {
    match mask(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(masked) => masked,
    }
}

/// The text as it may go to another service: `[card]`, `[iban]`, `[email]`, `[phone]` and `[name]`
/// stand for what they name. A name of `names` is found as a whole in any case, and each of its
/// parts where it is written as in the name. Only the first eight names are looked for.
pub fn mask_personal_data(text: &str, names: &[&str]) -> String {
    let mut found: Vec<(Range<usize>, &'static str)> = payment_numbers(text)
        .into_iter()
        .map(|number| {
            let placeholder = match number.kind {
                PaymentNumberKind::Card => "[card]",
                PaymentNumberKind::Iban => "[iban]",
            };
            (number.range, placeholder)
        })
        .collect();
    found.extend(contacts(text).map(|contact| {
        let placeholder = match contact.kind {
            ContactKind::Email => "[email]",
            ContactKind::Phone => "[phone]",
        };
        (contact.range, placeholder)
    }));
    found.extend(name_ranges(text, names).into_iter().map(|range| (range, "[name]")));
    // What begins first goes first; of two that begin together, the longer one.
    found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut masked = String::with_capacity(text.len());
    let mut copied = 0;
    for (range, placeholder) in found {
        if range.start >= copied {
            masked.push_str(&text[copied..range.start]);
            masked.push_str(placeholder);
        }
        // Of two that overlap, the end of the second is hidden too.
        copied = copied.max(range.end);
    }
    masked.push_str(&text[copied..]);
    masked
}

/// Where the names stand in the text, as whole words.
fn name_ranges(text: &str, names: &[&str]) -> Vec<Range<usize>> {
    let names: Vec<Vec<&str>> = names
        .iter()
        .take(NAMES)
        .map(|name| words(name).map(|range| &name[range]).collect())
        .filter(|parts: &Vec<&str>| !parts.is_empty())
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    let places: Vec<Range<usize>> = words(text).collect();
    let mut found = Vec::new();
    let mut index = 0;
    while index < places.len() {
        let longest = names.iter().filter_map(|name| name_at(text, &places[index..], name)).max();
        match longest {
            Some(length) => {
                found.push(places[index].start..places[index + length - 1].end);
                index += length;
            }
            None => index += 1,
        }
    }
    found
}

/// How many words of the text belong to the name that begins at the first of `places`.
fn name_at(text: &str, places: &[Range<usize>], name: &[&str]) -> Option<usize> {
    let word = |range: &Range<usize>| &text[range.clone()];
    let is_whole = places.len() >= name.len()
        && places.iter().zip(name).all(|(place, part)| is_same_word(word(place), part));
    if is_whole {
        return Some(name.len());
    }
    let is_part =
        |part: &&&str| part.chars().count() >= NAME_PART_CHARACTERS && word(&places[0]) == **part;
    name.iter().find(is_part).map(|_| 1)
}

fn is_same_word(one: &str, other: &str) -> bool {
    one.chars().flat_map(char::to_lowercase).eq(other.chars().flat_map(char::to_lowercase))
}

/// The longest runs of letters and digits.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut characters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let start = loop {
            let (index, character) = characters.next()?;
            if character.is_alphanumeric() {
                break index;
            }
        };
        while characters.next_if(|(_, character)| character.is_alphanumeric()).is_some() {}
        let end = characters.peek().map_or(text.len(), |(index, _)| *index);
        Some(start..end)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_last_four_characters_stay() {
        for (text, expected) in [
            ("card 4111 1111 1111 1111, thanks", "card **** **** **** 1111, thanks"),
            ("4111-1111-1111-1111", "****-****-****-1111"),
            ("4111111111111111", "************1111"),
            ("**4111 1111 1111 1111**", "****** **** **** 1111**"),
            ("é 378282246310005 😀", "é ***********0005 😀"),
            ("pay DE89 3704 0044 0532 0130 00.", "pay **** **** **** **** **30 00."),
            ("gb82west12345698765432", "******************5432"),
            ("card 4111111111111111123", "card *******************"),
            ("４１１１１１１１１１１１１１１１", "************１１１１"),
            ("4111&nbsp;1111&nbsp;1111&nbsp;1111", "****&nbsp;****&nbsp;****&nbsp;1111"),
            ("IBANDE89370400440532013000", "IBAN******************3000"),
            ("4111 1111 1111 1111 5555 5555 5555 4444", "**** **** **** 1111 **** **** **** 4444"),
        ] {
            assert_eq!(mask(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_without_such_a_number_is_not_copied() {
        for text in ["", "order 732201349959 of 2024-03-04", "4111 1111 1111 1112", "é😀"] {
            assert!(matches!(mask(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn personal_data_becomes_placeholders() {
        let text = "Hi, JOHN DOE here (john.doe@example.com, +44 20 7946 0958). Charge \
            4111 1111 1111 1111 or GB82 WEST 1234 5698 7654 32 for order 732201349959. John";
        assert_eq!(
            mask_personal_data(text, &["John Doe"]),
            "Hi, [name] here ([email], [phone]). Charge [card] or [iban] for order 732201349959. \
            [name]"
        );
    }

    #[test]
    fn names_are_whole_words() {
        let names = ["Will May", "", "Ünal"];
        assert_eq!(
            mask_personal_data("I will say it may be Will's or ünal, will may. Mayor", &names),
            "I will say it may be [name]'s or [name], [name]. Mayor"
        );
    }

    proptest! {
        #[test]
        fn masking_keeps_the_number_of_characters(text in "\\PC*|([0-9]{1,6}[ -]?){0,12}|.{0,99}") {
            prop_assert_eq!(mask(&text).chars().count(), text.chars().count());
        }

        #[test]
        fn a_card_number_never_stays(
            before in "([^0-9]{0,9}[a-z#: ])?",
            digits in prop::collection::vec(0u8..10, 15),
            separator in prop::sample::select(vec!["", " ", "-", "\u{a0}"]),
            after in "([^0-9]{0,9})?",
        ) {
            let mut number = vec![4];
            number.extend(&digits[..14]);
            number.push(check_digit(&number));
            let groups: Vec<String> =
                number.chunks(4).map(|four| four.iter().map(u8::to_string).collect()).collect();
            // The last group is shown.
            prop_assume!(groups[0] != groups[3]);
            let text = format!("{before}{}{after}", groups.join(separator));
            let masked = mask(&text);
            prop_assert!(!masked.contains(&groups[0]), "{}", masked);
            prop_assert!(masked.contains(&groups[3]), "{}", masked);
            prop_assert!(!mask_personal_data(&text, &[]).contains(&groups[3]));
        }

        #[test]
        fn hostile_text_and_names_are_taken(text in "\\PC*", name in "\\PC{0,9}") {
            mask_personal_data(&text, &[&name, &text]);
        }
    }

    fn check_digit(number: &[u8]) -> u8 {
        let doubled = |(index, digit): (usize, &u8)| match (index % 2, digit * 2) {
            (0, twice) if twice > 9 => twice - 9,
            (0, twice) => twice,
            _ => *digit,
        };
        (10 - number.iter().rev().enumerate().map(doubled).sum::<u8>() % 10) % 10
    }
}
