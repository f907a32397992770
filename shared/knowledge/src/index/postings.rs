//! Which passage has which word how often.

use std::collections::BTreeMap;

/// A word in one passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// The passage's place in its segment.
    pub passage: u32,
    /// How often the passage has it.
    pub count: u16,
}

/// All words of a segment with the passages that have them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Postings {
    /// In order, so that one is found in a few steps.
    words: Vec<(Box<str>, Vec<Posting>)>,
}

impl Postings {
    /// Takes the words of each passage in order.
    pub fn of<'a>(passages: impl Iterator<Item = &'a [String]>) -> Self {
        let mut words: BTreeMap<&str, Vec<Posting>> = BTreeMap::new();
        for (passage, found) in (0_u32..).zip(passages) {
            for word in found {
                let postings = words.entry(word).or_default();
                match postings.last_mut() {
                    Some(last) if last.passage == passage => {
                        last.count = last.count.saturating_add(1);
                    }
                    _ => postings.push(Posting { passage, count: 1 }),
                }
            }
        }
        Self { words: words.into_iter().map(|(word, found)| (word.into(), found)).collect() }
    }

    /// As it was stored: words in order, each with passages in order. None if they are not.
    pub fn restored(words: Vec<(Box<str>, Vec<Posting>)>, passages: u32) -> Option<Self> {
        let are_in_order = words.windows(2).all(|pair| match pair {
            [(one, _), (other, _)] => one < other,
            _ => true,
        });
        let fit = words.iter().all(|(word, postings)| {
            let in_order = postings.windows(2).all(|pair| match pair {
                [one, other] => one.passage < other.passage,
                _ => true,
            });
            let exist = postings.last().is_some_and(|last| last.passage < passages);
            !word.is_empty() && in_order && exist && postings.iter().all(|p| p.count > 0)
        });
        (are_in_order && fit).then_some(Self { words })
    }

    /// The passages that have `word`.
    pub fn get(&self, word: &str) -> &[Posting] {
        match self.words.binary_search_by(|(known, _)| known.as_ref().cmp(word)) {
            Ok(place) => self.words.get(place).map_or(&[], |(_, postings)| postings),
            Err(_) => &[],
        }
    }

    /// All of them.
    pub fn words(&self) -> &[(Box<str>, Vec<Posting>)] {
        &self.words
    }
}
