//! A segment: some article versions with their passages. It never changes.

use copilot_core::ticket::LanguageCode;

use super::postings::Postings;
use super::{Encoder, Meaning, Prepared};
use crate::article::{ArticleId, Audience, Title};
use crate::limits;
use crate::text::Span;
use crate::words::WordReader;

/// An article version of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedArticle {
    pub id: ArticleId,
    pub version: u64,
    pub title: Title,
    pub language: LanguageCode,
    pub audience: Audience,
    /// Its first passage in the segment, and the one after its last.
    pub passages: (u32, u32),
}

impl IndexedArticle {
    /// The places of its passages in the segment.
    pub fn places(&self) -> std::ops::Range<usize> {
        self.passages.0 as usize..self.passages.1 as usize
    }
}

/// A passage of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexedPassage {
    pub span: Span,
    /// Words of the passage and the title above it, as they are compared.
    pub length: u32,
    /// Of these the words of the title.
    pub title_length: u32,
}

/// Some article versions, ready to be searched.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub(super) articles: Vec<IndexedArticle>,
    pub(super) passages: Vec<IndexedPassage>,
    pub(super) postings: Postings,
    pub(super) meanings: Option<Meanings>,
}

/// A vector for each passage, and who made them.
#[derive(Debug, Clone, PartialEq)]
pub struct Meanings {
    pub encoder: Encoder,
    pub all: Vec<Meaning>,
}

impl Segment {
    /// The article versions that it holds.
    pub fn articles(&self) -> impl Iterator<Item = (&ArticleId, u64)> {
        self.articles.iter().map(|article| (&article.id, article.version))
    }

    /// How many passages they have.
    pub fn passages(&self) -> usize {
        self.passages.len()
    }

    /// Who made its vectors; none if it has none.
    pub fn encoder(&self) -> Option<Encoder> {
        self.meanings.as_ref().map(|meanings| meanings.encoder)
    }
}

/// Makes a segment.
#[derive(Debug)]
pub struct SegmentBuilder {
    encoder: Option<Encoder>,
    articles: Vec<IndexedArticle>,
    passages: Vec<IndexedPassage>,
    words: Vec<Vec<String>>,
    meanings: Vec<Meaning>,
}

impl SegmentBuilder {
    /// Begins a segment whose vectors are `encoder`'s, or that has none.
    pub fn new(encoder: Option<Encoder>) -> Self {
        Self {
            encoder,
            articles: Vec::new(),
            passages: Vec::new(),
            words: Vec::new(),
            meanings: Vec::new(),
        }
    }

    /// How many passages it has so far.
    pub fn passages(&self) -> usize {
        self.passages.len()
    }

    /// Adds an article version. Returns false, and adds nothing, when it is there already, when the segment
    /// would grow too large, or when it has no vectors where the others do.
    pub fn add(&mut self, prepared: &Prepared<'_>) -> bool {
        let article = prepared.article;
        let is_there =
            self.articles.iter().any(|a| a.id == article.id && a.version == article.version);
        let total = self.passages.len() + prepared.passages.len();
        if is_there || total > limits::PASSAGES_PER_INDEX {
            return false;
        }
        if self.encoder.is_some() {
            let Some(meanings) = &prepared.meanings else { return false };
            self.meanings.extend(meanings.iter().cloned());
        }
        let reader = WordReader::new(Some(article.language));
        let title = reader.words(article.title.as_str());
        let first = number(self.passages.len());
        for passage in &prepared.passages {
            let mut words = title.clone();
            words.extend(reader.words(&passage.text));
            self.passages.push(IndexedPassage {
                span: passage.span,
                length: number(words.len()),
                title_length: number(title.len()),
            });
            self.words.push(words);
        }
        self.articles.push(IndexedArticle {
            id: article.id.clone(),
            version: article.version,
            title: article.title.clone(),
            language: article.language,
            audience: article.audience,
            passages: (first, number(self.passages.len())),
        });
        true
    }

    /// Ends the segment.
    pub fn build(self) -> Segment {
        let all = self.meanings;
        Segment {
            postings: Postings::of(self.words.iter().map(Vec::as_slice)),
            meanings: self.encoder.map(|encoder| Meanings { encoder, all }),
            articles: self.articles,
            passages: self.passages,
        }
    }
}

/// A count that limits keep far below 2^32.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
