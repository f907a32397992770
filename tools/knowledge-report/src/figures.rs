//! What is found out by asking.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use copilot_core::ticket::{Confidence, LanguageCode};
use copilot_embedding::{SentenceError, Sentences};
use copilot_knowledge::article::{Article, ArticleId, Audience, Title};
use copilot_knowledge::confidence::confidence;
use copilot_knowledge::index::{Filter, Found, Index, Meaning, Prepared, Question, SegmentBuilder};
use copilot_knowledge::reply::{NoReply, SuggestedReply, Ticket, Voice, choose, compose};
use copilot_triage::extraction::extract;
use copilot_triage::language::detect;

use crate::articles::Articles;
use crate::error::KnowledgeReportError;
use crate::questions::{Asked, Questions, Wanted};

/// Articles of a search that are looked at.
const LOOKED_AT: usize = 5;
/// What agents find.
const EVERYTHING: Filter = Filter { audience: Audience::Internal, language: None };
/// Confidences at which the curve is shown.
pub const FLOORS: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// Shares of the questions whose article is known.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct HitRates {
    /// Where it is the first one found.
    pub first: f64,
    /// Where it is one of the first five.
    pub five: f64,
}

/// What one question found.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The article that fits best.
    pub best: Option<(ArticleId, Title)>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Whether that is the right one; nothing where the file does not say.
    pub is_right: Option<bool>,
    /// The reply, or why there is none.
    pub reply: Result<SuggestedReply, NoReply>,
}

/// One confidence of the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtFloor {
    pub floor: f64,
    /// Share of the questions with an article that get an answer.
    pub answered: f64,
    /// Share of the answers that are right; nothing without any.
    pub right: Option<f64>,
    /// Share of the questions without an article that get one all the same.
    pub unanswerable: Option<f64>,
}

/// All that the report says.
#[derive(Debug, Clone)]
pub struct Figures {
    pub passages: usize,
    pub by_words: HitRates,
    /// Nothing without the language model.
    pub by_meaning: Option<HitRates>,
    /// For each question.
    pub answers: Vec<Answer>,
    /// Empty where the file does not say what is right.
    pub curve: Vec<AtFloor>,
    pub floor: Confidence,
}

impl Figures {
    /// Asks all `questions`; replies are suggested from the confidence `floor` on.
    ///
    /// # Errors
    /// [`KnowledgeReportError`].
    pub fn of(
        articles: &Articles,
        questions: &Questions,
        floor: Confidence,
        today: NaiveDate,
    ) -> Result<Self, KnowledgeReportError> {
        let sentences = Sentences::load()?;
        let index = index(&articles.published, sentences.as_ref())?;
        let (mut by_words, mut by_meaning) = (HitRates::default(), HitRates::default());
        let mut answers = Vec::with_capacity(questions.asked.len());
        for asked in &questions.asked {
            let mut question = Question::of(&asked.text);
            let mut found = index.search(&question, EVERYTHING, None, LOOKED_AT);
            by_words.count(&found, asked);
            if let Some(sentences) = &sentences {
                let meaning = Meaning::of(&sentences.sentence(question.text())?);
                question = question.with_meaning(meaning);
                found = index.search(&question, EVERYTHING, None, LOOKED_AT);
                by_meaning.count(&found, asked);
            }
            let reply = reply(articles, &index, &question, asked, floor, today);
            answers.push(answer(&found, asked, reply));
        }
        let known = questions.with_article();
        Ok(Self {
            passages: index.passages(),
            by_words: by_words.by(known),
            by_meaning: sentences.is_some().then(|| by_meaning.by(known)),
            curve: curve(questions, &answers),
            answers,
            floor,
        })
    }

    /// How many questions get a reply.
    pub fn replies(&self) -> usize {
        self.answers.iter().filter(|answer| answer.reply.is_ok()).count()
    }
}

impl HitRates {
    fn count(&mut self, found: &Found, asked: &Asked) {
        let Wanted::Article(wanted) = &asked.wanted else { return };
        let place = found.articles.iter().position(|hit| hit.id == *wanted);
        self.first += f64::from(u8::from(place == Some(0)));
        self.five += f64::from(u8::from(place.is_some()));
    }

    fn by(self, questions: usize) -> Self {
        let count = float(questions.max(1));
        Self { first: self.first / count, five: self.five / count }
    }
}

fn index(
    articles: &[Article],
    sentences: Option<&Sentences>,
) -> Result<Index, KnowledgeReportError> {
    let mut builder = SegmentBuilder::new(sentences.map(Sentences::checksum));
    for article in articles {
        let mut prepared = Prepared::of(article);
        if let Some(sentences) = sentences {
            let read = |text: String| Ok(Meaning::of(&sentences.sentence(&text)?));
            let meanings: Result<Vec<Meaning>, SentenceError> =
                prepared.texts().map(read).collect();
            prepared = prepared.with_meanings(meanings?);
        }
        builder.add(&prepared);
    }
    let current = articles.iter().map(|article| (article.id.clone(), article.version));
    Ok(Index::new(vec![Arc::new(builder.build())], current)?)
}

fn answer(found: &Found, asked: &Asked, reply: Result<SuggestedReply, NoReply>) -> Answer {
    let best = found.articles.first().map(|hit| (hit.id.clone(), hit.title.clone()));
    let sure = found.signals.map(|signals| confidence(&signals, found.by_meaning));
    let is_right = match &asked.wanted {
        Wanted::Unsaid => None,
        Wanted::Nothing | Wanted::Missing => Some(false),
        Wanted::Article(wanted) => Some(best.as_ref().is_some_and(|(id, _)| id == wanted)),
    };
    Answer { best, confidence: sure.unwrap_or(Confidence::NONE), is_right, reply }
}

fn reply(
    articles: &Articles,
    index: &Index,
    question: &Question,
    asked: &Asked,
    floor: Confidence,
    today: NaiveDate,
) -> Result<SuggestedReply, NoReply> {
    let language = detect(&asked.text).code().and_then(|code| LanguageCode::parse(code).ok());
    let choice = choose(index, question, language, None, floor)?;
    let article = articles.published.iter().find(|article| article.id == choice.hit.id);
    let article = article.ok_or(NoReply::Changed)?;
    let extracted = extract("", &asked.text, midnight(today));
    let ticket = Ticket { customer_name: None, language, extracted: &extracted };
    compose(&choice, article, &ticket, &Voice::default(), today)
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

fn curve(questions: &Questions, answers: &[Answer]) -> Vec<AtFloor> {
    if questions.with_article() == 0 {
        return Vec::new();
    }
    let both = || questions.asked.iter().zip(answers);
    let at = |floor: f64| {
        let sure = |answer: &Answer| answer.confidence.share() >= floor;
        let known = both().filter(|(asked, _)| matches!(asked.wanted, Wanted::Article(_)));
        let answered = known.filter(|(_, answer)| sure(answer)).count();
        let judged = both().filter(|(_, answer)| answer.is_right.is_some() && sure(answer));
        let right = judged.clone().filter(|(_, answer)| answer.is_right == Some(true)).count();
        let unanswerable = judged
            .clone()
            .filter(|(asked, _)| matches!(asked.wanted, Wanted::Nothing | Wanted::Missing))
            .count();
        let share = |part: usize, all: usize| (all > 0).then(|| float(part) / float(all));
        AtFloor {
            floor,
            answered: float(answered) / float(questions.with_article()),
            right: share(right, judged.count()),
            unanswerable: share(unanswerable, questions.without_article()),
        }
    };
    FLOORS.into_iter().map(at).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn float(count: usize) -> f64 {
    count as f64
}
