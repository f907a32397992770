//! The questions of a file.

use copilot_knowledge::article::ArticleId;
use file_report::rows::{ReadError, ReadRow, Rows};

use crate::articles::Articles;

/// Most questions that are asked.
const QUESTIONS: usize = 20_000;

/// A question, and what the file says of it.
#[derive(Debug, Clone)]
pub struct Asked {
    pub text: String,
    pub wanted: Wanted,
}

/// What the file says answers a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The file has no column for that.
    Unsaid,
    /// No article does.
    Nothing,
    /// This article.
    Article(ArticleId),
    /// One that is not in the folder.
    Missing,
}

/// All questions of a file.
#[derive(Debug, Clone, Default)]
pub struct Questions {
    pub asked: Vec<Asked>,
    pub unreadable: usize,
    /// Questions beyond those that are asked.
    pub left_out: usize,
}

impl Questions {
    /// Reads all rows.
    ///
    /// # Errors
    /// The file cannot be read any further.
    pub fn read(rows: &mut Rows, articles: &Articles) -> Result<Self, ReadError> {
        let mut questions = Self::default();
        let has_answers = rows.columns().label.is_some();
        while let Some(row) = rows.next_row()? {
            let row = match row {
                ReadRow::Row(row) => row,
                ReadRow::Blank => continue,
                ReadRow::Unreadable(_) => {
                    questions.unreadable += 1;
                    continue;
                }
            };
            if questions.asked.len() >= QUESTIONS {
                questions.left_out += 1;
                continue;
            }
            let wanted = match row.label.as_deref() {
                _ if !has_answers => Wanted::Unsaid,
                None => Wanted::Nothing,
                Some(named) => match articles.find(named) {
                    Some(id) => Wanted::Article(id.clone()),
                    None => Wanted::Missing,
                },
            };
            let text = format!("{}\n{}", row.subject, row.description).trim().to_owned();
            questions.asked.push(Asked { text, wanted });
        }
        Ok(questions)
    }

    /// How many say which article of the folder answers them.
    pub fn with_article(&self) -> usize {
        self.asked.iter().filter(|asked| matches!(asked.wanted, Wanted::Article(_))).count()
    }

    /// How many say that no article of the folder does.
    pub fn without_article(&self) -> usize {
        let none = |asked: &&Asked| matches!(asked.wanted, Wanted::Nothing | Wanted::Missing);
        self.asked.iter().filter(none).count()
    }
}
