//! How well articles and passages fit a question by its words.

use copilot_core::ticket::LanguageCode;

use super::{Entry, Index, IndexedArticle, Question, Scores, Segment};
use crate::bm25::Texts;

/// The question's words, by the languages of the articles that it is compared with.
pub struct AskedWords {
    by_language: Vec<LanguageWords>,
}

/// The question's words as texts in one language have them.
struct LanguageWords {
    language: LanguageCode,
    words: Vec<(String, f64)>,
    /// The weight of a word that no passage has.
    unknown: f64,
}

/// A word in a passage that may be found.
struct Occurrence {
    entry: usize,
    /// Which of the article's passages.
    passage: usize,
    count: f64,
    length: f64,
}

impl AskedWords {
    /// Adds to `scores` what the words of `question` give each of `entries`.
    pub fn score(
        index: &Index,
        entries: &[&Entry],
        question: &Question,
        scores: &mut [Scores],
    ) -> Self {
        let owners = owners(index, entries);
        let mut languages: Vec<LanguageCode> = Vec::new();
        for entry in entries {
            if !languages.contains(&entry.article.language) {
                languages.push(entry.article.language);
            }
        }
        let by_language = languages.into_iter().map(|language| {
            let words = question.words(Some(language));
            score_language(index, entries, &owners, (language, words), scores)
        });
        Self { by_language: by_language.collect() }
    }

    /// The words in `language` with their weights, and the weight of an unknown one.
    pub fn of(&self, language: LanguageCode) -> (&[(String, f64)], f64) {
        let found = self.by_language.iter().find(|words| words.language == language);
        found.map_or((&[], 1.0), |words| (&words.words, words.unknown))
    }
}

/// For each segment, which entry each passage belongs to, if it may be found.
fn owners(index: &Index, entries: &[&Entry]) -> Vec<Vec<Option<usize>>> {
    let mut owners: Vec<Vec<Option<usize>>> =
        index.segments.iter().map(|segment| vec![None; segment.passages()]).collect();
    for (place, entry) in entries.iter().enumerate() {
        let owned = owners.get_mut(entry.segment).and_then(|all| all.get_mut(entry.passages()));
        owned.into_iter().flatten().for_each(|owner| *owner = Some(place));
    }
    owners
}

fn score_language(
    index: &Index,
    entries: &[&Entry],
    owners: &[Vec<Option<usize>>],
    (language, words): (LanguageCode, Vec<String>),
    scores: &mut [Scores],
) -> LanguageWords {
    let of_language = || entries.iter().filter(|entry| entry.article.language == language);
    let passages = Texts::of(of_language().flat_map(|entry| lengths(index, entry)));
    let articles = Texts::of(of_language().map(|entry| entry.length));
    let mut weighed = Vec::with_capacity(words.len());
    for word in words {
        let found = occurrences(index, entries, owners, language, &word);
        let weight = passages.weight(count(found.len()));
        for at in &found {
            let score = passages.score(weight, at.count, at.length);
            if let Some(sum) = scores.get_mut(at.entry).and_then(|s| s.words.get_mut(at.passage)) {
                *sum += score;
            }
        }
        let by_article: Vec<&[Occurrence]> =
            found.chunk_by(|one, other| one.entry == other.entry).collect();
        let weight_in_articles = articles.weight(count(by_article.len()));
        for group in by_article {
            let Some(place) = group.first().map(|at| at.entry) else { continue };
            let (Some(entry), Some(scores)) = (entries.get(place), scores.get_mut(place)) else {
                continue;
            };
            // The title stands above each passage, and above the article once.
            let in_title = entry.title_words.iter().filter(|other| **other == word).count();
            let all: f64 = group.iter().map(|at| at.count).sum();
            let repeated = in_title * entry.passages().len().saturating_sub(1);
            let own = (all - count(repeated)).max(1.0);
            scores.article += articles.score(weight_in_articles, own, entry.length);
        }
        weighed.push((word, weight));
    }
    LanguageWords { language, words: weighed, unknown: passages.weight(0.0).max(f64::EPSILON) }
}

fn occurrences(
    index: &Index,
    entries: &[&Entry],
    owners: &[Vec<Option<usize>>],
    language: LanguageCode,
    word: &str,
) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for (segment, owners) in index.segments.iter().zip(owners) {
        for posting in segment.postings.get(word) {
            let place = posting.passage as usize;
            let Some(owner) = owners.get(place).copied().flatten() else { continue };
            let (Some(entry), Some(passage)) = (entries.get(owner), segment.passages.get(place))
            else {
                continue;
            };
            if entry.article.language == language {
                found.push(Occurrence {
                    entry: owner,
                    passage: place - entry.passages().start,
                    count: f64::from(posting.count),
                    length: f64::from(passage.length),
                });
            }
        }
    }
    found
}

fn lengths(index: &Index, entry: &Entry) -> impl Iterator<Item = f64> {
    let segment = index.segments.get(entry.segment);
    segment.into_iter().flat_map(|segment| passage_lengths(segment, &entry.article))
}

fn passage_lengths(segment: &Segment, article: &IndexedArticle) -> impl Iterator<Item = f64> {
    let passages = segment.passages.get(article.places());
    passages.into_iter().flatten().map(|passage| f64::from(passage.length))
}

/// Words of an article, of which so many are its title's: those stand in each passage, and count once.
pub(super) fn article_length(segment: &Segment, article: &IndexedArticle, title: usize) -> f64 {
    let title = count(title);
    passage_lengths(segment, article).map(|length| (length - title).max(0.0)).sum::<f64>() + title
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn count(count: usize) -> f64 {
    count as f64
}
