//! Which article answers a ticket, if one surely does.

use copilot_core::ticket::{Confidence, LanguageCode};

use super::NoReply;
use crate::article::Audience;
use crate::confidence::confidence;
use crate::index::{ArticleHit, Filter, Found, Index, Question};
use crate::learning::Votes;

/// Below this confidence an article is not even named.
const NAMED_FROM: f64 = 0.35;

/// The article to quote.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The article with its passages, the best first.
    pub hit: ArticleHit,
    /// How sure it is that it answers the ticket.
    pub confidence: Confidence,
}

/// Chooses the article that answers `question`, a ticket in `language`, with at least the confidence
/// `floor`. Articles in the ticket's language go before all others.
///
/// # Errors
/// [`NoReply`].
pub fn choose(
    index: &Index,
    question: &Question,
    language: Option<LanguageCode>,
    votes: Option<&Votes>,
    floor: Confidence,
) -> Result<Choice, NoReply> {
    let own = Filter { audience: Audience::Public, language };
    let any = Filter { audience: Audience::Public, language: None };
    let is_in_another = language.is_some() && !index.has_articles(own);
    let filter = if is_in_another { any } else { own };
    let public = index.search(question, filter, votes, 1);
    let best = best(&public);
    if let Some((hit, confidence)) = &best
        && *confidence >= floor
    {
        return Ok(Choice { hit: (*hit).clone(), confidence: *confidence });
    }
    let all = Filter { audience: Audience::Internal, ..filter };
    let internal = index.search(question, all, votes, 1);
    if let Some((hit, confidence)) = self::best(&internal)
        && hit.audience == Audience::Internal
        && confidence >= floor
    {
        return Err(NoReply::InternalOnly { article: hit.id.clone(), title: hit.title.clone() });
    }
    match best {
        Some(_) if is_in_another => Err(NoReply::OtherLanguage),
        Some((hit, confidence)) if confidence.share() >= NAMED_FROM => {
            let (article, title) = (hit.id.clone(), hit.title.clone());
            Err(NoReply::Unsure { article, title, confidence })
        }
        _ => Err(NoReply::NoArticle),
    }
}

/// The first article that was found, and how sure it is.
fn best(found: &Found) -> Option<(&ArticleHit, Confidence)> {
    let signals = found.signals?;
    Some((found.articles.first()?, confidence(&signals, found.by_meaning)))
}
