//! Numbers with thousands and decimals, as people of several countries write them.

use super::super::tokens::Tokens;

/// Currencies without minor units (ISO 4217, list one).
const WITHOUT_MINOR_UNITS: [&str; 7] = ["JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF"];
/// Currencies of a thousand minor units.
const WITH_THREE_DIGITS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// Tokens of one number, its separators included.
const NUMBER_TOKENS: usize = 11;

/// A number as it is written, before a currency says how many decimals it has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    whole: i64,
    /// Digits after the decimal sign, and how many they are.
    fraction: i64,
    fraction_digits: u32,
    /// Whether its one separator has three digits after it, as in `1,299` or `1.299`: thousands, but
    /// decimals in a currency with three of them.
    is_thousands_or_fraction: bool,
    /// Whether it counts minor units.
    is_minor: bool,
}

impl Written {
    pub(super) fn whole(value: u32) -> Self {
        Self {
            whole: i64::from(value),
            fraction: 0,
            fraction_digits: 0,
            is_thousands_or_fraction: false,
            is_minor: false,
        }
    }

    /// The same number, of cents and the like.
    pub(super) fn of_minor_units(self) -> Self {
        Self { is_minor: true, ..self }
    }

    /// The number in minor units, unless it has more decimals than the currency.
    pub(super) fn minor_units(self, currency: &str) -> Option<i64> {
        let decimals = decimals(currency);
        if self.is_minor {
            return (self.fraction_digits == 0).then_some(self.whole);
        }
        let (whole, fraction, digits) = if self.is_thousands_or_fraction && decimals == 3 {
            (self.whole / 1000, self.whole % 1000, 3)
        } else {
            (self.whole, self.fraction, self.fraction_digits)
        };
        if digits > decimals {
            return None;
        }
        let scaled = fraction.checked_mul(10_i64.pow(decimals - digits))?;
        whole.checked_mul(10_i64.pow(decimals))?.checked_add(scaled)
    }
}

fn decimals(currency: &str) -> u32 {
    if WITHOUT_MINOR_UNITS.contains(&currency) {
        0
    } else if WITH_THREE_DIGITS.contains(&currency) {
        3
    } else {
        2
    }
}

/// `5k` and `2 grand`.
pub(super) fn multiplied(tokens: &Tokens<'_>, written: Written, end: usize) -> (Written, usize) {
    let factor = match tokens.lower(end) {
        "k" if tokens.is_joined(end) => 1_000,
        "grand" | "thousand" => 1_000,
        "million" => 1_000_000,
        _ => return (written, end),
    };
    let whole = written.whole.checked_mul(factor);
    let fraction =
        written.fraction.checked_mul(factor / 10_i64.pow(written.fraction_digits.min(3)));
    match whole.zip(fraction).and_then(|(whole, fraction)| whole.checked_add(fraction)) {
        Some(whole) => (Written { whole, ..Written::whole(0) }, end + 1),
        None => (written, end),
    }
}

/// The number in digits at `index`, with its separators, and the token after it.
pub(super) fn number_at(tokens: &Tokens<'_>, index: usize) -> Option<(Written, usize)> {
    if !tokens.is_number(index) {
        return None;
    }
    let mut groups = vec![tokens.lower(index)];
    let mut marks: Vec<&str> = Vec::new();
    let mut end = index + 1;
    while end < index + NUMBER_TOKENS {
        if is_decimal_mark(tokens, end) {
            marks.push(tokens.lower(end));
            groups.push(tokens.lower(end + 1));
            end += 2;
        } else if is_spaced_group(tokens, &groups, &marks, end) {
            marks.push(" ");
            groups.push(tokens.lower(end));
            end += 1;
        } else {
            break;
        }
    }
    Some((read_groups(&groups, &marks)?, end))
}

/// Whether the mark at `at` stands between digits.
fn is_decimal_mark(tokens: &Tokens<'_>, at: usize) -> bool {
    matches!(tokens.lower(at), "." | "," | "'" | "’")
        && tokens.is_joined(at)
        && tokens.is_joined(at + 1)
        && tokens.is_number(at + 1)
}

/// Whether the token is three digits after one space, as in `1 299,00`.
fn is_spaced_group(tokens: &Tokens<'_>, groups: &[&str], marks: &[&str], at: usize) -> bool {
    tokens.is_number(at)
        && tokens.lower(at).len() == 3
        && groups[0].len() <= 3
        && !groups[0].starts_with('0')
        && marks.iter().all(|mark| *mark == " ")
}

fn read_groups(groups: &[&str], marks: &[&str]) -> Option<Written> {
    let last = groups.last()?;
    let last_mark = marks.last().copied();
    let are_marks_same = marks.windows(2).all(|pair| pair[0] == pair[1]);
    let has_fraction = match last_mark {
        Some("." | ",") if !are_marks_same || marks.len() == 1 => {
            last.len() != 3 || !are_marks_same
        }
        _ => false,
    };
    let (whole_groups, whole_marks) = if has_fraction {
        (&groups[..groups.len() - 1], &marks[..marks.len() - 1])
    } else {
        (groups, marks)
    };
    let are_thousands = whole_groups.len() == 1
        || (whole_groups[0].len() <= 3
            && whole_groups[1..].iter().all(|group| group.len() == 3)
            && whole_marks.windows(2).all(|pair| pair[0] == pair[1]));
    let whole_digits: usize = whole_groups.iter().map(|group| group.len()).sum();
    if !are_thousands || whole_digits > 13 || (has_fraction && last.len() > 3) {
        return None;
    }
    let whole = whole_groups.concat().parse().ok()?;
    let (fraction, fraction_digits) =
        if has_fraction { (last.parse().ok()?, u32::try_from(last.len()).ok()?) } else { (0, 0) };
    let is_thousands_or_fraction = !has_fraction && matches!(marks, ["." | ","]);
    Some(Written { whole, fraction, fraction_digits, is_thousands_or_fraction, is_minor: false })
}
