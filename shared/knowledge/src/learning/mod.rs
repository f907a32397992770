//! What agents accepted: tickets with the articles that answered them.
//!
//! A ticket like one of these is answered by the same articles. Kept are the words and the meaning of a
//! ticket, never its text; the newest count, of each agent only so many, and whatever was learned from a
//! ticket can be forgotten.

mod bytes;
mod votes;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use copilot_core::ticket::{LanguageCode, TicketId, mask_personal_data};

use crate::article::ArticleId;
use crate::index::{Encoder, Meaning, Question};
use crate::limits;
use crate::words::WordReader;

pub use bytes::PastTicketsFault;
pub use votes::Votes;

/// Digits in a row from which on a word is a number that names somebody's matter, and is not kept.
const NUMBER_DIGITS: usize = 4;

/// Who decided: what the store knows agents by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentKey(pub [u8; 16]);

/// What an agent made of an article that was suggested for a ticket, or chose instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It answered the ticket.
    Accepted,
    /// It did not.
    Rejected,
}

/// A ticket and what an agent decided on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The ticket.
    pub ticket: TicketId,
    /// Who decided.
    pub agent: AgentKey,
    /// When.
    pub at: DateTime<Utc>,
    /// The article.
    pub article: ArticleId,
    /// What was decided.
    pub verdict: Verdict,
}

/// What is kept of a decision.
#[derive(Debug, Clone, PartialEq)]
struct Kept {
    decision: Decision,
    language: Option<LanguageCode>,
    /// The ticket's words in order, each with how often it has it.
    words: Vec<(String, u16)>,
    meaning: Option<Meaning>,
}

impl Kept {
    fn length(&self) -> f64 {
        self.words.iter().map(|(_, count)| f64::from(*count)).sum()
    }

    fn count(&self, word: &str) -> f64 {
        let place = self.words.binary_search_by(|(known, _)| known.as_str().cmp(word));
        place.ok().and_then(|place| self.words.get(place)).map_or(0.0, |(_, n)| f64::from(*n))
    }
}

/// Tickets of the past with the articles that answered them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PastTickets {
    encoder: Option<Encoder>,
    /// The oldest first.
    kept: Vec<Kept>,
}

impl PastTickets {
    /// None yet; their meanings will be `encoder`'s.
    pub fn new(encoder: Option<Encoder>) -> Self {
        Self { encoder, kept: Vec::new() }
    }

    /// How many decisions are kept.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whose meanings they have.
    pub fn encoder(&self) -> Option<Encoder> {
        self.encoder
    }

    /// Keeps a decision on the ticket that asks `question` in `language`. A later one on the same ticket and
    /// article replaces an earlier one, so the same decision twice counts once.
    pub fn record(
        &mut self,
        decision: Decision,
        question: &Question,
        language: Option<LanguageCode>,
    ) {
        let is_same = |kept: &Kept| {
            kept.decision.ticket == decision.ticket && kept.decision.article == decision.article
        };
        if let Some(place) = self.kept.iter().position(is_same) {
            if self.kept.get(place).is_some_and(|kept| kept.decision.at > decision.at) {
                return;
            }
            self.kept.remove(place);
        }
        let meaning = self.encoder.and(question.meaning()).cloned();
        let words = counted(question.text(), language);
        let place = self.kept.partition_point(|kept| kept.decision.at <= decision.at);
        let agent = decision.agent;
        self.kept.insert(place, Kept { decision, language, words, meaning });
        self.keep_within_limits(agent);
    }

    /// Leaves out what is too much now that `agent` has decided once more.
    fn keep_within_limits(&mut self, agent: AgentKey) {
        let over = self.kept.len().saturating_sub(limits::PAST_TICKETS);
        self.kept.drain(..over);
        let is_of_agent = |kept: &&Kept| kept.decision.agent == agent;
        if self.kept.iter().filter(is_of_agent).count() > limits::PAST_TICKETS_PER_AGENT
            && let Some(oldest) = self.kept.iter().position(|kept| is_of_agent(&kept))
        {
            self.kept.remove(oldest);
        }
    }

    /// Keeps only the newest decisions on each article.
    pub fn keep_newest_of_each_article(&mut self, newest: usize) {
        let mut counts: BTreeMap<ArticleId, usize> = BTreeMap::new();
        let mut keep: Vec<bool> = Vec::with_capacity(self.kept.len());
        for kept in self.kept.iter().rev() {
            let count = counts.entry(kept.decision.article.clone()).or_default();
            *count += 1;
            keep.push(*count <= newest);
        }
        self.kept.retain(|_| keep.pop().unwrap_or(true));
    }

    /// Forgets what was learned from a ticket.
    pub fn forget_ticket(&mut self, ticket: TicketId) {
        self.kept.retain(|kept| kept.decision.ticket != ticket);
    }

    /// Forgets what was learned of an article, when it is deleted or says something else now.
    pub fn forget_article(&mut self, article: &ArticleId) {
        self.kept.retain(|kept| kept.decision.article != *article);
    }

    /// Forgets what an agent decided.
    pub fn forget_agent(&mut self, agent: AgentKey) {
        self.kept.retain(|kept| kept.decision.agent != agent);
    }
}

/// The words of a text with how often it has them, in order. Personal data is masked first, and long
/// numbers are left out.
fn counted(text: &str, language: Option<LanguageCode>) -> Vec<(String, u16)> {
    let text = mask_personal_data(text, &[]);
    let mut words = WordReader::new(language).words(&text);
    let is_number =
        |word: &String| word.chars().filter(char::is_ascii_digit).count() >= NUMBER_DIGITS;
    words.retain(|word| !is_number(word));
    words.sort_unstable();
    let mut counted: Vec<(String, u16)> = Vec::new();
    for group in words.chunk_by(|one, other| one == other).take(limits::QUESTION_WORDS) {
        if let Some(word) = group.first() {
            counted.push((word.clone(), u16::try_from(group.len()).unwrap_or(u16::MAX)));
        }
    }
    counted
}
