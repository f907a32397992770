//! What speaks for an article by the tickets of the past that are like this one.

use std::collections::{BTreeMap, BTreeSet};

use copilot_core::ticket::LanguageCode;

use super::{Kept, PastTickets, Verdict};
use crate::article::ArticleId;
use crate::bm25::{Texts, halves, standardised};
use crate::index::Question;
use crate::limits;

/// From this nearness on two texts are the same but for a few words: what was rejected for one does not
/// come first for the other.
const SAME_TEXT: f64 = 0.97;
/// How much a rejection speaks against an article, where an acceptance speaks for it with 1.
const REJECTION: f64 = 0.5;

/// What speaks for articles by what agents accepted for such tickets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Votes {
    by_article: BTreeMap<ArticleId, f64>,
    rejected: BTreeSet<ArticleId>,
}

impl Votes {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.by_article.is_empty() && self.rejected.is_empty()
    }

    /// What speaks for an article, and below 0 against it.
    pub fn of(&self, article: &ArticleId) -> f64 {
        self.by_article.get(article).copied().unwrap_or_default()
    }

    /// Whether it was rejected for the same text.
    pub fn is_rejected(&self, article: &ArticleId) -> bool {
        self.rejected.contains(article)
    }
}

impl PastTickets {
    /// The votes of the tickets that are nearest to `question`, which is in `language`.
    pub fn votes(&self, question: &Question, language: Option<LanguageCode>) -> Votes {
        let near_in_meaning = self.near_in_meaning(question);
        let nearness = self.nearness(question, language, near_in_meaning.as_deref());
        let mut nearest: Vec<(&Kept, f64)> = self.kept.iter().zip(nearness).collect();
        nearest.sort_by(|(one, near), (other, nearer)| {
            nearer.total_cmp(near).then_with(|| other.decision.at.cmp(&one.decision.at))
        });
        let mut votes = Votes::default();
        for (kept, nearness) in nearest.into_iter().take(limits::NEAREST_TICKETS) {
            if nearness <= 0.0 {
                break;
            }
            let vote = votes.by_article.entry(kept.decision.article.clone()).or_default();
            match kept.decision.verdict {
                Verdict::Accepted => *vote += nearness,
                Verdict::Rejected => *vote -= REJECTION * nearness,
            }
        }
        votes.rejected = self.rejected_for(question, language, near_in_meaning.as_deref());
        votes
    }

    /// How near each ticket is by its meaning, 0 for one that has none; nothing where that of the question is
    /// not known.
    fn near_in_meaning(&self, question: &Question) -> Option<Vec<f64>> {
        let meaning = question.meaning()?;
        let near = |kept: &Kept| kept.meaning.as_ref().map_or(0.0, |other| meaning.nearness(other));
        Some(self.kept.iter().map(near).collect())
    }

    /// How near each ticket is, in standard deviations above the mean: by its words and by its meaning.
    fn nearness(
        &self,
        question: &Question,
        language: Option<LanguageCode>,
        near_in_meaning: Option<&[f64]>,
    ) -> Vec<f64> {
        let lengths: Vec<f64> = self.kept.iter().map(Kept::length).collect();
        let texts = Texts::of(lengths.iter().copied());
        let mut words = vec![0.0; self.kept.len()];
        for word in question.words(language) {
            let counts: Vec<f64> = self.kept.iter().map(|kept| kept.count(&word)).collect();
            #[expect(clippy::cast_precision_loss, reason = "at most some thousand")]
            let with = counts.iter().filter(|count| **count > 0.0).count() as f64;
            let weight = texts.weight(with);
            for ((sum, count), length) in words.iter_mut().zip(counts).zip(&lengths) {
                *sum += texts.score(weight, count, *length);
            }
        }
        let words = standardised(words.into_iter());
        match near_in_meaning {
            Some(near) => halves(&words, &standardised(near.iter().copied())),
            None => words,
        }
    }

    /// The articles whose latest decision for the same text is a rejection.
    fn rejected_for(
        &self,
        question: &Question,
        language: Option<LanguageCode>,
        near_in_meaning: Option<&[f64]>,
    ) -> BTreeSet<ArticleId> {
        let words = super::counted(question.text(), language);
        let is_same = |(place, kept): &(usize, &Kept)| {
            let near = near_in_meaning.and_then(|near| near.get(*place));
            kept.words == words || near.is_some_and(|near| *near >= SAME_TEXT)
        };
        let mut rejected = BTreeSet::new();
        for (_, kept) in self.kept.iter().enumerate().filter(is_same) {
            let article = &kept.decision.article;
            match kept.decision.verdict {
                Verdict::Rejected => rejected.insert(article.clone()),
                Verdict::Accepted => rejected.remove(article),
            };
        }
        rejected
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use copilot_core::ticket::TicketId;

    use super::super::{AgentKey, Decision};
    use super::*;

    fn id(name: &str) -> ArticleId {
        ArticleId::parse(name).unwrap()
    }

    fn ticket(number: u32) -> TicketId {
        TicketId::parse(&format!("TKT-20241103-{number:08X}")).unwrap()
    }

    fn decision(number: u32, article: &str, verdict: Verdict) -> Decision {
        let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(number.into());
        let agent = AgentKey([u8::from(number.is_multiple_of(3)); 16]);
        Decision { ticket: ticket(number), agent, at, article: id(article), verdict }
    }

    fn taught() -> PastTickets {
        let mut past = PastTickets::default();
        for number in 0..30 {
            let (text, article) = match number % 3 {
                0 => (format!("the zip of jacket {number} is broken"), "repair"),
                1 => (format!("no parcel arrived on day {number}"), "late"),
                _ => (format!("invoice {number} please"), "invoice"),
            };
            past.record(
                decision(number, article, Verdict::Accepted),
                &Question::of(&text),
                Some(LanguageCode::ENGLISH),
            );
        }
        past
    }

    fn votes(past: &PastTickets, text: &str) -> Votes {
        past.votes(&Question::of(text), Some(LanguageCode::ENGLISH))
    }

    #[test]
    fn what_was_accepted_for_such_tickets_comes_first() {
        let votes = votes(&taught(), "My jacket's zip broke");
        assert!(votes.of(&id("repair")) > 2.0 * votes.of(&id("late")).max(0.0), "{votes:?}");
        assert!(self::votes(&PastTickets::default(), "a").is_empty());
    }

    #[test]
    fn a_rejected_article_does_not_come_back_for_the_same_text() {
        let mut past = taught();
        let text = "My jacket's zip broke";
        let english = Some(LanguageCode::ENGLISH);
        past.record(decision(40, "repair", Verdict::Rejected), &Question::of(text), english);
        assert!(votes(&past, text).is_rejected(&id("repair")));
        assert!(!votes(&past, "invoice please").is_rejected(&id("repair")));
        past.record(decision(41, "repair", Verdict::Accepted), &Question::of(text), english);
        assert!(!votes(&past, text).is_rejected(&id("repair")));
    }

    #[test]
    fn a_decision_twice_counts_once_and_an_older_one_changes_nothing() {
        let mut past = taught();
        let before = past.clone();
        let text = Question::of("invoice 29 please");
        let english = Some(LanguageCode::ENGLISH);
        past.record(decision(29, "invoice", Verdict::Accepted), &text, english);
        assert_eq!(past, before);
        let older =
            Decision { at: DateTime::UNIX_EPOCH, ..decision(29, "invoice", Verdict::Rejected) };
        past.record(older, &text, english);
        assert_eq!(past, before);
    }

    #[test]
    fn what_is_forgotten_is_gone() {
        let mut past = taught();
        past.forget_ticket(ticket(0));
        assert_eq!(past.len(), 29);
        past.forget_article(&id("invoice"));
        assert_eq!(past.len(), 19);
        past.forget_agent(AgentKey([0; 16]));
        assert_eq!(past.len(), 9);
    }

    #[test]
    fn nobody_decides_alone_and_the_newest_count() {
        let mut past = PastTickets::default();
        let text = Question::of("x");
        for number in 0..700 {
            let mut decision = decision(number, "a", Verdict::Accepted);
            decision.agent = AgentKey([9; 16]);
            past.record(decision, &text, None);
        }
        assert_eq!(past.len(), limits::PAST_TICKETS_PER_AGENT);
        assert_eq!(past.kept[0].decision.ticket, ticket(200));
    }

    #[test]
    fn no_address_and_no_number_is_kept() {
        let words =
            super::super::counted("ada@shop.example order 20211234 ab1234 +44 20 7946 0958", None);
        let text: String = words.iter().map(|(word, _)| format!("{word} ")).collect();
        assert!(
            !text.contains("ada") && !text.contains("1234") && !text.contains("0958"),
            "{text}"
        );
        assert!(text.contains("order"));
    }
}
