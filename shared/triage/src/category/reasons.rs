//! Which words of a text speak for a category.
//!
//! What an n-gram adds to the score is shared out over the places where it occurs. What the
//! characters of a word add counts for the word, so that a reason is always words a person can read.

use std::collections::HashMap;
use std::ops::Range;

use super::features::{character_rows, pair_row, word_row};
use super::normalise::{Word, words};

/// Most reasons that are given.
pub const MAX_REASONS: usize = 5;
/// A reason that adds less than this part of the strongest one explains nothing.
const LEAST_SHARE: f32 = 0.1;
/// Two words are one reason if, together, they add this part of what they add one by one.
const PAIR_SHARE: f32 = 0.2;

/// A word or two words of the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// As it stands in the text, where it first occurs. Never a masked word, such as an e-mail
    /// address or a number.
    pub text: String,
    /// What it adds to the score of the category, over the average of all categories.
    pub weight: f32,
}

/// The reasons for one class, the strongest first. `preference` says how much a row of the table
/// speaks for it.
pub(super) fn reasons(
    text: &str,
    vector: &[(u32, f32)],
    preference: impl Fn(u32) -> f32,
) -> Vec<Reason> {
    let words = words(text);
    let places = Places::of(&words);
    let contribution = |row: u32| {
        let value = vector.binary_search_by_key(&row, |(known, _)| *known).ok();
        let value = value.and_then(|place| vector.get(place)).map_or(0.0, |(_, value)| *value);
        value * preference(row) / places.count(row)
    };
    let scores: Vec<f32> = places
        .of_words
        .iter()
        .map(|rows| rows.iter().map(|row| contribution(*row)).sum())
        .collect();
    strongest(text, candidates(&words, &scores, contribution))
}

/// The rows of each word, and how often each row occurs.
struct Places {
    of_words: Vec<Vec<u32>>,
    counts: HashMap<u32, u32>,
}

impl Places {
    fn of(words: &[Word]) -> Self {
        let mut counts = HashMap::new();
        let mut of_words = Vec::with_capacity(words.len());
        for (position, word) in words.iter().enumerate() {
            let mut rows = vec![word_row(word)];
            character_rows(word, &mut rows);
            let pair = words.get(position + 1).map(|next| pair_row(word, next));
            for row in rows.iter().copied().chain(pair) {
                *counts.entry(row).or_insert(0) += 1;
            }
            of_words.push(rows);
        }
        Self { of_words, counts }
    }

    fn count(&self, row: u32) -> f32 {
        self.counts.get(&row).map_or(1.0, |count| *count as f32)
    }
}

struct Candidate<'a> {
    words: [Option<&'a str>; 2],
    range: Range<usize>,
    weight: f32,
}

/// Words and pairs that add something, each once however often it occurs, in order of their place.
fn candidates<'a>(
    words: &'a [Word],
    scores: &[f32],
    contribution: impl Fn(u32) -> f32,
) -> Vec<Candidate<'a>> {
    let mut found: Vec<Candidate<'a>> = Vec::new();
    let mut known: HashMap<[Option<&str>; 2], usize> = HashMap::new();
    let mut add = |words: [Option<&'a str>; 2], range: Range<usize>, weight: f32| {
        let place = *known.entry(words).or_insert(found.len());
        match found.get_mut(place) {
            Some(candidate) => candidate.weight += weight,
            None => found.push(Candidate { words, range, weight }),
        }
    };
    for (position, (word, score)) in words.iter().zip(scores).enumerate() {
        if word.is_masked() || *score <= 0.0 {
            continue;
        }
        add([Some(&word.normalised), None], word.range.clone(), *score);
        let next = words.get(position + 1).zip(scores.get(position + 1));
        if let Some((next, next_score)) = next
            && !next.is_masked()
            && *next_score > 0.0
        {
            let together = contribution(pair_row(word, next));
            if together >= PAIR_SHARE * (score + next_score) {
                let range = word.range.start..next.range.end;
                let weight = score + next_score + together;
                add([Some(&word.normalised), Some(&next.normalised)], range, weight);
            }
        }
    }
    found
}

fn strongest(text: &str, mut candidates: Vec<Candidate<'_>>) -> Vec<Reason> {
    candidates.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let least = candidates.first().map_or(0.0, |first| first.weight * LEAST_SHARE);
    let mut told: Vec<&str> = Vec::new();
    let mut reasons = Vec::new();
    for candidate in candidates {
        let words = || candidate.words.iter().flatten();
        if candidate.weight < least || reasons.len() == MAX_REASONS {
            break;
        }
        if words().any(|word| told.contains(word)) {
            continue;
        }
        told.extend(words());
        if let Some(text) = text.get(candidate.range) {
            reasons.push(Reason { text: text.to_owned(), weight: candidate.weight });
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::super::features::count_rows;
    use super::*;

    /// All rows of the text have the value 1; those of `words` (and pairs) speak for the class.
    fn reasons_for(text: &str, speaking: &[u32]) -> Vec<(String, f32)> {
        let vector: Vec<(u32, f32)> =
            count_rows(text).iter().map(|count| (count.row, 1.0)).collect();
        let preference = |row| if speaking.contains(&row) { 1.0 } else { 0.0 };
        reasons(text, &vector, preference)
            .into_iter()
            .map(|reason| (reason.text, reason.weight))
            .collect()
    }

    #[test]
    fn parts_of_a_word_count_for_the_word() {
        let parcel = words("parcels");
        let mut rows = Vec::new();
        character_rows(&parcel[0], &mut rows);
        let found = reasons_for("Where are my Parcels?", &rows[..3]);
        assert_eq!(found, [("Parcels".to_owned(), 3.0)]);
    }

    #[test]
    fn two_words_that_count_together_are_one_reason() {
        let both = words("money back");
        let rows = [word_row(&both[0]), word_row(&both[1]), pair_row(&both[0], &both[1])];
        let found = reasons_for("I want my Money  back, all of it", &rows);
        assert_eq!(found, [("Money  back".to_owned(), 3.0)]);
        let found = reasons_for("I want my money back, all of it", &rows[..2]);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_word_is_told_once_and_masked_words_never() {
        let refund = words("refund 12 a@b.cd");
        let rows: Vec<u32> = refund.iter().map(word_row).collect();
        let found = reasons_for("refund 55 x@y.example, refund", &rows);
        assert_eq!(found, [("refund".to_owned(), 1.0)]);
    }

    #[test]
    fn nothing_that_speaks_against_is_a_reason() {
        assert!(reasons_for("where is my parcel", &[]).is_empty());
    }
}
