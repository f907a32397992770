//! Card numbers and IBANs in a text.
//!
//! One pass over the bytes: nothing is looked at but digits, and what stands around them. Both kinds
//! carry check digits, so that an order number is rarely taken for one. Digits of other scripts are
//! not read.

use std::ops::Range;

/// What kind of number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentNumberKind {
    /// The number of a payment card (ISO/IEC 7812).
    Card,
    /// An international bank account number (ISO 13616).
    Iban,
}

/// A card number or an IBAN in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentNumber {
    /// Which of the two.
    pub kind: PaymentNumberKind,
    /// Its bytes in the text, what stands between its groups included.
    pub range: Range<usize>,
}

/// The card numbers and IBANs of a text in their order; none overlaps another. It allocates nothing.
pub fn payment_numbers(text: &str) -> PaymentNumbers<'_> {
    PaymentNumbers { bytes: text.as_bytes(), next: 0 }
}

/// See [`payment_numbers`].
#[derive(Debug, Clone)]
pub struct PaymentNumbers<'a> {
    bytes: &'a [u8],
    /// The first byte that was not looked at.
    next: usize,
}

/// Digits of a card number (ISO/IEC 7812-1; shorter ones are not in use).
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// Groups of digits that a card number is written in.
const CARD_GROUPS: usize = 6;
/// Digits of each of its groups but the last: lists of small numbers are no card number.
const CARD_GROUP_DIGITS: usize = 3;
/// Bytes between two groups: `" - "`, or one space of three bytes.
const SEPARATOR_BYTES: usize = 3;

impl Iterator for PaymentNumbers<'_> {
    type Item = PaymentNumber;

    fn next(&mut self) -> Option<PaymentNumber> {
        loop {
            let rest = self.bytes.get(self.next..)?;
            let start = self.next + rest.iter().position(u8::is_ascii_digit)?;
            if let Some(range) = iban_around(self.bytes, start) {
                self.next = range.end;
                return Some(PaymentNumber { kind: PaymentNumberKind::Iban, range });
            }
            let group = digits_end(self.bytes, start);
            if let Some(end) = card_end(self.bytes, start) {
                self.next = end;
                let range = start..end;
                return Some(PaymentNumber { kind: PaymentNumberKind::Card, range });
            }
            self.next = group;
        }
    }
}

fn digits_end(bytes: &[u8], start: usize) -> usize {
    let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    start + digits
}

/// The end of the card number that begins with the group of digits at `start`.
fn card_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut digits = [0_u8; *CARD_DIGITS.end()];
    let mut length = 0;
    let mut found = None;
    let mut group = start;
    for groups in 1..=CARD_GROUPS {
        let end = group
            + bytes[group..]
                .iter()
                .take(digits.len() + 1)
                .take_while(|b| b.is_ascii_digit())
                .count();
        let into = digits.get_mut(length..length + (end - group));
        let Some(into) = into else { break };
        into.copy_from_slice(&bytes[group..end]);
        into.iter_mut().for_each(|digit| *digit -= b'0');
        length += end - group;
        if is_card_number(&digits[..length], groups > 1) {
            found = Some(end);
        }
        let is_last_group = end - group < CARD_GROUP_DIGITS;
        match separator_end(bytes, end) {
            Some(next) if !is_last_group => group = next,
            _ => break,
        }
    }
    found
}

/// The start of the group of digits that follows what separates groups.
fn separator_end(bytes: &[u8], end: usize) -> Option<usize> {
    let mut next = end;
    while next < end + SEPARATOR_BYTES {
        next += separator_length(bytes.get(next..)?)?;
        if bytes.get(next).is_some_and(u8::is_ascii_digit) {
            return Some(next);
        }
    }
    None
}

/// Bytes of the one separator that `bytes` begin with: a space, a dot or a dash, of Unicode too.
fn separator_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b' ' | b'-' | b'.' | b'_' | b'\t', ..] => Some(1),
        // No-break space.
        [0xc2, 0xa0, ..] => Some(2),
        // The dashes and the narrow no-break space, U+2010 to U+2015 and U+202F.
        [0xe2, 0x80, 0x90..=0x95 | 0xaf, ..] => Some(3),
        _ => None,
    }
}

fn is_card_number(digits: &[u8], has_groups: bool) -> bool {
    CARD_DIGITS.contains(&digits.len())
        && is_issued(digits, has_groups)
        && has_luhn_check_digit(digits)
}

/// Whether an issuer gives out numbers of this length that begin so. The ranges are those that the
/// card schemes publish for merchants.
fn is_issued(digits: &[u8], has_groups: bool) -> bool {
    let prefix = digits[..6].iter().fold(0_u32, |prefix, digit| prefix * 10 + u32::from(*digit));
    let length = digits.len();
    match prefix {
        // Visa. Numbers of 13 digits are long out of use, and shops number orders like that.
        400_000..=499_999 => matches!(length, 16 | 19) || (length == 13 && has_groups),
        // Mastercard.
        510_000..=559_999 | 222_100..=272_099 => length == 16,
        // American Express.
        340_000..=349_999 | 370_000..=379_999 => length == 15,
        // Diners Club.
        300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999 | 380_000..=399_999 => {
            matches!(length, 14 | 16 | 19)
        }
        // JCB.
        352_800..=358_999 => (16..=19).contains(&length),
        // Discover and UnionPay.
        601_100..=601_199 | 620_000..=629_999 | 644_000..=659_999 | 810_000..=817_199 => {
            (16..=19).contains(&length)
        }
        // Maestro.
        501_800..=501_899
        | 502_000..=502_099
        | 503_800..=503_899
        | 561_200..=561_299
        | 589_300..=589_399
        | 630_400..=630_499
        | 675_900..=675_999
        | 676_100..=676_399 => true,
        // RuPay, Mir, Elo and Troy.
        508_000..=508_999
        | 606_900..=608_500
        | 220_000..=220_499
        | 506_600..=506_799
        | 509_000..=509_999
        | 979_200..=979_299 => (16..=19).contains(&length),
        _ => false,
    }
}

/// The check of ISO/IEC 7812-1, annex B.
fn has_luhn_check_digit(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| match (index % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Characters of the longest IBAN (ISO 13616-1).
const IBAN_CHARACTERS: usize = 34;

/// Characters of an IBAN in each country, as the IBAN registry (SWIFT, release 99) lists them.
const IBAN_LENGTHS: [(&[u8; 2], usize); 89] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// The IBAN whose first digit is at `digit`: two letters before it name the country.
fn iban_around(bytes: &[u8], digit: usize) -> Option<Range<usize>> {
    let start = digit.checked_sub(2)?;
    let country = [bytes[start].to_ascii_uppercase(), bytes[start + 1].to_ascii_uppercase()];
    let is_in_word = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
    if is_in_word || !bytes.get(digit + 1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let &(_, length) = IBAN_LENGTHS.iter().find(|(code, _)| **code == country)?;
    let mut characters = [0_u8; IBAN_CHARACTERS];
    let mut next = start;
    for (index, into) in characters[..length].iter_mut().enumerate() {
        // At most one space or hyphen stands before a character.
        let is_in_groups = index > 2 && !bytes.get(next)?.is_ascii_alphanumeric();
        if is_in_groups {
            next += separator_length(&bytes[next..])?;
        }
        *into = *bytes.get(next).filter(|byte| byte.is_ascii_alphanumeric())?;
        next += 1;
    }
    let goes_on = bytes.get(next).is_some_and(u8::is_ascii_alphanumeric);
    (!goes_on && has_iban_check_digits(&characters[..length])).then_some(start..next)
}

/// The check of ISO 13616-1: with its first four characters put last and letters read as 10 to 35
/// the number leaves 1 when divided by 97.
fn has_iban_check_digits(characters: &[u8]) -> bool {
    let rearranged = characters[4..].iter().chain(&characters[..4]);
    let rest =
        rearranged.fold(0_u32, |rest, character| match char::from(*character).to_digit(36) {
            Some(value) if value > 9 => (rest * 100 + value) % 97,
            Some(value) => (rest * 10 + value) % 97,
            None => rest,
        });
    rest == 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<(PaymentNumberKind, &str)> {
        payment_numbers(text).map(|number| (number.kind, &text[number.range])).collect()
    }

    /// The schemes' published test numbers.
    #[test]
    fn cards_of_every_scheme_are_found() {
        for number in [
            "4111111111111111",
            "4222 2222 2222 2",
            "5555555555554444",
            "2223003122003222",
            "378282246310005",
            "3782 822463 10005",
            "30569309025904",
            "38520000023237",
            "3530111333300000",
            "6011111111111117",
            "6759649826438453",
            "4000-0000-0000-0002",
            "4111 - 1111 - 1111 - 1111",
            "4111.1111.1111.1111",
            "4111\u{a0}1111\u{202f}1111–1111",
        ] {
            let text = format!("my card is {number}.");
            assert_eq!(found(&text), [(PaymentNumberKind::Card, number)]);
        }
    }

    #[test]
    fn order_numbers_are_no_cards() {
        for text in [
            "732201349959",
            "113542617735902",
            "4111111111111112",
            "41111111111111111",
            "9400 1000 0000 0000 0000 00",
            "1730629800000",
            "4222222222222",
            "1Z12345E6605272234",
            "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
            "4111 1111, 1111 1111",
            "4111\n1111\n1111\n1111",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn a_card_is_found_beside_other_numbers() {
        let text = "order 12345 4111 1111 1111 1111 2 items, 5555555555554444";
        assert_eq!(
            found(text),
            [
                (PaymentNumberKind::Card, "4111 1111 1111 1111"),
                (PaymentNumberKind::Card, "5555555555554444")
            ]
        );
    }

    /// The registry's examples.
    #[test]
    fn ibans_are_found_in_any_case_and_grouping() {
        for number in [
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "gb82 west 1234 5698 7654 32",
            "NO9386011117947",
            "FR14 2004 1010 0505 0001 3M02 606",
            "MT84MALT011000012345MTLCAST001S",
            "LC55-HEMM-0001-0001-0012-0012-0002-3015",
        ] {
            let text = format!("to {number}, please");
            assert_eq!(found(&text), [(PaymentNumberKind::Iban, number)]);
        }
        for text in [
            "DE88370400440532013000",
            "XX89370400440532013000",
            "ADE89370400440532013000",
            "DE893704004405320130001",
            "DE8937040044053201300",
            "DE",
            "DE8",
            "DE89",
            "é89",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC*|[A-Z]{2}[0-9A-Z ]{0,40}|[0-9 .–-]{0,60}") {
            let mut end = 0;
            for number in payment_numbers(&text) {
                prop_assert!(number.range.start >= end);
                prop_assert!(text.get(number.range.clone()).is_some());
                end = number.range.end;
            }
        }
    }
}
