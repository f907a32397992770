//! The public sets, read from the folders that hold them.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use copilot_core::ticket::{LanguageCode, ParseTicketIdError};
use copilot_knowledge::article::{Article, ArticleFault, ArticleId, Body, Title};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Why nothing is measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    #[error("{}: {source}", file.display())]
    File { file: PathBuf, source: std::io::Error },
    #[error("{}: {source}", file.display())]
    Json { file: PathBuf, source: serde_json::Error },
    #[error("{}: {source}", file.display())]
    Csv { file: PathBuf, source: csv::Error },
    #[error(transparent)]
    System(#[from] std::io::Error),
    #[error(transparent)]
    Encoder(#[from] copilot_embedding::SentenceError),
    #[error("an article: {0}")]
    Article(#[from] ArticleFault),
    #[error(transparent)]
    Index(#[from] copilot_knowledge::index::IndexFault),
    #[error("a ticket: {0}")]
    Ticket(#[from] ParseTicketIdError),
}

/// Articles, and questions about them.
pub struct QuestionSet {
    pub name: &'static str,
    pub articles: Vec<Article>,
    pub questions: Vec<Asked>,
}

/// A question and the articles that answer it.
#[derive(Debug, Clone)]
pub struct Asked {
    pub text: String,
    pub articles: Vec<ArticleId>,
    /// The answer's words, where they stand in the article.
    pub answer: Option<String>,
}

/// A ticket of the past, and what was cited on it.
pub struct PastCase {
    pub id: String,
    pub created: DateTime<Utc>,
    pub title: String,
    pub text: String,
    pub cited: Vec<ArticleId>,
}

/// All sets.
pub struct Data {
    pub aws: QuestionSet,
    pub phone: QuestionSet,
    pub television: QuestionSet,
    pub threads: QuestionSet,
    /// The articles that helpers cited, by their titles alone.
    pub titles: Vec<Article>,
    /// Tickets in order of time.
    pub cases: Vec<PastCase>,
}

impl Data {
    /// The sets with questions whose names hold one of `named`; all of them if none is named.
    pub fn sets(&self, named: &[String]) -> Vec<&QuestionSet> {
        let all = [&self.aws, &self.phone, &self.television, &self.threads];
        let is_wanted = |set: &&QuestionSet| {
            named.is_empty() || named.iter().any(|name| set.name.contains(name.as_str()))
        };
        all.into_iter().filter(is_wanted).collect()
    }

    /// Reads all sets below `folder`.
    ///
    /// # Errors
    /// [`MeasureError`].
    pub fn read(folder: &Path) -> Result<Self, MeasureError> {
        let (phone, television) = manuals(&folder.join("emanual"))?;
        let tickets = folder.join("thunderbird-tickets");
        let titles = cited_titles(&tickets)?;
        let cases = cases(&tickets, &titles)?;
        Ok(Self {
            aws: aws(&folder.join("aws-docs-qa"))?,
            phone,
            television,
            threads: threads(&folder.join("stackfaq-retrieval"))?,
            titles: titles.into_values().flatten().collect(),
            cases,
        })
    }
}

/// A published, public article in English. What has no text says its title, and the other way round.
fn article(id: &str, title: &str, body: &str) -> Result<Article, MeasureError> {
    let title = if title.trim().is_empty() { body.lines().next().unwrap_or(id) } else { title };
    let body = if body.trim().is_empty() { title } else { body };
    let body = body.replace(|c: char| c.is_control() && c != '\n', " ");
    let title = title.replace(char::is_control, " ");
    let title = Title::parse(&title.chars().take(200).collect::<String>())?;
    let (id, body) = (ArticleId::of_name(id)?, Body::parse(&body)?);
    Ok(Article::new(id, title, body, LanguageCode::ENGLISH))
}

fn read(file: &Path) -> Result<String, MeasureError> {
    let at = |source| MeasureError::File { file: file.to_owned(), source };
    fs::read_to_string(file).map_err(at)
}

fn lines<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>, MeasureError> {
    let at = |source| MeasureError::Json { file: file.to_owned(), source };
    read(file)?.lines().map(|line| serde_json::from_str(line).map_err(at)).collect()
}

/// Ids by what the set calls the articles: shortened names could meet.
fn numbered(prefix: &str, number: usize) -> String {
    format!("{prefix}-{number}")
}

#[derive(Deserialize)]
struct AwsArticle {
    id: String,
    title: String,
    body: String,
}

#[derive(Deserialize)]
struct AwsQuestion {
    question: String,
    article: String,
    answer: String,
}

fn aws(folder: &Path) -> Result<QuestionSet, MeasureError> {
    let mut ids = HashMap::new();
    let mut articles = Vec::new();
    for (number, found) in lines::<AwsArticle>(&folder.join("articles.jsonl"))?.iter().enumerate() {
        let made = article(&numbered("aws", number), &found.title, &found.body)?;
        ids.insert(found.id.clone(), made.id.clone());
        articles.push(made);
    }
    let questions = lines::<AwsQuestion>(&folder.join("questions.jsonl"))?.into_iter();
    let questions = questions.map(|asked| Asked {
        articles: ids.get(&asked.article).cloned().into_iter().collect(),
        text: asked.question,
        answer: Some(asked.answer),
    });
    Ok(QuestionSet { name: "AWS guides", articles, questions: questions.collect() })
}

#[derive(Deserialize)]
struct ManualSection {
    id: String,
    title: String,
    text: String,
}

#[derive(Deserialize)]
struct ManualQuestion {
    manual: String,
    question: String,
    section: String,
}

fn manuals(folder: &Path) -> Result<(QuestionSet, QuestionSet), MeasureError> {
    let sections: Vec<ManualSection> = lines(&folder.join("sections.jsonl"))?;
    let questions: Vec<ManualQuestion> = lines(&folder.join("questions.jsonl"))?;
    let one = |name, prefix: &str| {
        let of = sections.iter().filter(|section| section.id.starts_with(prefix));
        let articles: Vec<Article> = of
            .map(|section| article(&section.id, &section.title, &section.text))
            .collect::<Result<_, _>>()?;
        let asked = questions.iter().filter(|question| question.manual == prefix);
        let asked = asked.map(|question| {
            Ok(Asked {
                text: question.question.clone(),
                articles: vec![ArticleId::of_name(&question.section)?],
                answer: None,
            })
        });
        let questions = asked.collect::<Result<_, MeasureError>>()?;
        Ok::<_, MeasureError>(QuestionSet { name, articles, questions })
    };
    Ok((one("phone manual", "s10")?, one("television manual", "tv")?))
}

#[derive(Deserialize)]
struct Thread {
    id: serde_json::Value,
    question: String,
    answers: Vec<String>,
}

#[derive(Deserialize)]
struct Query {
    query: String,
    relevant_doc: String,
}

fn threads(folder: &Path) -> Result<QuestionSet, MeasureError> {
    let file = folder.join("docs.json");
    let at = |source| MeasureError::Json { file: file.clone(), source };
    let threads: Vec<Thread> = serde_json::from_str(&read(&file)?).map_err(at)?;
    let mut ids = HashMap::new();
    let mut articles = Vec::new();
    for (number, thread) in threads.iter().enumerate() {
        let made =
            article(&numbered("thread", number), &thread.question, &thread.answers.join("\n\n"))?;
        ids.insert(thread.id.to_string().trim_matches('"').to_owned(), made.id.clone());
        articles.push(made);
    }
    let file = folder.join("queries.csv");
    let at = |source| MeasureError::Csv { file: file.clone(), source };
    let mut questions = Vec::new();
    let mut rows = csv::Reader::from_path(&file).map_err(at)?;
    for row in rows.deserialize() {
        let row: Query = row.map_err(at)?;
        if let Some(article) = ids.get(&row.relevant_doc) {
            let articles = vec![article.clone()];
            questions.push(Asked { text: row.query, articles, answer: None });
        }
    }
    Ok(QuestionSet { name: "threads", articles, questions })
}

/// By the name in a citation; none for what helps with any matter.
type Titles = BTreeMap<String, Option<Article>>;

fn cited_titles(folder: &Path) -> Result<Titles, MeasureError> {
    let file = folder.join("articles.csv");
    let at = |source| MeasureError::Csv { file: file.clone(), source };
    let mut titles = BTreeMap::new();
    for row in csv::Reader::from_path(&file).map_err(at)?.deserialize() {
        let row: BTreeMap<String, String> = row.map_err(at)?;
        let get = |name: &str| row.get(name).map_or("", String::as_str);
        let made = article(get("slug"), get("title"), get("title"))?;
        titles.insert(get("slug").to_owned(), (get("generic") != "1").then_some(made));
    }
    Ok(titles)
}

#[derive(Deserialize)]
struct Ticket {
    id: String,
    created: DateTime<Utc>,
    title: String,
    content: String,
    cited: Vec<String>,
    generic_only: bool,
}

fn cases(folder: &Path, titles: &Titles) -> Result<Vec<PastCase>, MeasureError> {
    let tickets: Vec<Ticket> = lines(&folder.join("tickets.jsonl"))?;
    let mut cases: Vec<PastCase> = tickets
        .into_iter()
        .filter(|ticket| !ticket.generic_only)
        .map(|ticket| PastCase {
            cited: ticket
                .cited
                .iter()
                .filter_map(|slug| Some(titles.get(slug)?.as_ref()?.id.clone()))
                .collect(),
            id: ticket.id,
            created: ticket.created,
            title: ticket.title,
            text: ticket.content,
        })
        .filter(|case| !case.cited.is_empty())
        .collect();
    cases.sort_by_key(|case| case.created);
    Ok(cases)
}
