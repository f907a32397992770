//! Words that tell that a number is a card's.

use std::ops::Range;

/// Bytes before a number in which a word may tell what it is.
const BYTES_BEFORE: usize = 80;
/// Bytes after it.
const BYTES_AFTER: usize = 40;
/// Words for a card or what belongs to one, in lower case.
const CARD_WORDS: [&str; 22] = [
    "card",
    "visa",
    "amex",
    "american express",
    "maestro",
    "mastercard",
    "credit",
    "debit",
    "cvv",
    "cvc",
    "karte",
    "carte bancaire",
    "carte de",
    "carte bleue",
    "tarjeta",
    "carta di",
    "cartão",
    "cartao",
    "kaart",
    "kort",
    "カード",
    "卡",
];
/// Words for other numbers, in lower case. The last word before the number decides.
const OTHER_WORDS: [&str; 22] = [
    "order",
    "tracking",
    "parcel",
    "shipment",
    "phone",
    "tel",
    "mobile",
    "call",
    "fax",
    "invoice",
    "ticket",
    "case",
    "serial",
    "imei",
    "customer number",
    "bestell",
    "sendung",
    "rechnung",
    "commande",
    "pedido",
    "gift",
    "loyalty",
];

/// Whether a word near the number at `range` says that it is a card's, and none that stands nearer
/// before it says otherwise.
pub(super) fn is_beside_card_word(text: &str, range: Range<usize>) -> bool {
    let start = text.floor_char_boundary(range.start.saturating_sub(BYTES_BEFORE));
    let end = text.ceil_char_boundary((range.end + BYTES_AFTER).min(text.len()));
    let before = text[start..range.start].to_lowercase();
    let last = |words: &[&str]| words.iter().filter_map(|word| before.rfind(word)).max();
    match (last(&CARD_WORDS), last(&OTHER_WORDS)) {
        (Some(card), Some(other)) => card > other,
        (Some(_), None) => true,
        (None, Some(_)) => false,
        (None, None) => {
            let after = text[range.end..end].to_lowercase();
            CARD_WORDS.iter().any(|word| after.contains(word))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_before_a_number_decides() {
        for (text, expected) in [
            ("my card is 1", true),
            ("Meine Kreditkarte: 1", true),
            ("1 (visa, cvv 123)", true),
            ("I paid by card, order 1", false),
            ("about order 7: the card 1", true),
            ("call 1, or pay by card", false),
            ("number 1", false),
        ] {
            let start = text.find('1').unwrap();
            assert_eq!(is_beside_card_word(text, start..start + 1), expected, "{text}");
        }
    }
}
