//! An article: what the team knows about one matter, and who may read it.

mod front_matter;
mod texts;

use chrono::NaiveDate;
use copilot_core::ticket::{ExternalId, LanguageCode, Tag};

pub use front_matter::{FrontMatterFault, Written, parse_file};
pub use texts::{ArticleFault, ArticleId, Body, Label, Title};

use crate::limits;

/// One version of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Tells it from the others, in all versions.
    pub id: ArticleId,
    /// Counts its changes; 1 when new. A citation names the version that it quotes.
    pub version: u64,
    /// What it is about, one line.
    pub title: Title,
    /// What it says, in Markdown.
    pub body: Body,
    /// The language that it is written in.
    pub language: LanguageCode,
    /// Who may read it.
    pub audience: Audience,
    /// Where it stands in its life.
    pub state: ArticleState,
    /// The part of the help centre that it belongs to.
    pub category: Option<Label>,
    /// For agents and filters.
    pub tags: Labels<Tag>,
    /// What its source calls it.
    pub labels: Labels<Label>,
    /// The day by which somebody has to read it again. From then on it is marked in what is suggested.
    pub review_by: Option<NaiveDate>,
    /// Where it comes from.
    pub source: ArticleSource,
    /// The id that its source gives it.
    pub external_id: Option<ExternalId>,
}

impl Article {
    /// The first version of one that the team writes itself: published, for customers too, and with nothing
    /// else said of it.
    pub fn new(id: ArticleId, title: Title, body: Body, language: LanguageCode) -> Self {
        Self {
            id,
            version: 1,
            title,
            body,
            language,
            audience: Audience::Public,
            state: ArticleState::Published,
            category: None,
            tags: Labels::default(),
            labels: Labels::default(),
            review_by: None,
            source: ArticleSource::Own,
            external_id: None,
        }
    }

    /// Whether a customer may be told what it says: it is published, and public.
    pub fn is_for_customers(&self) -> bool {
        self.state == ArticleState::Published && self.audience == Audience::Public
    }

    /// Whether somebody should have read it again by `day`.
    pub fn is_overdue(&self, day: NaiveDate) -> bool {
        self.review_by.is_some_and(|review_by| review_by < day)
    }
}

/// At most [`limits::LABELS`] of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels<T>(Vec<T>);

impl<T> Default for Labels<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Labels<T> {
    /// Takes them all.
    ///
    /// # Errors
    /// [`ArticleFault::TooMany`].
    pub fn parse(labels: Vec<T>) -> Result<Self, ArticleFault> {
        if labels.len() > limits::LABELS {
            return Err(ArticleFault::TooMany);
        }
        Ok(Self(labels))
    }

    /// All of them.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

/// Who may read an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Customers too.
    Public,
    /// Agents alone: nothing of it ever stands in a reply.
    Internal,
}

impl Audience {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Public, Self::Internal];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
        }
    }

    /// The audience of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|audience| audience.name() == name)
    }
}

/// Where an article stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArticleState {
    /// Being written: nobody is answered with it.
    Draft,
    /// In use.
    Published,
    /// No longer in use, but kept.
    Archived,
}

impl ArticleState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Published, Self::Archived];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Archived => "archived",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Where an article comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArticleSource {
    /// Written here.
    Own,
    /// Zendesk's help centre.
    Zendesk,
    /// Intercom's articles.
    Intercom,
    /// A file.
    File,
    /// A page of the web.
    Url,
}

impl ArticleSource {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Own, Self::Zendesk, Self::Intercom, Self::File, Self::Url];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Zendesk => "zendesk",
            Self::Intercom => "intercom",
            Self::File => "file",
            Self::Url => "url",
        }
    }

    /// The source of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_what_they_name() {
        for audience in Audience::ALL {
            assert_eq!(Audience::parse(audience.name()), Some(audience));
        }
        for state in ArticleState::ALL {
            assert_eq!(ArticleState::parse(state.name()), Some(state));
        }
        for source in ArticleSource::ALL {
            assert_eq!(ArticleSource::parse(source.name()), Some(source));
        }
        assert_eq!(Audience::parse("Public"), None);
    }

    #[test]
    fn there_are_only_so_many_labels() {
        assert!(Labels::parse(vec![0; limits::LABELS]).is_ok());
        assert_eq!(Labels::parse(vec![0; limits::LABELS + 1]), Err(ArticleFault::TooMany));
    }
}
