//! Tracking numbers. Each form has a check digit; a form of nothing but digits is taken only where
//! the text speaks of a parcel, since one order number in ten has a fitting check digit.

use std::ops::Range;

use copilot_core::ticket::{Carrier, ExtractedValue, TrackingNumber};

use super::tokens::{Kind, Tokens};

/// Tokens before a number in which a word of parcels is looked for.
const CUE_TOKENS: usize = 10;
/// Groups of digits that a number is written in.
const GROUPS: usize = 8;
/// Characters of the longest form.
const LONGEST: usize = 22;

const CUES: [&str; 12] = [
    "tracking",
    "track",
    "fedex",
    "usps",
    "dhl",
    "parcel",
    "package",
    "shipment",
    "waybill",
    "awb",
    "courier",
    "consignment",
];

/// The tracking number that begins at the token `index`.
pub(super) fn at(tokens: &Tokens<'_>, index: usize) -> Option<(Range<usize>, ExtractedValue)> {
    if tokens.kind(index) == Some(Kind::Mark) || is_inside_word(tokens, index) {
        return None;
    }
    // A tracking number begins with digits or with letters that digits are joined to.
    let has_joined_digits = tokens.is_joined(index + 1) && tokens.is_number(index + 1);
    if !tokens.is_number(index) && !has_joined_digits {
        return None;
    }
    let (text, end) = joined(tokens, index);
    if let Some(carrier) = carrier_of_letters_and_digits(text.as_bytes()) {
        return matched(index..end, carrier, &text);
    }
    let (digits, end) = grouped_digits(tokens, index)?;
    let carrier = carrier_of_digits(&digits)?;
    let is_plain = digits.len() != 22;
    if is_plain && !follows_cue(tokens, index) {
        return None;
    }
    let written: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    matched(index..end, carrier, &written)
}

fn matched(
    range: Range<usize>,
    carrier: Carrier,
    number: &str,
) -> Option<(Range<usize>, ExtractedValue)> {
    let number = TrackingNumber::parse(number).ok()?;
    Some((range, ExtractedValue::TrackingNumber { carrier, number }))
}

fn is_inside_word(tokens: &Tokens<'_>, index: usize) -> bool {
    tokens.is_joined(index)
        && index.checked_sub(1).and_then(|before| tokens.kind(before)) != Some(Kind::Mark)
}

/// The letters and digits that are joined from `index` on, in capitals.
fn joined(tokens: &Tokens<'_>, index: usize) -> (String, usize) {
    let mut text = String::new();
    let mut end = index;
    while matches!(tokens.kind(end), Some(Kind::Word | Kind::Number))
        && (end == index || tokens.is_joined(end))
        && text.len() <= LONGEST
    {
        text.push_str(tokens.lower(end));
        end += 1;
    }
    text.make_ascii_uppercase();
    (text, end)
}

/// The digits from `index` on, in groups that one space separates.
fn grouped_digits(tokens: &Tokens<'_>, index: usize) -> Option<(Vec<u8>, usize)> {
    let mut digits = Vec::new();
    let mut end = index;
    while tokens.is_number(end) && end < index + GROUPS && digits.len() <= LONGEST {
        digits.extend(tokens.lower(end).bytes().map(|byte| byte - b'0').take(LONGEST + 1));
        end += 1;
    }
    let goes_on = tokens.is_joined(end) && tokens.kind(end) == Some(Kind::Word);
    (!digits.is_empty() && !goes_on).then_some((digits, end))
}

fn follows_cue(tokens: &Tokens<'_>, index: usize) -> bool {
    for back in 1..=CUE_TOKENS {
        let word = tokens.before(index, back);
        if CUES.contains(&word) {
            return true;
        }
        // A nearer word says that it is another number.
        if matches!(word, "order" | "purchase" | "invoice" | "phone" | "account" | "") {
            return false;
        }
    }
    false
}

fn carrier_of_letters_and_digits(text: &[u8]) -> Option<Carrier> {
    match text {
        [b'1', b'Z', number @ ..] if number.len() == 16 => is_ups(number).then_some(Carrier::Ups),
        [a, b, digits @ .., c, d]
            if digits.len() == 9 && [a, b, c, d].iter().all(|byte| byte.is_ascii_uppercase()) =>
        {
            is_s10(digits).then_some(Carrier::Post)
        }
        _ => None,
    }
}

/// A letter counts two more than its place in the alphabet, modulo 10; every second character
/// counts twice.
fn is_ups(number: &[u8]) -> bool {
    let value = |byte: &u8| match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'Z' => Some(u32::from(byte - b'A' + 2) % 10),
        _ => None,
    };
    let Some(values) = number.iter().map(value).collect::<Option<Vec<u32>>>() else { return false };
    let sum: u32 =
        values[..15].iter().enumerate().map(|(i, v)| if i % 2 == 1 { v * 2 } else { *v }).sum();
    number[15].is_ascii_digit() && values[15] == (10 - sum % 10) % 10
}

/// The check digit of the Universal Postal Union's standard S10.
fn is_s10(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 8] = [8, 6, 4, 2, 3, 5, 9, 7];
    if !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, weight)| u32::from(d - b'0') * weight).sum();
    let expected = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        check => check,
    };
    u32::from(digits[8] - b'0') == expected
}

fn carrier_of_digits(digits: &[u8]) -> Option<Carrier> {
    let carrier = match digits.len() {
        10 => is_mod_7(digits).then_some(Carrier::Dhl),
        12 => is_fedex_express(digits).then_some(Carrier::Fedex),
        15 => is_mod_10(digits).then_some(Carrier::Fedex),
        20 => is_mod_10(digits).then_some(Carrier::Usps),
        22 if matches!(digits, [9, 1..=5, ..]) => is_mod_10(digits).then_some(Carrier::Usps),
        _ => None,
    }?;
    let is_one_digit = digits.iter().all(|digit| *digit == digits[0]);
    (!is_one_digit).then_some(carrier)
}

/// DHL Express: the first nine digits modulo 7.
fn is_mod_7(digits: &[u8]) -> bool {
    let rest = digits[..9].iter().fold(0_u32, |rest, digit| (rest * 10 + u32::from(*digit)) % 7);
    rest == u32::from(digits[9])
}

/// FedEx Express: weights 3, 1, 7 in turn, modulo 11.
fn is_fedex_express(digits: &[u8]) -> bool {
    let weights = [3_u32, 1, 7].into_iter().cycle();
    let sum: u32 = digits[..11].iter().zip(weights).map(|(d, weight)| u32::from(*d) * weight).sum();
    sum % 11 % 10 == u32::from(digits[11])
}

/// USPS and FedEx Ground, as GS1 does it: from the right every second digit counts three times.
fn is_mod_10(digits: &[u8]) -> bool {
    let weights = [1_u32, 3].into_iter().cycle();
    let sum: u32 = digits.iter().rev().zip(weights).map(|(d, weight)| u32::from(*d) * weight).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{spans, values};

    #[test]
    fn numbers_of_every_carrier_are_found() {
        for (text, number, carrier) in [
            ("It is 1Z12345E6605272234.", "1Z12345E6605272234", "ups"),
            ("(1z12345e6605272234)", "1Z12345E6605272234", "ups"),
            ("sent as RR473124829GB today?", "RR473124829GB", "post"),
            ("9400 1000 0000 0000 0000 06", "9400100000000000000006", "usps"),
            ("my tracking number is 986578788855", "986578788855", "fedex"),
            ("track 0307 1790 0005 2348 3741", "03071790000523483741", "usps"),
            ("FedEx says 999999999999998 is lost", "999999999999998", "fedex"),
            ("DHL waybill 3318810025", "3318810025", "dhl"),
        ] {
            let expected = format!(r#""carrier":"{carrier}","number":"{number}""#);
            assert!(values(text).contains(&expected), "{text}: {}", values(text));
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for text in [
            "1Z12345E6605272235",
            "RR473124828GB",
            "9400100000000000000000",
            "tracking order 986578788855",
            "986578788855",
            "3318810025",
            "track 000000000000",
            "tracking 986578788856",
            "x1Z12345E6605272234",
            "1Z12345E66052722348",
        ] {
            assert!(!spans(text).contains("tracking_number"), "{text}: {}", spans(text));
        }
    }
}
