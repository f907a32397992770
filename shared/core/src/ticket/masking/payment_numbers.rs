//! Card numbers and IBANs in a text, in every writing that a person or a keyboard makes: digits of any
//! script, groups parted by spaces, marks, ends of lines or HTML entities, invisible characters between.
//!
//! Both kinds carry check digits, so that an order number is rarely taken for one. Writings that other
//! numbers have too, and numbers with a wrong check digit, count only beside a word for a card.

use std::ops::Range;

use super::card_words::is_beside_card_word;
use super::iban::iban_at;
use super::symbols::{Meaning, Symbol, digit, symbols};

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
    /// The bytes of each of its letters and digits that must be hidden.
    pub hidden: Vec<Range<usize>>,
    /// The letters and digits at its end that may be shown, in ASCII and upper case: four, or none when
    /// a security code may be among them.
    pub last_characters: String,
}

/// Letters and digits at the end of a number that stay readable (PCI DSS, requirement 3.4.1, allows
/// them to be shown).
const SHOWN_CHARACTERS: usize = 4;
/// Digits of a card number (ISO/IEC 7812-1; shorter ones are not in use).
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// Digits of most cards.
const USUAL_CARD_DIGITS: [usize; 2] = [16, 15];
/// Digits of a security code, which people write behind the number.
const SECURITY_CODE_DIGITS: std::ops::RangeInclusive<usize> = 3..=4;
/// Digits after which a group is read no further: with more it is no card number, not even with a
/// security code. Otherwise a text of digits with something invisible between them would be read to its
/// end from each of them.
const READ_DIGITS: usize = 24;
/// Digits of each group but the last where groups have no usual form: lists of small numbers are no
/// card number.
const GROUP_DIGITS: usize = 3;
/// Most spaces and marks between two groups.
const SEPARATORS: usize = 4;
/// Most of them between two groups of a form that no card has.
const PLAIN_SEPARATORS: usize = 3;
/// Most groups of a form that no card has.
const PLAIN_GROUPS: usize = 6;
/// Most invisible characters that are passed over between two digits.
const INVISIBLE: usize = 8;
/// Fewest digits that a number has: those that check an IBAN. All its others may be letters.
const FEWEST_DIGITS: usize = 2;

/// The card numbers and IBANs of a text in their order; none overlaps another. A text with few digits is
/// left after one look.
pub fn payment_numbers(text: &str) -> Vec<PaymentNumber> {
    let digits = text.chars().filter(|character| digit(*character).is_some()).count()
        + text.matches("&#").count();
    if digits < FEWEST_DIGITS {
        return Vec::new();
    }
    let symbols: Vec<Symbol> = symbols(text).collect();
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(symbol) = symbols.get(next) {
        let number = match symbol.meaning {
            Meaning::Letter(_) => iban_at(&symbols, next)
                .map(|places| (PaymentNumberKind::Iban, places, SHOWN_CHARACTERS)),
            Meaning::Digit(_) => card_at(text, &symbols, next)
                .map(|(places, shown)| (PaymentNumberKind::Card, places, shown)),
            _ => None,
        };
        let Some((kind, places, shown)) = number else {
            next = if matches!(symbol.meaning, Meaning::Digit(_)) {
                group_end(&symbols, next)
            } else {
                next + 1
            };
            continue;
        };
        let bytes: Vec<Range<usize>> =
            places.iter().map(|place| symbols[*place].start..symbols[*place].end).collect();
        next = places.last().map_or(next, |last| *last) + 1;
        let range = symbol.start..bytes.last().map_or(symbol.end, |last| last.end);
        let (hidden, last) = places.split_at(places.len().saturating_sub(shown));
        let last_characters =
            last.iter().filter_map(|place| ascii(symbols[*place].meaning)).collect();
        let hidden = bytes[..hidden.len()].to_vec();
        found.push(PaymentNumber { kind, range, hidden, last_characters });
    }
    found
}

fn ascii(meaning: Meaning) -> Option<char> {
    match meaning {
        Meaning::Digit(value) => char::from_digit(value.into(), 10),
        Meaning::Letter(letter) => Some(char::from(letter)),
        _ => None,
    }
}

fn group_end(symbols: &[Symbol], start: usize) -> usize {
    let digits = symbols[start..].iter();
    start + digits.take_while(|symbol| matches!(symbol.meaning, Meaning::Digit(_))).count()
}

/// Groups of digits and what stands between them.
#[derive(Default)]
struct Groups {
    /// The digits of all groups.
    digits: Vec<u8>,
    /// The symbol of each digit.
    places: Vec<usize>,
    /// How many digits each group has.
    lengths: Vec<usize>,
    /// What stands before each group but the first.
    separators: Vec<Vec<Meaning>>,
}

/// The symbols of the digits of the card number that begins at the symbol `start`, and how many of its
/// digits may be shown.
fn card_at(text: &str, symbols: &[Symbol], start: usize) -> Option<(Vec<usize>, usize)> {
    let mut groups = Groups::default();
    let mut found = None;
    let mut next = start;
    while groups.digits.len() <= *CARD_DIGITS.end() {
        next = groups.read(symbols, next);
        let is_beside_card_word = || {
            let end = groups.places.last().map_or(start, |last| *last);
            is_beside_card_word(text, symbols[start].start..symbols[end].end)
        };
        if groups.has_security_code() && is_beside_card_word() {
            // Which digits are the code is not certain, so none is shown.
            found = Some((groups.places.clone(), 0));
        } else if groups.is_card_number(is_beside_card_word) {
            found = Some((groups.places.clone(), SHOWN_CHARACTERS));
        }
        let Some((separator, group)) = separator(symbols, next) else { break };
        groups.separators.push(separator);
        next = group;
    }
    found
}

impl Groups {
    /// Takes the digits from `start` on, past what is invisible between them, and says where they end.
    fn read(&mut self, symbols: &[Symbol], start: usize) -> usize {
        let (mut end, mut invisible, before) = (start, 0, self.digits.len());
        for (index, symbol) in symbols.iter().enumerate().skip(start) {
            match symbol.meaning {
                Meaning::Digit(_) if self.digits.len() - before >= READ_DIGITS => break,
                Meaning::Digit(value) => {
                    self.digits.push(value);
                    self.places.push(index);
                    (end, invisible) = (index + 1, 0);
                }
                Meaning::Invisible if invisible < INVISIBLE => invisible += 1,
                _ => break,
            }
        }
        self.lengths.push(self.digits.len() - before);
        end
    }

    fn is_card_number(&self, is_beside_card_word: impl Fn() -> bool) -> bool {
        let has_groups = self.lengths.len() > 1;
        if !CARD_DIGITS.contains(&self.digits.len()) || !is_issued(&self.digits, has_groups) {
            return false;
        }
        let has_check_digit = has_luhn_check_digit(&self.digits);
        match self.form() {
            Form::Certain if has_check_digit => true,
            // One digit may be mistyped.
            Form::Certain | Form::Possible => is_beside_card_word(),
            Form::None => false,
        }
    }

    /// Whether this is one group: a card number with its security code glued to it.
    fn has_security_code(&self) -> bool {
        self.lengths.len() == 1
            && USUAL_CARD_DIGITS.iter().any(|card| {
                let Some((number, code)) = self.digits.split_at_checked(*card) else {
                    return false;
                };
                SECURITY_CODE_DIGITS.contains(&code.len())
                    && is_issued(number, false)
                    && has_luhn_check_digit(number)
            })
    }

    fn form(&self) -> Form {
        if self.separators.is_empty() {
            return Form::Certain;
        }
        let is_usual = has_usual_groups(&self.lengths);
        let is_plain = self.separators.iter().all(|separator| is_plain(separator));
        let is_uniform = self.separators.iter().all(|separator| *separator == self.separators[0]);
        let groups = self.lengths.split_last().map_or(&[][..], |(_, groups)| groups);
        let are_long = groups.iter().all(|length| *length >= GROUP_DIGITS)
            && self.lengths.len() <= PLAIN_GROUPS;
        match (is_plain, is_usual) {
            (true, true) => Form::Certain,
            (true, false) if are_long => Form::Certain,
            (false, true) if is_uniform => Form::Certain,
            (false, true) => Form::Possible,
            _ => Form::None,
        }
    }
}

/// Whether groups of digits are written as card numbers are.
enum Form {
    /// As card numbers alone are.
    Certain,
    /// As card numbers and others are, such as two phone numbers.
    Possible,
    /// Not so.
    None,
}

/// Fours, as on most cards, those of American Express and Diners Club, or single digits or pairs all
/// the way, as people dictate them.
fn has_usual_groups(lengths: &[usize]) -> bool {
    let Some((last, others)) = lengths.split_last() else { return false };
    matches!(lengths, [4, 6, 4 | 5])
        || (others.iter().all(|length| *length == 4) && *last <= 4)
        || others.iter().all(|length| *length == 1) && *last == 1
        || others.iter().all(|length| *length == 2) && *last <= 2
}

/// Whether it is what stands between the groups of most numbers: up to three spaces, dots and dashes.
fn is_plain(separator: &[Meaning]) -> bool {
    separator.len() <= PLAIN_SEPARATORS
        && separator
            .iter()
            .all(|meaning| matches!(meaning, Meaning::Space | Meaning::Mark('-' | '.' | '_')))
}

/// What separates groups from the symbol `start` on, without what is invisible, and the first digit
/// after it. Spaces beside the end of a line do not count.
fn separator(symbols: &[Symbol], start: usize) -> Option<(Vec<Meaning>, usize)> {
    let mut separator = Vec::new();
    let mut invisible = 0;
    for (index, symbol) in symbols.iter().enumerate().skip(start) {
        match symbol.meaning {
            Meaning::Digit(_) => return (!separator.is_empty()).then_some((separator, index)),
            Meaning::Invisible if invisible < INVISIBLE => invisible += 1,
            Meaning::LineBreak if separator.last() == Some(&Meaning::LineBreak) => {}
            Meaning::Space if separator.last() == Some(&Meaning::LineBreak) => {}
            Meaning::LineBreak => {
                while separator.pop_if(|last| *last == Meaning::Space).is_some() {}
                separator.push(Meaning::LineBreak);
            }
            meaning @ (Meaning::Space | Meaning::Mark(_)) if separator.len() < SEPARATORS => {
                separator.push(meaning);
            }
            _ => return None,
        }
    }
    None
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<(PaymentNumberKind, &str)> {
        payment_numbers(text).into_iter().map(|number| (number.kind, &text[number.range])).collect()
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
            "4111\n1111\n1111\n1111",
            "4111\r\n1111\r\n1111\r\n1111",
            "4111/1111/1111/1111",
            "4111, 1111, 1111, 1111",
            "4111:1111:1111:1111",
            "4111|1111|1111|1111",
            "4111*1111*1111*1111",
            "4111    1111    1111    1111",
            "4111\u{2009}1111\u{3000}1111\u{2009}1111",
            "4111\u{200b}1111\u{200b}1111\u{200b}1111",
            "4111\u{ad}1111\u{ad}1111\u{ad}1111",
            "4111&nbsp;1111&nbsp;1111&#160;1111",
            "4111<br>1111<br>1111<br>1111",
            "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
            "41 11 11 11 11 11 11 11",
            "4111 1111\n1111 1111",
            "4111 1111, 1111 1111",
            "4111111111111111123",
            "4111111111111112",
            "４１１１１１１１１１１１１１１１",
            "٤١١١١١١١١١١١١١١١",
            "४१११ ११११ ११११ ११११",
            "4\u{fe0f}\u{20e3}111 1111 1111 1111",
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
            "4111 1111, 1111 1111",
            "order 41111111111111112 of 3 cards",
            "two phones: 2223 0031\n2200 3222",
            "tracking 00340434161094042557",
            "IMEI 490154203237518",
            "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16",
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
            "DE89  3704  0044  0532  0130  00",
            "DE89 3704 0044\n0532 0130 00",
            "DE 89 3704 0044 0532 0130 00",
            // All letters where Malta and Saint Lucia allow them.
            "MT86MALT01100ABCDEFGHIJKLMNOPQR",
            "LC76HEMMABCDEFGHIJKLMNOPQRSTUVWX",
            "ＤＥ８９３７０４００４４０５３２０１３０００",
            "DE89\u{200b}3704\u{200b}0044\u{200b}0532\u{200b}0130\u{200b}00",
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
