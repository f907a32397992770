//! `extraction`: how well extraction finds dates, amounts and order numbers in labelled texts.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use copilot_core::ticket::{Extracted, ExtractedValue};
use copilot_triage::extraction::extract;
use serde::Deserialize;
use thiserror::Error;

/// A bigger file is no data set of this program.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// The time from which the dates of nlupp are counted, as its labels show: `today` is that day.
const NLUPP_TIME: &str = "2022-03-15T12:00:00Z";
/// Labels that name one day.
const DAY_SLOTS: [&str; 3] = ["date", "date_from", "date_to"];
/// The label of a period, and the one of an amount.
const PERIOD_SLOT: &str = "date_period";
const AMOUNT_SLOT: &str = "amount_of_money";
/// The files of bitext-8k, and its label of an order number.
const BITEXT_FILES: [&str; 3] = ["train.csv", "dev.csv", "test.csv"];
const ORDER_LABEL: &str = "order_id";
/// Its label of an amount: the number alone, whose currency stands beside it.
const REFUND_LABEL: &str = "refund_amount";

/// Arguments of `extraction`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The folder that holds the folders nlupp and bitext-8k
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Prints each value that is missing, wrong or too much
    #[arg(long)]
    show_misses: bool,
}

/// Why extraction could not be measured.
#[derive(Debug, Error)]
pub enum ExtractionError {
    /// A file.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why it could not be read.
        error: std::io::Error,
    },
    /// Longer than any data set here.
    #[error("{0} is larger than {MAX_FILE_BYTES} bytes")]
    TooLarge(PathBuf),
    /// The file of nlupp is not the expected JSON.
    #[error("{path}: {error}")]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// A file of bitext-8k is not the expected CSV.
    #[error("{path}: {error}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: csv::Error,
    },
}

/// Prints precision and recall of each labelled kind, and the time of a text.
pub fn run(arguments: &Arguments) -> Result<(), ExtractionError> {
    let mut score = Scores { show_misses: arguments.show_misses, ..Scores::default() };
    let created_at = NLUPP_TIME.parse::<DateTime<Utc>>().unwrap_or_default();
    for text in nlupp(&arguments.data.join("nlupp/nlupp.json"))? {
        let found = score.extract(&text.text, created_at);
        score.judge_dates(&text, &found);
        score.judge_amounts(&text, &found);
    }
    for file in BITEXT_FILES {
        for row in bitext(&arguments.data.join("bitext-8k").join(file))? {
            let found = score.extract(&row.utterance, created_at);
            score.judge_order(&row, &found);
            score.judge_refund(&row, &found);
        }
    }
    score.print();
    Ok(())
}

/// A text of nlupp.
#[derive(Deserialize)]
struct NlUppText {
    text: String,
    #[serde(default)]
    slots: std::collections::BTreeMap<String, Slot>,
}

/// A labelled part of a text.
#[derive(Deserialize)]
struct Slot {
    /// In characters, the end after the last one.
    span: [u32; 2],
    value: Option<serde_json::Value>,
    values: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Day {
    year: i32,
    month: u32,
    day: u32,
}

#[derive(Deserialize)]
struct Money {
    amount: f64,
    currency: String,
}

fn read<T: for<'de> Deserialize<'de>>(value: &serde_json::Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn date(value: &serde_json::Value) -> Option<NaiveDate> {
    let day: Day = read(value)?;
    NaiveDate::from_ymd_opt(day.year, day.month, day.day)
}

impl Slot {
    /// The days that a label names, if it names them.
    fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        if let Some(values) = &self.values {
            return Some((date(values.get("from")?)?, date(values.get("to")?)?));
        }
        let day = date(self.value.as_ref()?)?;
        Some((day, day))
    }

    /// The currency and the minor units of a label. All its currencies have a hundred of them.
    fn amount(&self) -> Option<(String, i64)> {
        let money: Money = read(self.value.as_ref()?)?;
        (money.currency.len() == 3)
            .then(|| (money.currency, format!("{:.0}", money.amount * 100.0)))
            .and_then(|(currency, units)| Some((currency, units.parse().ok()?)))
    }

    fn overlaps(&self, found: &Extracted) -> bool {
        found.start() < self.span[1] && self.span[0] < found.end()
    }
}

/// A row of bitext-8k.
#[derive(Deserialize)]
struct BitextRow {
    utterance: String,
    entity_type: String,
    entity_value: String,
    start_offset: Option<f64>,
    end_offset: Option<f64>,
}

fn checked(path: &Path) -> Result<(), ExtractionError> {
    let unreadable = |error| ExtractionError::Unreadable { path: path.to_owned(), error };
    let bytes = std::fs::metadata(path).map_err(unreadable)?.len();
    if bytes > MAX_FILE_BYTES { Err(ExtractionError::TooLarge(path.to_owned())) } else { Ok(()) }
}

fn nlupp(path: &Path) -> Result<Vec<NlUppText>, ExtractionError> {
    checked(path)?;
    let text = std::fs::read_to_string(path)
        .map_err(|error| ExtractionError::Unreadable { path: path.to_owned(), error })?;
    serde_json::from_str(&text)
        .map_err(|error| ExtractionError::Json { path: path.to_owned(), error })
}

fn bitext(path: &Path) -> Result<Vec<BitextRow>, ExtractionError> {
    checked(path)?;
    let csv_error = |error| ExtractionError::Csv { path: path.to_owned(), error };
    let mut reader = csv::Reader::from_path(path).map_err(csv_error)?;
    reader.deserialize().collect::<Result<_, _>>().map_err(csv_error)
}

/// What was found of one kind.
#[derive(Default)]
struct Score {
    /// Labels.
    labelled: usize,
    /// Values that a label can judge.
    found: usize,
    /// Values where a label is.
    placed: usize,
    /// Values that also are what the label says.
    right: usize,
}

#[derive(Default)]
struct Scores {
    show_misses: bool,
    days: Score,
    /// Days that would be right in another year than the label's.
    right_but_for_the_year: usize,
    periods: Score,
    amounts: Score,
    refunds: Score,
    orders: Score,
    /// Values of kinds that no label judges.
    others: std::collections::BTreeMap<String, usize>,
    texts: u32,
    time: Duration,
}

impl Scores {
    fn extract(&mut self, text: &str, created_at: DateTime<Utc>) -> Vec<Extracted> {
        let start = Instant::now();
        let found = extract("", text, created_at);
        self.time += start.elapsed();
        self.texts += 1;
        found
    }

    fn miss(&self, what: &str, text: &str, detail: impl Display) {
        if self.show_misses {
            println!("{what}: {text:?}: {detail}");
        }
    }

    fn judge_dates(&mut self, text: &NlUppText, found: &[Extracted]) {
        let mut dates: Vec<(&Extracted, copilot_core::ticket::DateRange)> = Vec::new();
        for extracted in found {
            if let ExtractedValue::Date(range) = extracted.value() {
                dates.push((extracted, *range));
            }
        }
        for (name, slot) in &text.slots {
            let is_day = DAY_SLOTS.contains(&name.as_str());
            if !is_day && name != PERIOD_SLOT {
                continue;
            }
            let overlapping: Vec<_> =
                dates.iter().filter(|(extracted, _)| slot.overlaps(extracted)).copied().collect();
            dates.retain(|(extracted, _)| !slot.overlaps(extracted));
            let Some((first, last)) = slot.days() else { continue };
            let is_right = |range: &copilot_core::ticket::DateRange| {
                let is_same = range.earliest() == first && range.latest() == last;
                // A month or a year that a label reads as its first or its last day.
                is_same || (is_day && range.earliest() <= first && last <= range.latest())
            };
            let right = overlapping.iter().any(|(_, range)| is_right(range));
            let is_in_another_year = overlapping.iter().any(|(_, range)| {
                (range.earliest().month(), range.earliest().day()) == (first.month(), first.day())
            });
            self.right_but_for_the_year += usize::from(is_day && !right && is_in_another_year);
            if !right {
                let read: Vec<String> = overlapping
                    .iter()
                    .map(|(_, range)| format!("{}..{}", range.earliest(), range.latest()))
                    .collect();
                self.miss(name, &text.text, format!("{first}..{last}, read {read:?}"));
            }
            let score = if is_day { &mut self.days } else { &mut self.periods };
            score.labelled += 1;
            score.found += overlapping.len();
            score.placed += usize::from(!overlapping.is_empty());
            score.right += usize::from(right);
        }
        for (extracted, range) in dates {
            let place =
                format!("{}..{} is {}", extracted.start(), extracted.end(), range.earliest());
            self.miss("date too much", &text.text, place);
            self.days.found += 1;
        }
    }

    fn judge_amounts(&mut self, text: &NlUppText, found: &[Extracted]) {
        let mut amounts: Vec<_> = found
            .iter()
            .filter_map(|extracted| match extracted.value() {
                ExtractedValue::Amount(amount) => Some((extracted, *amount)),
                _ => None,
            })
            .collect();
        if let Some(slot) = text.slots.get(AMOUNT_SLOT) {
            let overlapping =
                amounts.iter().find(|(extracted, _)| slot.overlaps(extracted)).copied();
            amounts.retain(|(extracted, _)| !slot.overlaps(extracted));
            // A label without a currency is no amount here.
            if let Some((currency, units)) = slot.amount() {
                let right = overlapping.is_some_and(|(_, amount)| {
                    amount.currency().as_str() == currency && amount.minor_units() == units
                });
                if !right {
                    self.miss(AMOUNT_SLOT, &text.text, format!("{units} {currency}"));
                }
                self.amounts.labelled += 1;
                self.amounts.found += usize::from(overlapping.is_some());
                self.amounts.placed += usize::from(overlapping.is_some());
                self.amounts.right += usize::from(right);
            }
        }
        for (extracted, amount) in amounts {
            self.miss(
                "amount too much",
                &text.text,
                format!("{amount:?} at {}", extracted.start()),
            );
            self.amounts.found += 1;
        }
    }

    fn judge_order(&mut self, row: &BitextRow, found: &[Extracted]) {
        let label = (row.entity_type == ORDER_LABEL)
            .then(|| row.start_offset.zip(row.end_offset))
            .flatten();
        self.orders.labelled += usize::from(label.is_some());
        let mut is_found = label.is_none();
        for extracted in found {
            let value = serde_json::to_value(extracted.value()).unwrap_or_default();
            let kind = value.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default();
            if kind != ORDER_LABEL {
                *self.others.entry(kind.to_owned()).or_default() += 1;
                continue;
            }
            let is_right =
                label == Some((f64::from(extracted.start()), f64::from(extracted.end())));
            self.orders.found += 1;
            self.orders.placed += usize::from(is_right);
            self.orders.right += usize::from(is_right);
            is_found |= is_right;
            if !is_right {
                self.miss("order number too much", &row.utterance, value);
            }
        }
        if !is_found {
            self.miss(ORDER_LABEL, &row.utterance, "not found");
        }
    }

    fn judge_refund(&mut self, row: &BitextRow, found: &[Extracted]) {
        let label = (row.entity_type == REFUND_LABEL)
            .then(|| row.entity_value.parse::<i64>().ok())
            .flatten();
        let amounts: Vec<i64> = found
            .iter()
            .filter_map(|extracted| match extracted.value() {
                ExtractedValue::Amount(amount) => Some(amount.minor_units()),
                _ => None,
            })
            .collect();
        let right = label.is_some_and(|whole| amounts.contains(&(whole * 100)));
        self.refunds.labelled += usize::from(label.is_some());
        self.refunds.found += amounts.len();
        self.refunds.placed += usize::from(label.is_some() && !amounts.is_empty());
        self.refunds.right += usize::from(right);
        if label.is_some() != right || amounts.len() > 1 {
            self.miss(REFUND_LABEL, &row.utterance, format!("read {amounts:?}"));
        }
    }

    fn print(&self) {
        println!(
            "{:<22}{:>9}{:>8}{:>8}{:>8}{:>11}{:>8}",
            "kind", "labelled", "found", "placed", "right", "precision", "recall"
        );
        for (name, score) in [
            ("days (nlupp)", &self.days),
            ("periods (nlupp)", &self.periods),
            ("amounts (nlupp)", &self.amounts),
            ("amounts (bitext-8k)", &self.refunds),
            ("order ids (bitext-8k)", &self.orders),
        ] {
            println!(
                "{name:<22}{:>9}{:>8}{:>8}{:>8}{:>11.3}{:>8.3}",
                score.labelled,
                score.found,
                score.placed,
                score.right,
                share(score.right, score.found),
                share(score.right, score.labelled)
            );
        }
        println!("days right but for the year: {}", self.right_but_for_the_year);
        println!("without labels in bitext-8k: {:?}", self.others);
        println!("{} texts, {:?} a text", self.texts, self.time / self.texts.max(1));
    }
}

/// Both are counts of texts, far below what `f64` holds exactly.
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> Scores {
        let text: NlUppText = serde_json::from_str(text).unwrap();
        let mut scores = Scores::default();
        let found = scores.extract(&text.text, NLUPP_TIME.parse().unwrap());
        scores.judge_dates(&text, &found);
        scores.judge_amounts(&text, &found);
        scores
    }

    #[test]
    fn a_right_a_wrong_and_a_superfluous_date_are_told_apart() {
        let scores = judged(
            r#"{"text": "yesterday, not tomorrow", "slots": {"date": {"span": [0, 9],
            "value": {"day": 14, "month": 3, "year": 2022}}}}"#,
        );
        assert_eq!((scores.days.labelled, scores.days.found, scores.days.right), (1, 2, 1));
        let scores = judged(
            r#"{"text": "yesterday", "slots": {"date": {"span": [0, 9],
            "value": {"day": 15, "month": 3, "year": 2022}}}}"#,
        );
        assert_eq!((scores.days.placed, scores.days.right), (1, 0));
    }

    #[test]
    fn amounts_without_a_currency_are_left_out() {
        let scores = judged(
            r#"{"text": "more than 400", "slots": {"amount_of_money": {"span": [10, 13],
            "value": {"amount": 400.0, "currency": "ambiguous"}}}}"#,
        );
        assert_eq!(scores.amounts.labelled, 0);
        let scores = judged(
            r#"{"text": "pay 56.79 pounds", "slots": {"amount_of_money": {"span": [4, 16],
            "value": {"amount": 56.79, "currency": "GBP"}}}}"#,
        );
        assert_eq!((scores.amounts.labelled, scores.amounts.right), (1, 1));
    }

    #[test]
    fn an_order_number_counts_only_in_its_place() {
        let mut scores = Scores::default();
        for end in [10.0, 9.0] {
            let row = BitextRow {
                utterance: "order 5432".to_owned(),
                entity_type: ORDER_LABEL.to_owned(),
                entity_value: "5432".to_owned(),
                start_offset: Some(6.0),
                end_offset: Some(end),
            };
            let found = scores.extract(&row.utterance, DateTime::UNIX_EPOCH);
            scores.judge_order(&row, &found);
        }
        assert_eq!((scores.orders.labelled, scores.orders.found, scores.orders.right), (2, 2, 1));
    }
}
