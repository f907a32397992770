//! Brings the measures to one scale and orders articles and passages by all of them.

use super::words::AskedWords;
use super::{ArticleHit, Entry, Index, PassageHit, Scores, Signals};
use crate::bm25::{halves, standardised};
use crate::learning::Votes;

/// The articles that may be found, in order.
pub struct Ranking<'a> {
    entries: &'a [&'a Entry],
    scores: &'a [Scores],
    /// By words, by meaning, by both, and with what agents accepted; each for every entry.
    words: Vec<f64>,
    meaning: Option<Vec<f64>>,
    content: Vec<f64>,
    score: Vec<f64>,
    /// For each entry the score of each passage.
    passages: Vec<Vec<f64>>,
    /// Places of the entries, the best first.
    order: Vec<usize>,
}

impl<'a> Ranking<'a> {
    pub fn of(
        entries: &'a [&'a Entry],
        scores: &'a [Scores],
        by_meaning: bool,
        votes: Option<&Votes>,
    ) -> Self {
        let article = standardised(scores.iter().map(|scores| scores.article));
        let best = standardised(scores.iter().map(Scores::best_words));
        let words = halves(&article, &best);
        let meaning = by_meaning.then(|| standardised(scores.iter().map(Scores::best_nearness)));
        let content = match &meaning {
            Some(meaning) => halves(&words, meaning),
            None => words.clone(),
        };
        let votes = votes.filter(|votes| !votes.is_empty());
        let accepted = votes
            .map(|votes| standardised(entries.iter().map(|entry| votes.of(&entry.article.id))));
        let score = match &accepted {
            Some(accepted) => halves(&content, accepted),
            None => content.clone(),
        };
        let is_rejected =
            |entry: &Entry| votes.is_some_and(|votes| votes.is_rejected(&entry.article.id));
        let mut order: Vec<usize> = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.passages().is_empty() && !is_rejected(entry))
            .map(|(place, _)| place)
            .collect();
        // Of equals the one first whose id is; so the order never depends on the segments'.
        order.sort_by(|one, other| {
            let ids = || id(entries, *one).cmp(&id(entries, *other));
            at(&score, *other).total_cmp(&at(&score, *one)).then_with(ids)
        });
        let passages = passages(scores, by_meaning);
        Self { entries, scores, words, meaning, content, score, passages, order }
    }

    pub fn hits(&self, index: &Index, limit: usize) -> Vec<ArticleHit> {
        let hits = self.order.iter().take(limit).filter_map(|place| {
            let entry = self.entries.get(*place)?;
            let segment = index.segments.get(entry.segment)?;
            let spans = segment.passages.get(entry.passages())?;
            let scores = self.passages.get(*place)?;
            let mut passages: Vec<PassageHit> = spans
                .iter()
                .zip(scores)
                .map(|(passage, score)| PassageHit { span: passage.span, score: *score })
                .collect();
            passages.sort_by(|one, other| other.score.total_cmp(&one.score));
            Some(ArticleHit {
                id: entry.article.id.clone(),
                version: entry.article.version,
                title: entry.article.title.clone(),
                language: entry.article.language,
                audience: entry.article.audience,
                score: at(&self.score, *place),
                passages,
            })
        });
        hits.collect()
    }

    pub fn signals(&self, index: &Index, asked: &AskedWords) -> Option<Signals> {
        let first = *self.order.first()?;
        let entry = self.entries.get(first)?;
        let scores = self.scores.get(first)?;
        let passage = best(self.passages.get(first)?)?;
        let (words, unknown) = asked.of(entry.article.language);
        let total: f64 = words.iter().map(|(_, weight)| weight).sum::<f64>().max(f64::EPSILON);
        let segment = index.segments.get(entry.segment)?;
        let place = u32::try_from(entry.passages().start + passage).ok()?;
        let has = |word: &str| {
            let postings = segment.postings.get(word);
            postings.binary_search_by_key(&place, |posting| posting.passage).is_ok()
        };
        let share = |has: &dyn Fn(&str) -> bool| {
            let found = words.iter().filter(|(word, _)| has(word));
            found.map(|(_, weight)| weight).sum::<f64>() / total
        };
        let missing = words.iter().filter(|(word, _)| !has(word)).map(|(_, weight)| *weight);
        let rest = self.content.iter().enumerate().filter(|(place, _)| *place != first);
        let next = rest.map(|(_, score)| *score).reduce(f64::max);
        let content = at(&self.content, first);
        let is_best = |scores: &[f64]| f64::from(u8::from(best(scores) == Some(first)));
        Some(Signals {
            nearness: if self.meaning.is_some() { scores.best_nearness() } else { 0.0 },
            score: content,
            margin: content - next.unwrap_or(0.0),
            share_of_words: share(&has),
            share_in_title: share(&|word| entry.title_words.iter().any(|other| other == word)),
            words_agree: is_best(&self.words),
            meaning_agrees: self.meaning.as_ref().map_or(0.0, |meaning| is_best(meaning)),
            best_nearness: match &self.meaning {
                Some(_) => self.scores.iter().map(Scores::best_nearness).fold(-1.0, f64::max),
                None => 0.0,
            },
            score_of_words: scores.words.get(passage).copied().unwrap_or_default() / total,
            rarest_missing: missing.fold(0.0, f64::max) / unknown,
        })
    }
}

fn id<'a>(entries: &[&'a Entry], place: usize) -> Option<&'a str> {
    entries.get(place).map(|entry| entry.article.id.as_str())
}

/// The scores of all passages, brought to one scale over all articles.
fn passages(scores: &[Scores], by_meaning: bool) -> Vec<Vec<f64>> {
    let words = standardised(scores.iter().flat_map(|scores| scores.words.iter().copied()));
    let all = if by_meaning {
        let nearness = scores.iter().flat_map(|scores| scores.nearness.iter().copied());
        halves(&words, &standardised(nearness))
    } else {
        words
    };
    let mut all = all.into_iter();
    scores.iter().map(|scores| all.by_ref().take(scores.words.len()).collect()).collect()
}

fn at(scores: &[f64], place: usize) -> f64 {
    scores.get(place).copied().unwrap_or_default()
}

fn best(scores: &[f64]) -> Option<usize> {
    let best =
        scores.iter().enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(place, _)| place)
}
