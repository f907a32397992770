//! Order numbers: what follows a word such as `order` or has a form that shops give them, with high
//! confidence; what follows a `#` alone, with low confidence.

use std::ops::Range;

use copilot_core::ticket::{ExtractedValue, OrderConfidence, OrderId};

use super::tokens::{Kind, Tokens};

/// Words for an order, as customers of several languages write them.
const ORDER_WORDS: [&str; 18] = [
    "order",
    "orders",
    "purchase",
    "purchases",
    "ord",
    "po",
    "bestellung",
    "bestellnummer",
    "bestellnr",
    "auftrag",
    "auftragsnummer",
    "commande",
    "pedido",
    "ordine",
    "bestelling",
    "confirmation",
    "ordernumber",
    "orderid",
];
/// Those words that are often misspelt, and long enough for one wrong letter to tell.
const MISSPELT_WORDS: [&str; 3] = ["order", "purchase", "orders"];
/// Those words before a `#` that say it is another one, and are often misspelt.
const MISSPELT_OTHER_WORDS: [&str; 3] = ["invoice", "bill", "receipt"];
/// Words before a `#` or a number that say it is another one.
const OTHER_WORDS: [&str; 65] = [
    "ticket",
    "case",
    "issue",
    "bug",
    "invoice",
    "bill",
    "receipt",
    "error",
    "room",
    "apt",
    "apartment",
    "suite",
    "account",
    "reference",
    "question",
    "page",
    "tracking",
    "parcel",
    "serial",
    "flight",
    "customer",
    "client",
    "member",
    "membership",
    "user",
    "employee",
    "model",
    "sku",
    "product",
    "item",
    "article",
    "part",
    "batch",
    "lot",
    "gate",
    "unit",
    "seat",
    "table",
    "floor",
    "level",
    "line",
    "port",
    "locker",
    "box",
    "chapter",
    "episode",
    "channel",
    "station",
    "job",
    "request",
    "claim",
    "policy",
    "card",
    "voucher",
    "coupon",
    "loyalty",
    "color",
    "colour",
    "background",
    "border",
    "kunde",
    "kundennummer",
    "rechnung",
    "artikel",
    "facture",
];
/// Words that end as a word for an order does, or differ from one by a letter, and are none.
const UNLIKE_WORDS: [&str; 12] = [
    "older",
    "border",
    "borders",
    "boarder",
    "recorder",
    "recorders",
    "disorder",
    "disorders",
    "odder",
    "holder",
    "ordeal",
    "orders'",
];
/// Words between the word for an order and its number.
const FILLERS: [&str; 22] = [
    "number", "numbers", "num", "no", "nr", "nummer", "id", "ids", "is", "was", "code", "with",
    "the", "my", "ref", "called", "n", "número", "numéro", "mit", "der", "are",
];
/// Fillers after which even a short number is the order's.
const NAMING_FILLERS: [&str; 10] =
    ["#", "number", "numbers", "num", "no", "nr", "nummer", "id", "número", "numéro"];
/// Words after a number that say that things or days are counted.
const COUNTED: [&str; 50] = [
    "units",
    "unit",
    "pieces",
    "piece",
    "pcs",
    "items",
    "item",
    "products",
    "of",
    "more",
    "x",
    "boxes",
    "dollars",
    "euros",
    "pounds",
    "usd",
    "eur",
    "gbp",
    "bucks",
    "days",
    "weeks",
    "months",
    "years",
    "hours",
    "minutes",
    "times",
    "copies",
    "pairs",
    "packs",
    "people",
    "points",
    "grams",
    "kg",
    "g",
    "ml",
    "cm",
    "mm",
    "inches",
    "inch",
    "miles",
    "km",
    "reviews",
    "customers",
    "users",
    "percent",
    "am",
    "pm",
    "calories",
    "watts",
    "volts",
];
/// Letters before a hyphen and digits that mark an order number on their own.
const PREFIXES: [&str; 3] = ["ord", "po", "so"];

/// Most tokens between the word and its number.
const FILLER_TOKENS: usize = 6;
/// Tokens of one number: `ORD-2024-001` has five.
const NUMBER_TOKENS: usize = 12;
/// Fewest digits of a number after a word for an order.
const DIGITS: usize = 4;
/// Fewest digits after `#`.
const MARKED_DIGITS: usize = 3;
/// Fewest digits after a word such as `number`.
const NAMED_DIGITS: usize = 2;
/// Fewest digits after a misspelt word.
const DIGITS_AFTER_MISSPELT: usize = 5;
/// Longest list of order numbers after one word.
const LISTED: usize = 20;

/// The order number that begins at the token `index`.
pub(super) fn at(tokens: &Tokens<'_>, index: usize) -> Option<(Range<usize>, ExtractedValue)> {
    let end = number_end(tokens, index)?;
    let digits = digits(tokens, index, end);
    if digits < NAMED_DIGITS {
        return None;
    }
    let confidence = match cue(tokens, index) {
        Cue::Order { fewest_digits } if digits >= fewest_digits => OrderConfidence::High,
        _ if has_form_of_its_own(tokens, index, end, digits) => OrderConfidence::High,
        Cue::Mark if digits >= MARKED_DIGITS && is_marked_alone(tokens, index) => {
            OrderConfidence::Low
        }
        _ => return None,
    };
    if is_entity(tokens, index) || is_counted(tokens, end) || is_date(tokens, index, end) {
        return None;
    }
    let order_id = OrderId::parse(tokens.span(index, end)).ok()?;
    Some((index..end, ExtractedValue::OrderId { order_id, confidence }))
}

/// Whether the number is that of an HTML entity, such as `&#8217;`.
fn is_entity(tokens: &Tokens<'_>, index: usize) -> bool {
    tokens.before(index, 1) == "#" && tokens.is_joined(index) && tokens.before(index, 2) == "&"
}

/// Whether a `#` stands before the number and on its own: not in a URL, an attribute such as
/// `color:#222222`, or the `[#88123]` by which help desks mark their own tickets.
fn is_marked_alone(tokens: &Tokens<'_>, index: usize) -> bool {
    let Some(mark) = index.checked_sub(1).filter(|mark| tokens.lower(*mark) == "#") else {
        return false;
    };
    tokens.is_number(index)
        && (!tokens.is_joined(mark)
            || matches!(tokens.before(mark, 1), "(" | "\"" | "“" | "'" | "," | "*"))
}

/// The token after the letters, digits and hyphens that are joined from `index` on.
fn number_end(tokens: &Tokens<'_>, index: usize) -> Option<usize> {
    if tokens.kind(index)? == Kind::Mark || is_inside_number(tokens, index) {
        return None;
    }
    let mut end = index + 1;
    while end < index + NUMBER_TOKENS && tokens.is_joined(end) {
        let is_hyphen = matches!(tokens.lower(end), "-" | "_") && is_joined_word(tokens, end + 1);
        if !is_hyphen && tokens.kind(end) == Some(Kind::Mark) {
            break;
        }
        end += 1;
    }
    // 12.99, 1,299, 12/03 and 5% are no order numbers, nor is what goes on for longer.
    let is_part_of_more = tokens.is_joined(end)
        && (matches!(tokens.lower(end), "%" | "@" | "€" | "$" | "£" | "_" | "°")
            || tokens.kind(end) != Some(Kind::Mark)
            || (matches!(tokens.lower(end), "." | "," | "/" | ":")
                && is_joined_word(tokens, end + 1)
                && tokens.is_number(end + 1)));
    (!is_part_of_more).then_some(end)
}

fn is_joined_word(tokens: &Tokens<'_>, index: usize) -> bool {
    tokens.is_joined(index) && tokens.kind(index) != Some(Kind::Mark)
}

/// Whether `index` goes on from letters, digits or a mark that belongs to the same number.
fn is_inside_number(tokens: &Tokens<'_>, index: usize) -> bool {
    let before = tokens.before(index, 1);
    let is_opened = matches!(
        before,
        "#" | ":"
            | "("
            | "["
            | "\""
            | "'"
            | "="
            | "“"
            | ","
            | "<"
            | "°"
            | "*"
            | "order"
            | "purchase"
    );
    let is_after_mark = matches!(before, "-" | "." | "/") && !is_joined_number(tokens, index);
    tokens.is_joined(index) && !is_opened && !is_after_mark
}

/// Whether digits are joined to the mark before `index`.
fn is_joined_number(tokens: &Tokens<'_>, index: usize) -> bool {
    index >= 2 && tokens.is_joined(index - 1) && tokens.is_number(index - 2)
}

fn digits(tokens: &Tokens<'_>, start: usize, end: usize) -> usize {
    (start..end).filter(|index| tokens.is_number(*index)).map(|i| tokens.lower(i).len()).sum()
}

enum Cue {
    Order { fewest_digits: usize },
    Mark,
    Other,
    None,
}

/// What stands before the number.
fn cue(tokens: &Tokens<'_>, index: usize) -> Cue {
    let mut fewest_digits = DIGITS;
    let mut is_marked = false;
    let mut back = 1;
    let mut listed = 0;
    while back <= FILLER_TOKENS + listed {
        let word = tokens.before(index, back);
        if word == "#" {
            is_marked = true;
        }
        if ORDER_WORDS.contains(&word) {
            return Cue::Order { fewest_digits };
        }
        if OTHER_WORDS.contains(&word) {
            return Cue::Other;
        }
        if NAMING_FILLERS.contains(&word) {
            fewest_digits = NAMED_DIGITS;
        } else if is_list_mark(word) && listed < LISTED {
            // `orders 12345 and 67890`: what stands before belongs to the list, if it is a number.
            let Some(start) = listed_number(tokens, index - back) else { break };
            listed += index - back - start + 1;
            back = index - start;
        } else if !FILLERS.contains(&word) && !is_mark_between(word) {
            if is_marked && is_misspelt(word, &MISSPELT_OTHER_WORDS) {
                return Cue::Other;
            }
            if back == 1 && is_for_an_order(word) {
                return Cue::Order { fewest_digits: DIGITS_AFTER_MISSPELT };
            }
            break;
        }
        back += 1;
    }
    if is_marked { Cue::Mark } else { Cue::None }
}

fn is_mark_between(word: &str) -> bool {
    matches!(
        word,
        ":" | "." | "-" | "(" | "[" | "\"" | "'" | "=" | "“" | "°" | "º" | "<" | "*" | "_"
    )
}

fn is_list_mark(word: &str) -> bool {
    matches!(word, "," | "and" | "&" | "or" | "und")
}

/// The first token of a number of the list that ends before the token `end`.
fn listed_number(tokens: &Tokens<'_>, end: usize) -> Option<usize> {
    let mut start = end.checked_sub(1)?;
    if is_list_mark(tokens.lower(start)) {
        start = start.checked_sub(1)?;
    }
    (tokens.is_number(start) && tokens.lower(start).len() >= MARKED_DIGITS).then_some(start)
}

/// Whether the word stands for an order: misspelt, joined to the word before it, or as a verb.
fn is_for_an_order(word: &str) -> bool {
    !UNLIKE_WORDS.contains(&word)
        && (word == "ordered"
            || MISSPELT_WORDS.iter().any(|known| word.ends_with(known))
            || is_misspelt(word, &MISSPELT_WORDS))
}

/// Whether the word is one of `words` with one letter left out, added, changed or exchanged
/// with the next one.
fn is_misspelt(word: &str, words: &[&str]) -> bool {
    let letters: Vec<char> = word.chars().take(12).collect();
    words.iter().any(|known| {
        let known: Vec<char> = known.chars().collect();
        let same_start = known.iter().zip(&letters).take_while(|(a, b)| a == b).count();
        let (known, letters) = (&known[same_start..], &letters[same_start..]);
        match (known, letters) {
            ([], [_]) | ([_], []) => true,
            ([a, b, rest @ ..], [c, d, others @ ..]) if a == d && b == c && rest == others => true,
            ([_, rest @ ..], _) if rest == letters => true,
            (_, [_, others @ ..]) if known == others => true,
            ([_, rest @ ..], [_, others @ ..]) => rest == others,
            _ => false,
        }
    })
}

/// `ORD-2024-001`, or Amazon's three, seven and seven digits.
fn has_form_of_its_own(tokens: &Tokens<'_>, index: usize, end: usize, digits: usize) -> bool {
    // In lower case `so` and `po` are words.
    let is_prefix = PREFIXES.contains(&tokens.lower(index))
        && (tokens.lower(index) == "ord"
            || tokens.original(index).chars().all(|letter| letter.is_ascii_uppercase()));
    let has_prefix = is_prefix
        && end > index + 1
        && digits >= MARKED_DIGITS
        && (tokens.lower(index + 1) == "-" || tokens.is_number(index + 1));
    let lengths = |lengths: [usize; 3]| {
        end == index + 5
            && (0..3).all(|group| {
                let token = index + group * 2;
                tokens.is_number(token) && tokens.lower(token).len() == lengths[group]
            })
    };
    has_prefix || lengths([3, 7, 7])
}

fn is_counted(tokens: &Tokens<'_>, end: usize) -> bool {
    COUNTED.contains(&tokens.lower(end)) || matches!(tokens.lower(end), "€" | "$" | "£" | "%")
}

/// Whether the groups of digits are those of a date, such as 2024-03-04 or 03-04-2024.
fn is_date(tokens: &Tokens<'_>, index: usize, end: usize) -> bool {
    if end != index + 5 || !(0..3).all(|group| tokens.is_number(index + group * 2)) {
        return false;
    }
    let lengths = [0, 2, 4].map(|offset| tokens.lower(index + offset).len());
    matches!(lengths, [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 2 | 4])
}

#[cfg(test)]
mod tests {
    use super::super::tests::{spans, values};

    #[test]
    fn order_numbers_are_found() {
        for (text, order_id) in [
            ("My order #2021 was placed", "2021"),
            ("order 5432?", "5432"),
            ("cancel purchase 113542617735902, please", "113542617735902"),
            ("my order number is 732201349959.", "732201349959"),
            ("Order no. 17 is late", "17"),
            ("order id: A-1234", "A-1234"),
            ("about ORD-2024-001", "ORD-2024-001"),
            ("Bestellung 99120", "99120"),
            ("Bestellnummer: 99120", "99120"),
            ("cancel oreder 00123842", "00123842"),
            ("purhase 00004587345", "00004587345"),
            ("it is 112-1234567-1234567", "112-1234567-1234567"),
            ("order-5544", "5544"),
            ("order113542617735902", "113542617735902"),
            ("theorder 113542617735902", "113542617735902"),
        ] {
            let expected = format!(r#""kind":"order_id","order_id":"{order_id}""#);
            assert!(values(text).contains(&expected), "{text}: {}", values(text));
        }
        assert_eq!(spans("orders #1001, #1002 and 1003").matches("order_id").count(), 3);
    }

    #[test]
    fn what_only_a_mark_speaks_for_is_of_low_confidence() {
        for text in ["(#98765)", "About #2021", "#990000 in the catalogue", "Hello, #445566"] {
            assert!(values(text).contains(r#""confidence":"low""#), "{text}: {}", values(text));
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for text in [
            "I want to order 1000 units",
            "I ordered 2 weeks ago",
            "order 12.99",
            "order 2",
            "ticket #1234",
            "invoice #12588",
            "bill #00108",
            "order 2024-03-04",
            "order 50%",
            "it is number 12345",
            "#1",
            "the order of 12345 people",
            "order $1,299.00",
            "error #404",
            "tracking number #992211",
            "tracking ID #8822",
            "my invoce #12588",
            "in border",
            "order",
            "#",
            "order #",
            "older 1234",
            "older 123456",
            "recorder 123456",
            "I don&#8217;t know",
            "Tom &#038; Jerry",
            "order &#8217;s",
            "[#88123] Still waiting",
            "color:#222222",
            "color: #222222;",
            "background-color:#5C5C5C",
            "see https://desk.example/help#12345",
            "page.html#4711",
            "customer number #445566",
            "Member #44556",
            "Model #4432",
            "SKU #99812",
            "Gate #512",
            "Unit #4455",
            "request #88123",
            "so-1234",
            "my order with 1500 points",
            "Kundennummer #445566",
        ] {
            assert!(!spans(text).contains("order_id"), "{text}: {}", spans(text));
        }
    }
}
