//! Amounts of money with their currency, in minor units. A number without a currency is none.

mod written;

use std::ops::Range;

use copilot_core::ticket::{Amount, Currency, ExtractedValue};

use super::tokens::{Kind, Tokens};
use written::{Written, multiplied};

/// Signs before or after a number. `$` alone is read as the US dollar and `¥` as the yen, which most
/// texts mean that say no more.
const SIGNS: [(&str, &str); 11] = [
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("₽", "RUB"),
    ("₺", "TRY"),
    ("₪", "ILS"),
    ("₫", "VND"),
    ("₴", "UAH"),
];
/// Letters joined to a `$` that say whose dollar it is.
const DOLLARS: [(&str, &str); 11] = [
    ("us", "USD"),
    ("a", "AUD"),
    ("au", "AUD"),
    ("c", "CAD"),
    ("ca", "CAD"),
    ("can", "CAD"),
    ("nz", "NZD"),
    ("hk", "HKD"),
    ("s", "SGD"),
    ("r", "BRL"),
    ("mx", "MXN"),
];
/// Words after a number.
const WORDS: [(&str, &str); 20] = [
    ("dollars", "USD"),
    ("dollar", "USD"),
    ("bucks", "USD"),
    ("euros", "EUR"),
    ("euro", "EUR"),
    ("pounds", "GBP"),
    ("pound", "GBP"),
    ("quid", "GBP"),
    ("yen", "JPY"),
    ("rupees", "INR"),
    ("rupee", "INR"),
    ("francs", "CHF"),
    ("kronor", "SEK"),
    ("zloty", "PLN"),
    ("rubles", "RUB"),
    ("lira", "TRY"),
    ("yuan", "CNY"),
    ("reais", "BRL"),
    ("rand", "ZAR"),
    ("shekels", "ILS"),
];
/// Words after a number of minor units.
const MINOR_WORDS: [(&str, &str); 4] =
    [("cents", "USD"), ("cent", "USD"), ("pence", "GBP"), ("penny", "GBP")];
/// Codes of ISO 4217 that are read before and after a number, in capitals or in small letters.
const COMMON_CODES: [&str; 14] = [
    "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "INR", "NZD", "SEK", "NOK", "DKK", "PLN",
    "CZK",
];
/// Codes that are read in capitals only: some are words in small letters.
const OTHER_CODES: [&str; 34] = [
    "AED", "ARS", "BDT", "BGN", "BHD", "BRL", "CLP", "CNY", "COP", "EGP", "HKD", "HUF", "IDR",
    "ILS", "ISK", "JOD", "KES", "KRW", "KWD", "LKR", "MAD", "MXN", "MYR", "NGN", "OMR", "PHP",
    "PKR", "QAR", "RON", "RUB", "SAR", "SGD", "THB", "TND",
];
/// Codes that are read in capitals after a number only: before it they may be words.
const SUFFIX_CODES: [&str; 8] = ["TRY", "TWD", "UAH", "UYU", "VND", "XAF", "XOF", "ZAR"];

/// The amount that begins at the token `index`.
pub(super) fn at(tokens: &Tokens<'_>, index: usize) -> Option<(Range<usize>, ExtractedValue)> {
    if !may_begin(tokens, index) {
        return None;
    }
    let (end, currency, written) =
        currency_before(tokens, index).or_else(|| currency_after(tokens, index))?;
    let minor_units = written.minor_units(currency)?;
    let amount = Amount::new(Currency::parse(currency).ok()?, minor_units).ok()?;
    Some((index..end, ExtractedValue::Amount(amount)))
}

/// Whether an amount may begin at `index`, told fast: most words begin none.
fn may_begin(tokens: &Tokens<'_>, index: usize) -> bool {
    match tokens.kind(index) {
        Some(Kind::Number) => true,
        Some(Kind::Mark) => looked_up(&SIGNS, tokens.lower(index)).is_some(),
        // A code and a sign are next to digits.
        Some(Kind::Word) => {
            let is_before_digits = (1..=2).any(|ahead| tokens.is_number(index + ahead));
            is_before_digits || article_or_words(tokens, index).is_some()
        }
        None => false,
    }
}

/// `$1,299.00`, `US$ 5`, `EUR 12,50`.
fn currency_before<'a>(tokens: &Tokens<'_>, index: usize) -> Option<(usize, &'a str, Written)> {
    let (currency, number) = sign_or_code(tokens, index)?;
    let (written, end) = number_at(tokens, number)?;
    let (written, end) = multiplied(tokens, written, end);
    Some((end, currency, written))
}

/// The currency that stands at `index`, and the token after it.
fn sign_or_code<'a>(tokens: &Tokens<'_>, index: usize) -> Option<(&'a str, usize)> {
    let word = tokens.lower(index);
    if let Some(currency) = looked_up(&SIGNS, word) {
        return Some((currency, index + 1));
    }
    if tokens.lower(index + 1) == "$" && tokens.is_joined(index + 1) {
        return Some((looked_up(&DOLLARS, word)?, index + 2));
    }
    if word == "rs" {
        let dot = usize::from(tokens.lower(index + 1) == ".");
        return Some(("INR", index + 1 + dot));
    }
    let code = code_at(tokens, index, false)?;
    // `EUR: 12` and `EUR12` too.
    Some((code, index + 1))
}

fn code_at<'a>(tokens: &Tokens<'_>, index: usize, is_after_number: bool) -> Option<&'a str> {
    let written = tokens.original(index);
    let find = |codes: &[&'a str]| codes.iter().find(|code| **code == written).copied();
    COMMON_CODES
        .iter()
        .find(|code| code.eq_ignore_ascii_case(written) && is_one_case(written))
        .copied()
        .or_else(|| find(&OTHER_CODES))
        .or_else(|| if is_after_number { find(&SUFFIX_CODES) } else { None })
}

fn is_one_case(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_uppercase())
        || word.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// `12,50 EUR`, `40€`, `twenty dollars`, `50 cents`.
fn currency_after<'a>(tokens: &Tokens<'_>, index: usize) -> Option<(usize, &'a str, Written)> {
    let (written, end) = number_at(tokens, index).or_else(|| {
        let (value, end) = article_or_words(tokens, index)?;
        Some((Written::whole(value), end))
    })?;
    let (written, end) = multiplied(tokens, written, end);
    let skipped = usize::from(matches!(tokens.lower(end), "us" | "american" | "british"));
    let word = tokens.lower(end + skipped);
    if let Some(currency) = looked_up(&WORDS, word) {
        let is_weight = word.starts_with("pound") && tokens.lower(end + skipped + 1) == "of";
        return (!is_weight).then_some((end + skipped + 1, currency, written));
    }
    if let Some(currency) = looked_up(&MINOR_WORDS, word) {
        return Some((end + 1, currency, written.of_minor_units()));
    }
    if let Some(currency) = looked_up(&SIGNS, tokens.lower(end)) {
        // In `5 $20` the sign belongs to what follows.
        let belongs_to_next = tokens.is_joined(end + 1) && tokens.is_number(end + 1);
        return (!belongs_to_next).then_some((end + 1, currency, written));
    }
    code_at(tokens, end, true).map(|currency| (end + 1, currency, written))
}

/// `a hundred`, or a number in words.
fn article_or_words(tokens: &Tokens<'_>, index: usize) -> Option<(u32, usize)> {
    if tokens.is_number(index) {
        return None;
    }
    if tokens.lower(index) == "a" {
        let value = match tokens.lower(index + 1) {
            "hundred" => 100,
            "thousand" => 1000,
            _ => return None,
        };
        return Some((value, index + 2));
    }
    tokens.cardinal(index)
}

fn looked_up<'a>(list: &[(&str, &'a str)], word: &str) -> Option<&'a str> {
    list.iter().find(|(known, _)| *known == word).map(|(_, currency)| *currency)
}

/// The number in digits at `index`, if nothing before it belongs to the same number.
fn number_at(tokens: &Tokens<'_>, index: usize) -> Option<(Written, usize)> {
    if tokens.is_number(index) && is_inside_number(tokens, index) {
        return None;
    }
    written::number_at(tokens, index)
}

fn is_inside_number(tokens: &Tokens<'_>, index: usize) -> bool {
    tokens.is_joined(index)
        && (tokens.kind(index - 1) != Some(Kind::Mark)
            && looked_up(&DOLLARS, tokens.before(index, 1)).is_none()
            && code_at(tokens, index - 1, false).is_none()
            && tokens.before(index, 1) != "rs"
            || (matches!(tokens.before(index, 1), "." | "," | "/" | "-" | ":" | "#")
                && index >= 2
                && tokens.is_joined(index - 1)
                && tokens.is_number(index - 2)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{spans, values};

    #[test]
    fn amounts_are_found() {
        for (text, currency, minor_units) in [
            ("I paid $1,299.00.", "USD", 129_900),
            ("12,50 EUR", "EUR", 1_250),
            ("£5", "GBP", 500),
            ("20 dollars", "USD", 2_000),
            ("¥1,299", "JPY", 1_299),
            ("1.299 €", "EUR", 129_900),
            ("1.299,99€", "EUR", 129_999),
            ("1 299,99 €", "EUR", 129_999),
            ("CHF 1'299.50", "CHF", 129_950),
            ("KWD 1.250", "KWD", 1_250),
            ("1,250.500 KWD", "KWD", 1_250_500),
            ("A$20", "AUD", 2_000),
            ("US$ 7.5", "USD", 750),
            ("two hundred and fifty pounds", "GBP", 25_000),
            ("a hundred euros", "EUR", 10_000),
            ("$2.5k", "USD", 250_000),
            ("99 cents", "USD", 99),
            ("Rs. 500", "INR", 50_000),
            ("eur12", "EUR", 1_200),
            ("56.79 pounds", "GBP", 5_679),
        ] {
            let expected =
                format!(r#""kind":"amount","currency":"{currency}","minor_units":{minor_units}"#);
            assert!(values(text).contains(&expected), "{text}: {}", values(text));
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for text in [
            "400",
            "5 pounds of flour",
            "$",
            "$1.23456",
            "¥12.50",
            "PLEASE TRY 20 TIMES",
            "1.2.3 $",
            "all 20",
            "v12.50",
            "$1,2345",
            "99999999999999999999 EUR",
            "US",
            "12 us",
        ] {
            assert!(!spans(text).contains("amount"), "{text}: {}", spans(text));
        }
    }
}
