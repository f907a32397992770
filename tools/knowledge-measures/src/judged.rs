//! Questions with their article and without it, and questions of another domain: what the search says of its
//! first article, and whether it is right.

use std::sync::Arc;

use copilot_knowledge::article::{Article, ArticleId};
use copilot_knowledge::index::{Index, Question, Segment};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use crate::base::{PUBLIC, question, segment};
use crate::data::{Asked, MeasureError, QuestionSet};
use crate::encoder::Reader;
use crate::regression::Example;

/// So that two runs draw the same.
const SEED: u64 = 7;

/// The examples of one set.
pub struct Judged {
    pub name: &'static str,
    /// Each question with its article there, and its twin without.
    pub examples: Vec<Example>,
    /// Questions of another domain.
    pub foreign: Vec<Example>,
}

/// Asks the questions of `set`, at most `questions` of them, each of a base of `articles` articles: with its
/// article and without it; then those of `others`.
///
/// # Errors
/// [`MeasureError`].
pub fn judge(
    set: &QuestionSet,
    (questions, articles): (usize, usize),
    others: &[&str],
    reader: Option<&Reader>,
) -> Result<Judged, MeasureError> {
    let segment = Arc::new(segment(&set.articles, reader)?);
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut asked: Vec<&Asked> = set.questions.iter().collect();
    asked.shuffle(&mut random);
    asked.truncate(questions);
    let mut examples = Vec::new();
    for (number, asked) in asked.iter().enumerate() {
        let mut base = drawn(&set.articles, &asked.articles, articles, &mut random);
        let question = question(&asked.text, reader)?;
        for is_answerable in [true, false] {
            if !is_answerable {
                base.retain(|id| !asked.articles.contains(id));
            }
            let index = over(&segment, &base)?;
            let example = example(&index, &question, &asked.articles, number);
            examples.extend(example.map(|example| Example { is_answerable, ..example }));
        }
    }
    let mut foreign = Vec::new();
    let base = drawn(&set.articles, &[], articles, &mut random);
    let index = over(&segment, &base)?;
    for (number, text) in others.iter().enumerate() {
        foreign.extend(example(&index, &question(text, reader)?, &[], number));
    }
    Ok(Judged { name: set.name, examples, foreign })
}

/// So many articles, with those that are `wanted` among them.
fn drawn(
    articles: &[Article],
    wanted: &[ArticleId],
    count: usize,
    random: &mut ChaCha8Rng,
) -> Vec<ArticleId> {
    let mut ids: Vec<ArticleId> = articles
        .iter()
        .map(|article| article.id.clone())
        .filter(|id| !wanted.contains(id))
        .collect();
    if ids.len() + wanted.len() > count {
        ids.shuffle(random);
        ids.truncate(count.saturating_sub(wanted.len()));
    }
    ids.extend(wanted.iter().cloned());
    ids
}

fn over(segment: &Arc<Segment>, ids: &[ArticleId]) -> Result<Index, MeasureError> {
    let current = ids.iter().map(|id| (id.clone(), 1));
    Ok(Index::new(vec![Arc::clone(segment)], current)?)
}

fn example(
    index: &Index,
    question: &Question,
    wanted: &[ArticleId],
    number: usize,
) -> Option<Example> {
    let found = index.search(question, PUBLIC, None, 1);
    let is_right = found.articles.first().is_some_and(|hit| wanted.contains(&hit.id));
    let signals = found.signals?;
    Some(Example { signals, is_right, is_answerable: false, question: number, weight: 1.0 })
}
