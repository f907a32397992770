//! An article as it is indexed.

use super::Meaning;
use crate::article::Article;
use crate::text::{Passage, Readable, passages};

/// An article cut into passages, before its vectors are there.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared<'a> {
    pub(super) article: &'a Article,
    pub(super) passages: Vec<Passage>,
    pub(super) meanings: Option<Vec<Meaning>>,
}

impl<'a> Prepared<'a> {
    /// Cuts `article` into passages. One that shows no words, such as an image alone, has none.
    pub fn of(article: &'a Article) -> Self {
        let passages = passages(&Readable::of(article.body.as_str()));
        Self { article, passages, meanings: None }
    }

    /// What the encoder is to read for each passage: its words, below the article's title.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        let title = self.article.title.as_str();
        self.passages.iter().map(move |passage| format!("{title}\n{}", passage.text))
    }

    /// The same with the vectors of [`Prepared::texts`], in their order. Another number of them leaves
    /// it without any.
    #[must_use]
    pub fn with_meanings(self, meanings: Vec<Meaning>) -> Self {
        let fits = meanings.len() == self.passages.len();
        Self { meanings: fits.then_some(meanings), ..self }
    }
}
