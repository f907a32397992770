//! The tickets of a file: when each came, and what it is about.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Days, NaiveDate, Utc};
use copilot_forecast::zone::{HalfHour, Zone};
use file_report::rows::{Created, ReadError, ReadRow, Rows};
use file_report::safe_text::on_one_line;

/// Most days of history that are used: ten years. What is older says nothing of what comes.
const HISTORY_DAYS: u64 = 3653;
/// Most different labels that are told apart. The rest are one.
const LABELS: usize = 2000;
/// The number of all labels beyond these.
const OTHERS: u32 = LABELS as u32;
/// Longest label that is shown, in characters.
const LABEL_CHARACTERS: usize = 60;

/// How many rows were what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowCounts {
    pub rows: u64,
    /// With a time that counts.
    pub counted: u64,
    /// The same ticket again.
    pub repeated: u64,
    /// Without a time that can be read.
    pub without_time: u64,
    /// Of these, where day and month cannot be told apart.
    pub ambiguous: u64,
    /// Created after this run, which cannot be.
    pub to_come: u64,
    /// Older than what is used.
    pub too_old: u64,
    pub unreadable: u64,
}

/// How many tickets came in which half hours, in order.
pub type ByHalfHour = Vec<(HalfHour, u32)>;

/// When the tickets came.
#[derive(Debug, Clone, Default)]
pub struct Tickets {
    pub rows: RowCounts,
    /// By half hour, and of these by label.
    came: BTreeMap<HalfHour, BTreeMap<u32, u32>>,
    labels: BTreeMap<String, u32>,
}

impl Tickets {
    /// Reads all rows. What was created after `now` does not count.
    ///
    /// # Errors
    /// The file cannot be read any further.
    pub fn read(rows: &mut Rows, now: DateTime<Utc>) -> Result<Self, ReadError> {
        let mut tickets = Self::default();
        // Only a hash of each: a file may have millions of rows.
        let mut seen: HashSet<u64> = HashSet::new();
        while let Some(row) = rows.next_row()? {
            tickets.rows.rows += 1;
            let row = match row {
                ReadRow::Row(row) => row,
                ReadRow::Blank => continue,
                ReadRow::Unreadable(_) => {
                    tickets.rows.unreadable += 1;
                    continue;
                }
            };
            let Created::At(time) = row.created else {
                tickets.rows.without_time += 1;
                tickets.rows.ambiguous += u64::from(row.created == Created::Ambiguous);
                continue;
            };
            if time > now {
                tickets.rows.to_come += 1;
                continue;
            }
            if row.id.as_deref().is_some_and(|id| !seen.insert(hash(id))) {
                tickets.rows.repeated += 1;
                continue;
            }
            tickets.add(time, row.label.as_deref().unwrap_or_default());
        }
        tickets.forget_old();
        Ok(tickets)
    }

    fn add(&mut self, time: DateTime<Utc>, label: &str) {
        self.rows.counted += 1;
        let label = on_one_line(label, LABEL_CHARACTERS);
        let number = match self.labels.get(&label) {
            Some(number) => *number,
            // Beyond the limit no name is kept.
            None if self.labels.len() >= LABELS => OTHERS,
            None => {
                let number = u32::try_from(self.labels.len()).unwrap_or(OTHERS);
                self.labels.insert(label, number);
                number
            }
        };
        *self.came.entry(HalfHour::of(time)).or_default().entry(number).or_default() += 1;
    }

    fn forget_old(&mut self) {
        let Some((last, _)) = self.came.last_key_value() else { return };
        let Some(first) = last.begins().checked_sub_days(Days::new(HISTORY_DAYS)) else { return };
        let kept = self.came.split_off(&HalfHour::of(first));
        let old = std::mem::replace(&mut self.came, kept);
        self.rows.too_old = old.values().flat_map(BTreeMap::values).map(|c| u64::from(*c)).sum();
        self.rows.counted -= self.rows.too_old;
    }

    /// The first day, and the day of the last ticket, which may not be complete.
    pub fn days(&self, zone: Zone) -> Option<(NaiveDate, NaiveDate)> {
        let (first, _) = self.came.first_key_value()?;
        let (last, _) = self.came.last_key_value()?;
        Some((zone.place(*first).0, zone.place(*last).0))
    }

    /// Tickets by half hour.
    pub fn all(&self) -> impl Iterator<Item = (HalfHour, u32)> {
        self.came.iter().map(|(half_hour, labels)| (*half_hour, labels.values().sum()))
    }

    /// The labels with their tickets by half hour, and the tickets of labels beyond the limit.
    pub fn by_label(&self) -> (Vec<(&str, ByHalfHour)>, ByHalfHour) {
        let mut came: BTreeMap<u32, ByHalfHour> = BTreeMap::new();
        for (half_hour, labels) in &self.came {
            for (number, count) in labels {
                came.entry(*number).or_default().push((*half_hour, *count));
            }
        }
        let mut of = |number: u32| came.remove(&number).unwrap_or_default();
        let labels: Vec<_> =
            self.labels.iter().map(|(label, number)| (label.as_str(), of(*number))).collect();
        (labels, of(OTHERS))
    }
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_beyond_the_limit_are_one_without_a_name() {
        let mut tickets = Tickets::default();
        let time: DateTime<Utc> = "2024-11-03T10:30:00Z".parse().unwrap();
        for number in 0..LABELS + 3 {
            for _ in 0..2 {
                tickets.add(time, &format!("label {number}"));
            }
        }
        let (labels, others) = tickets.by_label();
        assert_eq!((labels.len(), others), (LABELS, vec![(HalfHour::of(time), 6)]));
        assert!(labels.iter().all(|(_, came)| *came == [(HalfHour::of(time), 2)]));
        assert!(!labels.iter().any(|(label, _)| *label == format!("label {LABELS}")));
    }
}
