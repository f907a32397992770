//! Counts by name, of a limited number of names.

use std::collections::BTreeMap;

use file_report::safe_text::on_one_line;

/// Most names that are counted one by one: a file may have a new one in each row.
const NAMES_MAXIMUM: usize = 1000;
/// Longest name, in characters. What is longer is cut: a column of texts may be taken for labels.
const NAME_CHARACTERS: usize = 40;

/// Counts by name. Names are fit to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    counts: BTreeMap<String, u64>,
    others: u64,
}

impl Tally {
    /// Counts one of `name`.
    pub fn add(&mut self, name: &str) {
        if let Some(count) = self.counts.get_mut(name) {
            *count += 1;
            return;
        }
        let name = on_one_line(name, NAME_CHARACTERS);
        if self.counts.len() < NAMES_MAXIMUM || self.counts.contains_key(&name) {
            *self.counts.entry(name).or_default() += 1;
        } else {
            self.others += 1;
        }
    }

    /// How many were counted.
    pub fn total(&self) -> u64 {
        self.counts.values().sum::<u64>() + self.others
    }

    pub fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }

    /// The `most` frequent, the most frequent first, and how many all others have together.
    pub fn ranked(&self, most: usize) -> (Vec<(&str, u64)>, u64) {
        let mut ranked: Vec<(&str, u64)> =
            self.counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        // The sort is stable: of equals, the first by name.
        ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        ranked.truncate(most);
        let shown: u64 = ranked.iter().map(|(_, count)| count).sum();
        (ranked, self.total() - shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_go_first_and_the_rest_together() {
        let mut tally = Tally::default();
        for name in ["b", "c", "a", "c", "d"] {
            tally.add(name);
        }
        assert_eq!(tally.ranked(2), (vec![("c", 2), ("a", 1)], 2));
        assert_eq!((tally.total(), tally.count("c")), (5, 2));
    }

    #[test]
    fn names_without_end_do_not_fill_the_memory() {
        let mut tally = Tally::default();
        for number in 0..NAMES_MAXIMUM + 50 {
            tally.add(&format!("{number} {}", "x".repeat(1000)));
        }
        assert_eq!((tally.counts.len(), tally.total()), (NAMES_MAXIMUM, NAMES_MAXIMUM as u64 + 50));
        let longest = tally.counts.keys().map(|name| name.chars().count()).max();
        assert_eq!(longest, Some(NAME_CHARACTERS + 1));
        tally.add("0 \u{1b}[2J");
        assert!(!tally.counts.keys().any(|name| name.contains('\u{1b}')));
    }
}
