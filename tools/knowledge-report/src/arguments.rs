//! What the command line says of a report.

use std::path::PathBuf;

use clap::Args;
use copilot_core::ticket::{
    Confidence, LanguageCode, ParseConfidenceError, ParseLanguageCodeError,
};
use file_report::columns::{NamedColumns, Needs};
use file_report::input::InputFile;

/// Which articles to ask what.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct KnowledgeArguments {
    /// The articles: Markdown and HTML below this folder, with fields between lines of --- at the beginning or without
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,

    #[command(flatten)]
    pub questions: InputFile,

    /// Column of the question [default: question, query, text or what exports call it]
    #[arg(long, value_name = "NAME")]
    pub question_column: Option<String>,

    /// Column of the article that answers it, by its id, its file or its title; empty where none does [default: article or the like, if there is one]
    #[arg(long, value_name = "NAME")]
    pub article_column: Option<String>,

    /// Language of the articles that name none
    #[arg(long, value_name = "CODE", default_value = "en", value_parser = language)]
    pub language: LanguageCode,

    /// How sure a reply must be to be suggested, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0.7", value_parser = floor)]
    pub floor: Confidence,

    /// File of the report [default: beside the questions, .knowledge-report.html in place of the ending]
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,

    /// Replace a file that is there already
    #[arg(long)]
    pub overwrite: bool,
}

impl KnowledgeArguments {
    /// The columns that the command line names.
    pub fn named_columns(&self) -> NamedColumns {
        NamedColumns {
            needs: Needs::Question,
            text: self.question_column.clone(),
            label: self.article_column.clone(),
            ..NamedColumns::default()
        }
    }
}

fn language(code: &str) -> Result<LanguageCode, ParseLanguageCodeError> {
    LanguageCode::parse(code)
}

/// The text is no share.
#[derive(Debug, thiserror::Error)]
#[error("must be a number from 0 to 1")]
struct NoShare;

fn floor(text: &str) -> Result<Confidence, NoShare> {
    let share: f64 = text.parse().map_err(|_| NoShare)?;
    Confidence::parse(share).map_err(|ParseConfidenceError| NoShare)
}
