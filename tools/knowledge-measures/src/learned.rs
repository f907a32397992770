//! Learning from what was accepted, replayed: each ticket is asked first, and only then what was cited on it
//! is known.

use chrono::{DateTime, Utc};
use copilot_core::ticket::{LanguageCode, TicketId};
use copilot_knowledge::article::Article;
use copilot_knowledge::learning::{AgentKey, Decision, PastTickets, Verdict};

use crate::base::{PUBLIC, index, question};
use crate::data::{MeasureError, PastCase};
use crate::encoder::Reader;
use crate::retrieval::{HitRates, LOOKED_AT};

/// What is learned from before a ticket is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    Nothing,
    /// The newest tickets of each article.
    PerArticle(usize),
    /// All of them.
    All,
}

/// Asks every ticket from `from` on, after it has learned from all before it.
///
/// # Errors
/// [`MeasureError`].
pub fn replay(
    articles: &[Article],
    cases: &[PastCase],
    from: DateTime<Utc>,
    reader: &Reader,
    known: Known,
) -> Result<HitRates, MeasureError> {
    let index = index(articles, Some(reader))?;
    let english = Some(LanguageCode::ENGLISH);
    let mut past = PastTickets::new(reader.encoder());
    let mut rates = HitRates::default();
    for (number, case) in cases.iter().enumerate() {
        let asked = question(&format!("{}\n{}", case.title, case.text), Some(reader))?;
        if case.created >= from {
            let learned = learned(&past, known);
            let votes = (known != Known::Nothing).then(|| learned.votes(&asked, english));
            let found = index.search(&asked, PUBLIC, votes.as_ref(), LOOKED_AT);
            rates.count(&found.articles, &case.cited);
        }
        for (place, article) in case.cited.iter().enumerate() {
            // Helpers are not known; as many as a team has.
            let agent = u8::try_from((number + place) % 16).unwrap_or_default();
            let decision = Decision {
                ticket: TicketId::parse(&format!("TKT-20240101-{number:08X}"))?,
                agent: AgentKey([agent; 16]),
                at: case.created,
                article: article.clone(),
                verdict: Verdict::Accepted,
            };
            past.record(decision, &asked, english);
        }
    }
    Ok(rates)
}

fn learned(past: &PastTickets, known: Known) -> PastTickets {
    match known {
        Known::Nothing => PastTickets::default(),
        Known::All => past.clone(),
        Known::PerArticle(newest) => {
            let mut few = past.clone();
            few.keep_newest_of_each_article(newest);
            few
        }
    }
}
