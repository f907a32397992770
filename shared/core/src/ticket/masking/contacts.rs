//! E-mail addresses and phone numbers in a text.

use std::ops::Range;

use super::payment_numbers::{PaymentNumber, payment_numbers};
use crate::ticket::customer::EmailAddress;

/// What kind of contact it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactKind {
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
}

/// An e-mail address or a phone number in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Which of the two.
    pub kind: ContactKind,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

/// The e-mail addresses and phone numbers of a text in their order; none overlaps another, nor a
/// card number or an IBAN. A number counts as one of a phone when it begins with `+` or `00`, when it
/// is grouped as phone numbers are, or when a word such as `call` stands before it.
pub fn contacts(text: &str) -> Contacts<'_> {
    Contacts {
        text,
        next: 0,
        found_end: 0,
        payments: payment_numbers(text).into_iter(),
        payment: None,
    }
}

/// See [`contacts`].
#[derive(Debug, Clone)]
pub struct Contacts<'a> {
    text: &'a str,
    /// The first byte that was not looked at.
    next: usize,
    /// The end of the contact found last: an address does not begin before it.
    found_end: usize,
    payments: std::vec::IntoIter<PaymentNumber>,
    /// The card number or IBAN that ends last among those looked at.
    payment: Option<Range<usize>>,
}

/// Digits of a phone number: the fewest with an area, the most of E.164.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// Bytes that one phone number is looked for in.
const PHONE_BYTES: usize = 32;
/// Longest part of an address before its `@`, in bytes (RFC 5321, section 4.5.3.1.1).
const LOCAL_PART_BYTES: usize = 64;
/// Longest part after it, in bytes (RFC 5321, section 4.5.3.1.2).
const DOMAIN_BYTES: usize = 255;
/// Bytes before a number in which a word that announces a phone number is looked for.
const CUE_BYTES: usize = 24;

/// Words that announce a phone number.
const PHONE_CUES: [&str; 13] = [
    "phone",
    "phone number",
    "telephone",
    "tel",
    "call",
    "call me at",
    "call me on",
    "mobile",
    "cell",
    "whatsapp",
    "text me at",
    "telefon",
    "handy",
];
/// Words before a number that say it is another one.
const OTHER_CUES: [&str; 9] = [
    "order",
    "invoice",
    "ticket",
    "tracking",
    "purchase",
    "serial",
    "case",
    "account",
    "reference",
];

impl Iterator for Contacts<'_> {
    type Item = Contact;

    fn next(&mut self) -> Option<Contact> {
        let bytes = self.text.as_bytes();
        loop {
            let rest = bytes.get(self.next..)?;
            let is_start = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'(' | b'@');
            let start = self.next + rest.iter().position(is_start)?;
            if bytes[start] == b'@' {
                self.next = start + 1;
                if let Some(range) = email_around(self.text, self.found_end, start) {
                    self.next = range.end;
                    self.found_end = range.end;
                    return Some(Contact { kind: ContactKind::Email, range });
                }
                continue;
            }
            if let Some(end) = self.payment_end(start) {
                self.next = end;
                continue;
            }
            match phone_at(self.text, start) {
                Ok(end) => {
                    self.next = end;
                    self.found_end = end;
                    return Some(Contact { kind: ContactKind::Phone, range: start..end });
                }
                Err(end) => self.next = end,
            }
        }
    }
}

impl Contacts<'_> {
    /// The end of the card number or IBAN that `at` is in.
    fn payment_end(&mut self, at: usize) -> Option<usize> {
        while self.payment.as_ref().is_none_or(|range| range.end <= at) {
            self.payment = Some(self.payments.next()?.range);
        }
        self.payment.as_ref().filter(|range| range.contains(&at)).map(|range| range.end)
    }
}

/// The address around the `@` at `at`, which does not begin before `first`. Beyond ASCII letters, what RFC 6531 allows is taken too.
fn email_around(text: &str, first: usize, at: usize) -> Option<Range<usize>> {
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let mut start = at;
    for (index, character) in text[..at].char_indices().rev() {
        if !is_local(character) || index < first || at - index > LOCAL_PART_BYTES {
            break;
        }
        start = index;
    }
    let domain = &text[at + 1..];
    let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.');
    let mut end = at + 1;
    for (index, character) in domain.char_indices() {
        if !is_domain(character) || index > DOMAIN_BYTES {
            break;
        }
        end = at + 1 + index + character.len_utf8();
    }
    end -= text[at + 1..end].len() - text[at + 1..end].trim_end_matches(['.', '-']).len();
    // Marks around an address, as in `'a@example.com'` or `/a@example.com`, are no part of it.
    start = at - text[start..at].trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    EmailAddress::parse(&text[start..end]).ok().map(|_| start..end)
}

/// The end of the phone number at `start`, or else of the digits there.
fn phone_at(text: &str, start: usize) -> Result<usize, usize> {
    let bytes = text.as_bytes();
    let shape = Shape::read(bytes, start);
    let no_phone = Err(shape.first_group_end.max(start + 1));
    let before = text[..start].chars().next_back();
    let is_in_word = before.is_some_and(|c| {
        c.is_alphanumeric()
            || matches!(c, '#' | '.' | '-' | '_' | '/' | '@' | '$' | '€' | '£' | '+')
    });
    let goes_on = text[shape.end..]
        .chars()
        .next()
        .is_some_and(|c| c.is_alphanumeric() || matches!(c, '%' | '@'));
    if is_in_word || goes_on || !PHONE_DIGITS.contains(&shape.digits) || shape.is_date() {
        return no_phone;
    }
    if !shape.is_international && holds_a_date(&bytes[start..shape.end]) {
        return no_phone;
    }
    let cue = cue_before(&text[..start]);
    let is_phone = match cue {
        Some(Cue::Phone) => true,
        Some(Cue::Other) => shape.is_international,
        None => shape.is_international || shape.is_grouped_as_a_phone_number(),
    };
    if is_phone { Ok(shape.end) } else { no_phone }
}

/// Whether a day stands in what may be a number, as in `09/29/2017 10:39`: two groups of one or two digits
/// and a year of four, with the same mark between them.
fn holds_a_date(number: &[u8]) -> bool {
    let groups: Vec<&[u8]> = number.split(|byte| !byte.is_ascii_digit()).collect();
    let mut ends = 0;
    let marks: Vec<Option<u8>> = groups
        .iter()
        .map(|group| {
            ends += group.len() + 1;
            number.get(ends - 1).copied()
        })
        .collect();
    let is_short = |group: &[u8]| matches!(group.len(), 1 | 2);
    let is_year =
        |group: &[u8]| group.len() == 4 && matches!(group, [b'1', b'9', ..] | [b'2', b'0', ..]);
    groups.windows(3).zip(&marks).zip(marks.iter().skip(1)).any(|((three, first), second)| {
        let has_marks = first == second && matches!(first, Some(b'/' | b'.' | b'-'));
        let [one, two, three] = three else { return false };
        has_marks
            && is_short(two)
            && ((is_short(one) && is_year(three)) || (is_year(one) && is_short(three)))
    })
}

enum Cue {
    Phone,
    Other,
}

/// The word that stands before a number, if it says what the number is.
fn cue_before(text: &str) -> Option<Cue> {
    let mut from = text.len().saturating_sub(CUE_BYTES);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let lower = text[from..].to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let fillers = ["number", "no", "nr", "is", "me", "at", "on", "us", "my", "id", "new", "at:"];
    let word = words.iter().rev().find(|word| !fillers.contains(word))?;
    if PHONE_CUES.contains(word) {
        return Some(Cue::Phone);
    }
    OTHER_CUES.contains(word).then_some(Cue::Other)
}

/// How the digits of a number are written.
struct Shape {
    end: usize,
    first_group_end: usize,
    digits: usize,
    /// Digits of each group.
    groups: [usize; 6],
    group_count: usize,
    is_international: bool,
    has_parentheses: bool,
    has_trunk_zero: bool,
    has_slash_or_dot: bool,
}

impl Shape {
    fn read(bytes: &[u8], start: usize) -> Self {
        let mut shape = Self {
            end: start,
            first_group_end: start,
            digits: 0,
            groups: [0; 6],
            group_count: 0,
            is_international: bytes[start] == b'+',
            has_parentheses: bytes[start] == b'(',
            has_trunk_zero: matches!(bytes[start..], [b'0', b'1'..=b'9', ..]),
            has_slash_or_dot: false,
        };
        let mut separators = 0;
        for (index, byte) in bytes.iter().enumerate().skip(start).take(PHONE_BYTES) {
            match byte {
                b'0'..=b'9' => {
                    shape.digit(index, separators > 0);
                    separators = 0;
                }
                b'+' if index == start => {}
                b'(' if index == start => {}
                b' ' | b'-' | b'.' | b'(' | b')' | b'/' if separators < 2 && shape.digits > 0 => {
                    shape.has_parentheses |= *byte == b'(';
                    separators += 1;
                }
                _ => break,
            }
        }
        // `0049 30 901820`; an order number may begin with zeros too, but stands in one group.
        shape.is_international |=
            matches!(bytes[start..], [b'0', b'0', b'1'..=b'9', ..]) && shape.group_count > 1;
        shape.has_slash_or_dot =
            bytes[start..shape.end].iter().any(|byte| matches!(byte, b'/' | b'.'));
        shape
    }

    fn digit(&mut self, index: usize, is_new_group: bool) {
        if is_new_group || self.digits == 0 {
            self.group_count += 1;
        }
        if let Some(group) = self.groups.get_mut(self.group_count - 1) {
            *group += 1;
        }
        if self.group_count == 1 {
            self.first_group_end = index + 1;
        }
        self.digits += 1;
        self.end = index + 1;
    }

    fn groups(&self) -> &[usize] {
        &self.groups[..self.group_count.min(self.groups.len())]
    }

    /// Whether the groups are those of a date, such as 2024-03-04 or 04.03.2024.
    fn is_date(&self) -> bool {
        !self.is_international
            && (matches!(self.groups(), [4, 1..=2, 1..=2] | [1..=2, 1..=2, 2 | 4])
                || matches!(self.groups(), [4, 2, 2, ..]))
    }

    /// Whether the groups are those of a phone number that does not name its country.
    fn is_grouped_as_a_phone_number(&self) -> bool {
        let is_north_american =
            matches!(self.groups(), [3, 3, 4] | [1, 3, 3, 4]) && !self.has_slash_or_dot_alone();
        let has_trunk_prefix = self.has_trunk_zero
            && self.group_count >= 2
            && self.digits >= 9
            && self.groups().iter().all(|digits| *digits >= 2);
        is_north_american || has_trunk_prefix || (self.has_parentheses && self.digits >= 9)
    }

    /// A number such as 1.234.5678 is an amount or a version before it is a phone number.
    fn has_slash_or_dot_alone(&self) -> bool {
        self.has_slash_or_dot && self.groups()[0] == 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<(ContactKind, &str)> {
        contacts(text).map(|contact| (contact.kind, &text[contact.range])).collect()
    }

    #[test]
    fn a_day_with_an_hour_or_a_version_is_no_phone_number() {
        for text in [
            "[09/29/2017 10:39:40 AM] disk error",
            "then 2 7/5/2017 12:47:43 again",
            "version 2.4.5 (9-12-2016) of it",
            "at 2017-09-29 1039 it broke",
            "01.02.2024 0930",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
        for phone in ["030 12 34 5678", "(020) 7946-0958 12", "01 23 45 67 89", "555-123-2017"] {
            assert_eq!(found(phone), [(ContactKind::Phone, phone)]);
        }
    }

    #[test]
    fn addresses_are_found_without_the_marks_around_them() {
        for (text, address) in [
            ("write to john.doe@example.com.", "john.doe@example.com"),
            ("<j+x@mail.example.co.uk>", "j+x@mail.example.co.uk"),
            ("mailto:'jörg@bücher.example'", "jörg@bücher.example"),
            ("(a_b-c@example.org)", "a_b-c@example.org"),
        ] {
            assert_eq!(found(text), [(ContactKind::Email, address)], "{text}");
        }
        for text in ["@john", "john@", "a @ b.com", "john@localhost", "@@@@", "a@.com"] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn phone_numbers_are_found() {
        for (text, number) in [
            ("+44 20 7946 0958.", "+44 20 7946 0958"),
            ("reach me: +1 (555) 234-5678", "+1 (555) 234-5678"),
            ("0049 30 901820 please", "0049 30 901820"),
            ("(555) 234-5678", "(555) 234-5678"),
            ("555-234-5678 or", "555-234-5678"),
            ("020 7946 0958", "020 7946 0958"),
            ("call me at 5552345678", "5552345678"),
            ("Telefon: 030/901820", "030/901820"),
        ] {
            assert_eq!(found(text), [(ContactKind::Phone, number)], "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_phone_numbers() {
        for text in [
            "2024-03-04",
            "04.03.2024",
            "order 732201349959",
            "order number is 732201349959",
            "#5552345678",
            "$1,299.00",
            "4111 1111 1111 1111",
            "732201349959",
            "2024-03-04 10:30",
            "1Z12345E6605272234",
            "GB82 WEST 1234 5698 7654 32",
            "10.0.19045.3693",
            "12345678901234567",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC*|[0-9+() ./@-]{0,80}|[a-zé@.]{0,80}") {
            let mut end = 0;
            for contact in contacts(&text) {
                prop_assert!(contact.range.start >= end && !contact.range.is_empty());
                prop_assert!(text.get(contact.range.clone()).is_some());
                end = contact.range.end;
            }
        }
    }
}
