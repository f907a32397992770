//! Tickets by half hour, channel, category and priority, each counted once.
//!
//! A ticket's row keeps what it was counted as ([`Counted`]). What is heard of it later changes the
//! counts by the difference alone, and only if it is newer: so a message that comes twice or late
//! counts nothing, and counts that were kept are those that a rebuilding gives.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use copilot_core::ticket::{Category, Priority, Source};

use crate::slots::{SlotCounts, SlotsError};
use crate::zone::{HalfHour, Zone};

/// What a ticket is counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountKey {
    /// When it was created.
    pub half_hour: HalfHour,
    /// How it reached us.
    pub channel: Source,
    /// What it is about, once that is known.
    pub category: Option<Category>,
    /// How urgent it is.
    pub priority: Priority,
}

impl CountKey {
    /// The key of a ticket that was created at `time`.
    pub fn new(
        time: DateTime<Utc>,
        channel: Source,
        category: Option<Category>,
        priority: Priority,
    ) -> Self {
        Self { half_hour: HalfHour::of(time), channel, category, priority }
    }

    /// All but the half hour as one number, by which keys are in order.
    fn kind(&self) -> (usize, usize, usize) {
        let channel = Source::ALL.iter().position(|known| *known == self.channel);
        let category = self.category.map(|category| {
            Category::ALL.iter().position(|known| *known == category).unwrap_or_default() + 1
        });
        let priority = Priority::ALL.iter().position(|known| *known == self.priority);
        (channel.unwrap_or_default(), category.unwrap_or_default(), priority.unwrap_or_default())
    }
}

/// What a ticket was last counted as. Its row keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The version of the ticket.
    pub version: u64,
    /// The key.
    pub key: CountKey,
}

/// What changes in the counts; both in one transaction with the ticket's [`Counted`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountChange {
    /// One less.
    pub less: Option<CountKey>,
    /// One more.
    pub more: CountKey,
}

impl CountChange {
    /// What `now` changes for a ticket that was counted as `before`; nothing if that is as new, or if
    /// the key is the same.
    pub fn between(before: Option<Counted>, now: Counted) -> Option<Self> {
        match before {
            None => Some(Self { less: None, more: now.key }),
            Some(before) if now.version > before.version && now.key != before.key => {
                Some(Self { less: Some(before.key), more: now.key })
            }
            Some(_) => None,
        }
    }
}

/// A count would fall below zero: the change does not belong to these counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("takes away a ticket that was not counted")]
pub struct NotCounted;

/// A half hour with all but that of a key, in order.
type Place = (HalfHour, (usize, usize, usize));

/// Tickets by half hour, channel, category and priority.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    by_key: BTreeMap<Place, (CountKey, u32)>,
}

impl Counts {
    /// Counts the tickets as they are now.
    pub fn of(keys: impl IntoIterator<Item = CountKey>) -> Self {
        let mut counts = Self::default();
        for key in keys {
            counts.add(key);
        }
        counts
    }

    /// Takes a change.
    ///
    /// # Errors
    /// [`NotCounted`]; then nothing changed.
    pub fn apply(&mut self, change: &CountChange) -> Result<(), NotCounted> {
        if let Some(less) = change.less {
            let place = (less.half_hour, less.kind());
            let (_, count) = self.by_key.get_mut(&place).ok_or(NotCounted)?;
            *count -= 1;
            if *count == 0 {
                self.by_key.remove(&place);
            }
        }
        self.add(change.more);
        Ok(())
    }

    fn add(&mut self, key: CountKey) {
        let (_, count) = self.by_key.entry((key.half_hour, key.kind())).or_insert((key, 0));
        *count = count.saturating_add(1);
    }

    /// The keys with their counts, in the order of time. None is zero.
    pub fn iter(&self) -> impl Iterator<Item = (CountKey, u32)> {
        self.by_key.values().copied()
    }

    /// Tickets that are counted.
    pub fn total(&self) -> u64 {
        self.by_key.values().map(|(_, count)| u64::from(*count)).sum()
    }

    /// The half hours of the clock in `zone` of the tickets that `wanted` picks, from the first day of
    /// any ticket up to the day before `today`.
    ///
    /// # Errors
    /// [`SlotsError`], such as when no day is complete yet.
    pub fn slots(
        &self,
        zone: Zone,
        today: NaiveDate,
        wanted: impl Fn(&CountKey) -> bool,
    ) -> Result<SlotCounts, SlotsError> {
        let first =
            self.by_key.keys().next().map_or(today, |(half_hour, _)| zone.place(*half_hour).0);
        let came = self.iter().filter(|(key, _)| wanted(key));
        SlotCounts::of(zone, first, today, came.map(|(key, count)| (key.half_hour, count)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn key(minutes: i64, kind: usize) -> CountKey {
        let category = Category::ALL.get(kind % 8).copied();
        let time = DateTime::from_timestamp(minutes * 60, 0).unwrap();
        CountKey::new(time, Source::ALL[kind % 6], category, Priority::ALL[kind % 4])
    }

    proptest! {
        #[test]
        fn kept_counts_are_rebuilt_counts(
            // Each ticket's versions have one key each; the order of messages is anything.
            messages in prop::collection::vec((0..20_u64, 0..5_u64), 0..300),
        ) {
            let told = |ticket: u64, version: u64| {
                let created = i64::try_from(ticket).unwrap() * 17;
                let kind = usize::try_from(ticket * 7 + version * 3).unwrap();
                Counted { version, key: key(created, kind) }
            };
            let mut counts = Counts::default();
            let mut rows: HashMap<u64, Counted> = HashMap::new();
            for (ticket, version) in messages {
                let (before, now) = (rows.get(&ticket).copied(), told(ticket, version));
                if let Some(change) = CountChange::between(before, now) {
                    counts.apply(&change).unwrap();
                }
                if before.is_none_or(|before| now.version > before.version) {
                    rows.insert(ticket, now);
                }
            }
            prop_assert_eq!(&counts, &Counts::of(rows.values().map(|row| row.key)));
            prop_assert_eq!(counts.total(), rows.len() as u64);
        }
    }

    #[test]
    fn what_was_not_counted_cannot_be_taken_away() {
        let mut counts = Counts::of([key(0, 1)]);
        let change = CountChange { less: Some(key(0, 2)), more: key(0, 3) };
        assert_eq!(counts.apply(&change), Err(NotCounted));
        assert_eq!(counts, Counts::of([key(0, 1)]));
    }

    #[test]
    fn the_hour_that_comes_twice_counts_twice() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let day: NaiveDate = "2026-10-25".parse().unwrap();
        let all = berlin.half_hours(day).into_iter().map(|(half_hour, _)| CountKey {
            half_hour,
            channel: Source::Web,
            category: None,
            priority: Priority::Low,
        });
        let counts = Counts::of(all);
        let slots = counts.slots(berlin, day.succ_opt().unwrap(), |_| true).unwrap();
        assert_eq!(slots.daily().unwrap().counts(), [50]);
        assert_eq!(slots.day(0)[4..6], [2, 2]);
        assert_eq!(counts.slots(berlin, day, |_| true), Err(SlotsError::Empty));
    }
}
