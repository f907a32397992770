//! A reply made of passages of one article, each with its source; or why there is none.
//!
//! [`choose`] finds the article and is sure enough of it, or says why not; [`compose`] writes the text. Nothing
//! is said that does not stand in the article, in the extracted facts, or in the fixed sentences of `wording`.
//! Nothing of an internal article ever stands in it.

mod choice;
mod facts;
mod wording;

use std::ops::Range;

use chrono::NaiveDate;
use copilot_core::ticket::{Confidence, CustomerName, Extracted, LanguageCode};

pub use choice::{Choice, choose};

use crate::article::{Article, ArticleId, Title};
use crate::limits;
use crate::text::{Readable, Span};
use wording::Wording;

/// What is known of the ticket besides its question.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ticket<'a> {
    /// The customer's name, if it is known.
    pub customer_name: Option<&'a CustomerName>,
    /// The language of the ticket, if it can be told.
    pub language: Option<LanguageCode>,
    /// What its text names.
    pub extracted: &'a [Extracted],
}

/// How the team ends its replies: the closing and signature, in place of a neutral one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Voice {
    /// Lines below the reply.
    pub closing: Option<String>,
}

/// A reply for an agent to send, change or throw away.
#[derive(Debug, Clone, PartialEq)]
pub struct SuggestedReply {
    /// What it says.
    pub text: String,
    /// The passages that it quotes, in order.
    pub quotations: Vec<Quotation>,
    /// How sure it is that they answer the ticket.
    pub confidence: Confidence,
    /// The language that it is written in: the article's.
    pub language: LanguageCode,
    /// The ticket's language, where it is another one. The agent is told.
    pub other_language: Option<LanguageCode>,
}

impl SuggestedReply {
    /// What the agent has to know before sending it, if anything.
    pub fn remark(&self) -> Option<String> {
        let ticket = String::from(self.other_language?);
        let reply = String::from(self.language);
        Some(format!("The reply is in another language ({reply}) than the ticket ({ticket})."))
    }
}

/// A passage in a reply, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Quotation {
    /// The article.
    pub article: ArticleId,
    /// The version that is quoted.
    pub version: u64,
    /// Its title.
    pub title: Title,
    /// Where the passage stands in the body of that version.
    pub span: Span,
    /// Where it stands in the reply's text, in bytes.
    pub place: Range<usize>,
    /// How well it fits.
    pub score: f64,
}

/// Why there is no reply, as a sentence for the agent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NoReply {
    /// Nothing fits.
    #[error("No article answers this ticket.")]
    NoArticle,
    /// Something fits, but not surely enough.
    #[error("“{}” may fit, but that is not sure enough ({:.0} %) to suggest a reply.", title.as_str(), confidence.share() * 100.0)]
    Unsure {
        /// The article that fits best.
        article: ArticleId,
        /// Its title.
        title: Title,
        /// How sure it is.
        confidence: Confidence,
    },
    /// Only what customers may not read fits.
    #[error("Only the internal article “{}” fits: it is for agents, and is not quoted.", title.as_str())]
    InternalOnly {
        /// The article.
        article: ArticleId,
        /// Its title.
        title: Title,
    },
    /// There is no article in the ticket's language, and none of another language surely fits.
    #[error("There is no article in the language of this ticket.")]
    OtherLanguage,
    /// What fits has not been read again in time.
    #[error("“{}” fits, but was to be reviewed by {review_by}: check it before you use it.", title.as_str())]
    Overdue {
        /// The article.
        article: ArticleId,
        /// Its title.
        title: Title,
        /// The day by which somebody had to.
        review_by: NaiveDate,
    },
    /// The article was changed or withdrawn while it was looked for.
    #[error("The article that fits has just been changed.")]
    Changed,
}

/// The name that a reason has for programs.
impl NoReply {
    /// `no_article`, `unsure`, `internal_only`, `other_language`, `overdue` or `changed`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NoArticle => "no_article",
            Self::Unsure { .. } => "unsure",
            Self::InternalOnly { .. } => "internal_only",
            Self::OtherLanguage => "other_language",
            Self::Overdue { .. } => "overdue",
            Self::Changed => "changed",
        }
    }
}

/// Writes the reply of `choice`, whose article is `article`. `today` is the day in the team's time zone.
///
/// # Errors
/// [`NoReply`], when the article is not the one that was chosen, is not for customers, or is overdue.
pub fn compose(
    choice: &Choice,
    article: &Article,
    ticket: &Ticket<'_>,
    voice: &Voice,
    today: NaiveDate,
) -> Result<SuggestedReply, NoReply> {
    let is_chosen = article.id == choice.hit.id && article.version == choice.hit.version;
    if !is_chosen || !article.is_for_customers() {
        return Err(NoReply::Changed);
    }
    if let Some(review_by) = article.review_by.filter(|_| article.is_overdue(today)) {
        let (article, title) = (article.id.clone(), article.title.clone());
        return Err(NoReply::Overdue { article, title, review_by });
    }
    let readable = Readable::of(article.body.as_str());
    let passages = quoted(choice, &readable);
    if passages.is_empty() {
        return Err(NoReply::Changed);
    }
    let wording = Wording::of(article.language);
    let mut text = wording.greeting(ticket.customer_name.and_then(facts::shown_name));
    text.push_str("\n\n");
    if let Some(fact) = facts::only_fact(ticket.extracted) {
        text.push_str(&wording.about(&fact));
        text.push(' ');
    }
    text.push_str(&wording.source(article.title.as_str()));
    let mut quotations = Vec::new();
    for (span, score, words) in passages {
        text.push_str("\n\n");
        let start = text.len();
        text.push_str(words);
        quotations.push(Quotation {
            article: article.id.clone(),
            version: article.version,
            title: article.title.clone(),
            span,
            place: start..text.len(),
            score,
        });
    }
    text.push_str("\n\n");
    text.push_str(wording.next_step());
    text.push_str("\n\n");
    text.push_str(voice.closing.as_deref().unwrap_or(wording.closing()));
    let other_language = ticket.language.filter(|language| *language != article.language);
    let (confidence, language) = (choice.confidence, article.language);
    Ok(SuggestedReply { text, quotations, confidence, language, other_language })
}

/// The best passages of the article within [`limits::QUOTED_WORDS`], in the article's order.
fn quoted<'a>(choice: &Choice, readable: &'a Readable) -> Vec<(Span, f64, &'a str)> {
    let mut left = limits::QUOTED_WORDS;
    let mut quoted = Vec::new();
    for hit in &choice.hit.passages {
        let Some(text) = readable.quoted(hit.span) else { continue };
        let words = text.split_whitespace().count();
        if quoted.len() < limits::QUOTED_PASSAGES && words <= left {
            left -= words;
            quoted.push((hit.span, hit.score, text));
        }
    }
    quoted.sort_by_key(|(span, _, _)| *span);
    quoted
}
