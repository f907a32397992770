//! Finds the articles, and the passages of them, that answer a question.
//!
//! Each passage, with its article's title above it, is scored by its words (BM25) and by its meaning (the
//! cosine of the vectors). Both are brought to one scale (z-scores over all articles that may be found) and
//! count half each; by words, the whole article and its best passage count half each again. What agents
//! accepted for tickets like this one counts as much as all of that, once there is some.

mod ranking;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use copilot_core::ticket::LanguageCode;

use super::segment::{IndexedArticle, Segment};
use super::{Encoder, Meaning};
use crate::article::{ArticleId, Audience, Title};
use crate::learning::Votes;
use crate::limits;
use crate::text::Span;
use crate::words::WordReader;
use ranking::Ranking;
use words::AskedWords;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    text: String,
    meaning: Option<Meaning>,
}

impl Question {
    /// A question by its text; what is over [`limits::QUESTION_CHARACTERS`] is not read.
    pub fn of(text: &str) -> Self {
        Self { text: text.chars().take(limits::QUESTION_CHARACTERS).collect(), meaning: None }
    }

    /// The same with what it means, by the index's encoder.
    #[must_use]
    pub fn with_meaning(self, meaning: Meaning) -> Self {
        Self { meaning: Some(meaning), ..self }
    }

    /// What is read of its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it means, if that is known.
    pub fn meaning(&self) -> Option<&Meaning> {
        self.meaning.as_ref()
    }

    /// Its different words, in order, as texts in `language` have them.
    pub(crate) fn words(&self, language: Option<LanguageCode>) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for word in WordReader::new(language).words(&self.text) {
            if words.len() < limits::QUESTION_WORDS && !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }
}

/// Which articles may be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// Who asks: customers find what is public; agents find everything.
    pub audience: Audience,
    /// Only those in this language.
    pub language: Option<LanguageCode>,
}

impl Filter {
    fn takes(&self, article: &IndexedArticle) -> bool {
        (self.audience == Audience::Internal || article.audience == Audience::Public)
            && self.language.is_none_or(|language| language == article.language)
    }
}

/// An article that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleHit {
    /// Which article.
    pub id: ArticleId,
    /// Which version of it.
    pub version: u64,
    /// Its title.
    pub title: Title,
    /// The language that it is written in.
    pub language: LanguageCode,
    /// Who may read it.
    pub audience: Audience,
    /// How well it fits, by what hits are ordered. Means nothing beside another question's.
    pub score: f64,
    /// Its passages, the best first.
    pub passages: Vec<PassageHit>,
}

/// A passage that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PassageHit {
    /// Where it stands in the body of that version.
    pub span: Span,
    /// How well it fits.
    pub score: f64,
}

/// By what it is judged whether the first article answers the question.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Signals {
    /// Nearness of the question's meaning to that of the article's nearest passage.
    pub nearness: f64,
    /// The article's score by words and meaning.
    pub score: f64,
    /// How far it is above the next article's.
    pub margin: f64,
    /// Share of the question's words in the passage, rare words counting more.
    pub share_of_words: f64,
    /// The same for the article's title.
    pub share_in_title: f64,
    /// Whether the words alone put the article first: 1 or 0.
    pub words_agree: f64,
    /// Whether the meaning alone does.
    pub meaning_agrees: f64,
    /// Nearness to the nearest passage of any article.
    pub best_nearness: f64,
    /// The passage's score by its words, for each unit of the weight of the question's.
    pub score_of_words: f64,
    /// Weight of the rarest word of the question that the passage does not have, as a share of a word's
    /// that no article has.
    pub rarest_missing: f64,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// The articles, the best first.
    pub articles: Vec<ArticleHit>,
    /// What speaks for the first one; none without any.
    pub signals: Option<Signals>,
    /// Whether meanings were compared, or words alone.
    pub by_meaning: bool,
}

/// Why segments make no index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexFault {
    /// More than [`limits::PASSAGES_PER_INDEX`] or [`limits::SEGMENTS`].
    #[error("the index is too large")]
    TooLarge,
    /// Their vectors are of different encoders.
    #[error("the segments are not of one encoder")]
    MixedEncoders,
}

/// An article version that is in use and that no segment holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Which article.
    pub id: ArticleId,
    /// Which version.
    pub version: u64,
}

/// All segments, with the article versions of them that are in use.
#[derive(Debug)]
pub struct Index {
    segments: Vec<Arc<Segment>>,
    entries: Vec<Entry>,
    encoder: Option<Encoder>,
    missed: Vec<Missed>,
}

/// An article version in use.
#[derive(Debug)]
struct Entry {
    /// The place of the segment that holds it.
    segment: usize,
    article: IndexedArticle,
    title_words: Vec<String>,
    /// Words of the article, its title once.
    length: f64,
}

impl Entry {
    /// Its passages' places in the segment.
    fn passages(&self) -> std::ops::Range<usize> {
        self.article.places()
    }
}

/// How well an article and its passages fit, each measure by itself.
#[derive(Debug, Clone, Default)]
struct Scores {
    /// The whole article by its words.
    article: f64,
    /// Each passage by its words.
    words: Vec<f64>,
    /// Each passage by its meaning; 0 where meanings are not compared.
    nearness: Vec<f64>,
}

impl Scores {
    fn best_words(&self) -> f64 {
        self.words.iter().fold(0.0, |best, score| best.max(*score))
    }

    fn best_nearness(&self) -> f64 {
        self.nearness.iter().fold(-1.0, |best, score| best.max(*score))
    }
}

impl Index {
    /// Puts `segments` together. Only the versions of articles that are `current` are ever found, each once,
    /// whichever segments hold it.
    ///
    /// # Errors
    /// [`IndexFault`].
    pub fn new(
        segments: Vec<Arc<Segment>>,
        current: impl IntoIterator<Item = (ArticleId, u64)>,
    ) -> Result<Self, IndexFault> {
        let passages: usize = segments.iter().map(|segment| segment.passages()).sum();
        if segments.len() > limits::SEGMENTS || passages > limits::PASSAGES_PER_INDEX {
            return Err(IndexFault::TooLarge);
        }
        let mut encoders = segments.iter().filter(|s| s.passages() > 0).map(|s| s.encoder());
        let encoder = encoders.next().flatten();
        if encoders.any(|other| other != encoder) {
            return Err(IndexFault::MixedEncoders);
        }
        let mut current: BTreeMap<ArticleId, u64> = current.into_iter().collect();
        let mut entries = Vec::new();
        for (number, segment) in segments.iter().enumerate() {
            for article in &segment.articles {
                if current.get(&article.id) == Some(&article.version) {
                    current.remove(&article.id);
                    let reader = WordReader::new(Some(article.language));
                    let title_words = reader.words(article.title.as_str());
                    let length = words::article_length(segment, article, title_words.len());
                    let article = article.clone();
                    entries.push(Entry { segment: number, article, title_words, length });
                }
            }
        }
        let missed = current.into_iter().map(|(id, version)| Missed { id, version }).collect();
        Ok(Self { segments, entries, encoder, missed })
    }

    /// What is in use and cannot be found. It has to be indexed.
    pub fn missed(&self) -> &[Missed] {
        &self.missed
    }

    /// Who made its vectors; none if it has none.
    pub fn encoder(&self) -> Option<Encoder> {
        self.encoder
    }

    /// How many passages can be found.
    pub fn passages(&self) -> usize {
        self.entries.iter().map(|entry| entry.passages().len()).sum()
    }

    /// Whether a search with this filter could find anything.
    pub fn has_articles(&self, filter: Filter) -> bool {
        self.entries.iter().any(|entry| filter.takes(&entry.article))
    }

    /// The articles that answer `question` best, at most `limit` and [`limits::HITS`], and what speaks for the
    /// first. `votes` are what agents accepted for such tickets.
    pub fn search(
        &self,
        question: &Question,
        filter: Filter,
        votes: Option<&Votes>,
        limit: usize,
    ) -> Found {
        let entries: Vec<&Entry> =
            self.entries.iter().filter(|entry| filter.takes(&entry.article)).collect();
        let empty = |entry: &&Entry| {
            let none = vec![0.0; entry.passages().len()];
            Scores { article: 0.0, words: none.clone(), nearness: none }
        };
        let mut scores: Vec<Scores> = entries.iter().map(empty).collect();
        let asked = AskedWords::score(self, &entries, question, &mut scores);
        let meaning = self.encoder.and(question.meaning());
        if let Some(meaning) = meaning {
            for (entry, scores) in entries.iter().zip(&mut scores) {
                let all = self.segments.get(entry.segment).and_then(|s| s.meanings.as_ref());
                let passages = all.and_then(|all| all.all.get(entry.passages()));
                for (nearness, other) in
                    scores.nearness.iter_mut().zip(passages.unwrap_or_default())
                {
                    *nearness = meaning.nearness(other);
                }
            }
        }
        let ranking = Ranking::of(&entries, &scores, meaning.is_some(), votes);
        Found {
            signals: ranking.signals(self, &asked),
            articles: ranking.hits(self, limit.min(limits::HITS)),
            by_meaning: meaning.is_some(),
        }
    }
}
