//! Which column of a file is what.

use crate::created::DateOrder;
use crate::safe_text::on_one_line;
use crate::usual_names::{self, bare, simplified};

/// Most columns that an error names.
const COLUMNS_NAMED: usize = 30;
/// Longest name of a column that is shown, in characters.
pub const COLUMN_NAME_CHARACTERS: usize = 40;

/// What was taken from which column, as a sentence.
pub fn taken_columns(taken: &[(&'static str, String)]) -> String {
    let taken = taken.iter().map(|(what, name)| format!("{what} from {name:?}"));
    format!("Columns: {}.", taken.collect::<Vec<_>>().join(", "))
}

/// What every row must tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Needs {
    /// A subject or a text.
    #[default]
    Text,
    /// A subject or a text that asks something; its label is the article that answers it.
    Question,
    /// The time of creation.
    Created,
}

/// The columns that the command line names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedColumns {
    pub needs: Needs,
    pub id: Option<String>,
    pub subject: Option<String>,
    pub text: Option<String>,
    /// The category that people chose.
    pub label: Option<String>,
    pub created: Option<String>,
}

/// The columns of a file, and what is in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The names of all, as the file has them.
    pub names: Vec<String>,
    pub needs: Needs,
    /// The place of what tells one ticket from another, where only times are needed.
    pub id: Option<usize>,
    /// The place of the subject.
    pub subject: Option<usize>,
    /// The place of the text.
    pub text: Option<usize>,
    /// The place of the category that people chose.
    pub label: Option<usize>,
    /// The place of the time of creation.
    pub created: Option<usize>,
    /// The order of the numbers of its dates.
    pub date_order: DateOrder,
}

/// Why it is not known what is in the columns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    #[error("names no columns")]
    NoColumns,
    /// The command line names a column that is not there.
    #[error("has no column {wanted:?}; there are: {present}")]
    Missing { wanted: String, present: String },
    #[error(
        "has no column whose name tells that it holds the text; name it with --text-column; there are: {present}"
    )]
    NoText { present: String },
    #[error(
        "has no column whose name tells that it holds the time of creation; name it with --created-column; there are: {present}"
    )]
    NoCreated { present: String },
    #[error("cannot take the column {name:?} for two things")]
    Twice { name: String },
}

impl Columns {
    /// Takes the columns that are `named` and looks for the others by their usual names.
    ///
    /// # Errors
    /// [`ColumnError`].
    pub fn choose(names: Vec<String>, named: &NamedColumns) -> Result<Self, ColumnError> {
        if names.iter().all(|name| name.trim().is_empty()) {
            return Err(ColumnError::NoColumns);
        }
        let wanted = [&named.id, &named.subject, &named.text, &named.label, &named.created];
        let mut taken = Vec::new();
        for wanted in wanted.into_iter().flatten() {
            let place = find(&names, wanted).ok_or_else(|| ColumnError::Missing {
                wanted: on_one_line(wanted, COLUMN_NAME_CHARACTERS),
                present: listed(&names),
            })?;
            if taken.contains(&place) {
                let name = on_one_line(&names[place], COLUMN_NAME_CHARACTERS);
                return Err(ColumnError::Twice { name });
            }
            taken.push(place);
        }
        let choose = |named: &Option<String>, usual: &[&str]| match named {
            Some(name) => find(&names, name),
            None => guess(&names, usual, &taken),
        };
        let asks = named.needs == Needs::Question;
        let question = choose(&named.text, &usual_names::QUESTION).filter(|_| asks);
        let subject = choose(&named.subject, &usual_names::SUBJECT);
        let text = question.or_else(|| choose(&named.text, &usual_names::TEXT));
        let label_names: &[&str] = if asks { &usual_names::ARTICLE } else { &usual_names::LABEL };
        let label = choose(&named.label, label_names);
        let created = choose(&named.created, &usual_names::CREATED);
        let needs = named.needs;
        let id = match needs {
            Needs::Text | Needs::Question if subject.is_none() && text.is_none() => {
                return Err(ColumnError::NoText { present: listed(&names) });
            }
            Needs::Created if created.is_none() => {
                return Err(ColumnError::NoCreated { present: listed(&names) });
            }
            Needs::Text | Needs::Question => None,
            Needs::Created => choose(&named.id, &usual_names::ID),
        };
        let date_order = DateOrder::Unknown;
        Ok(Self { names, needs, id, subject, text, label, created, date_order })
    }

    /// The name of the column at `place`, fit to be shown.
    pub fn shown(&self, place: usize) -> String {
        let name = self.names.get(place).map_or("", String::as_str);
        on_one_line(name, COLUMN_NAME_CHARACTERS)
    }
}

/// The column `wanted`, as it is written or else in any case.
fn find(names: &[String], wanted: &str) -> Option<usize> {
    let lower = wanted.trim().to_lowercase();
    names
        .iter()
        .position(|name| name == wanted)
        .or_else(|| names.iter().position(|name| name.trim().to_lowercase() == lower))
}

/// The first column that has one of the `usual` names and is not `taken`.
fn guess(names: &[String], usual: &[&str], taken: &[usize]) -> Option<usize> {
    let simple: Vec<String> = names.iter().map(|name| simplified(name)).collect();
    let find = |usual: &str| {
        let is_free = |place: &usize| !taken.contains(place);
        let exact = (0..names.len()).filter(is_free).find(|place| simple[*place] == usual);
        exact.or_else(|| (0..names.len()).filter(is_free).find(|at| bare(&simple[*at]) == usual))
    };
    usual.iter().find_map(|usual| find(usual))
}

fn listed(names: &[String]) -> String {
    let named = names.iter().take(COLUMNS_NAMED);
    let mut list =
        named.map(|name| on_one_line(name, COLUMN_NAME_CHARACTERS)).collect::<Vec<_>>().join(", ");
    if names.len() > COLUMNS_NAMED {
        list.push_str(", …");
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn columns_are_known_by_their_usual_names() {
        let columns = Columns::choose(
            names(&["id", "Ticket Subject", "Comment", "BODY", "createdAt", "Label", "category"]),
            &NamedColumns::default(),
        )
        .unwrap();
        let found = (columns.subject, columns.text, columns.label, columns.created);
        assert_eq!(found, (Some(1), Some(3), Some(6), Some(4)));
    }

    #[test]
    fn a_named_column_is_taken_as_it_is_written_or_in_any_case() {
        let all = names(&["Text", "text", "topic", "title"]);
        let named = |text: &str, label: &str| NamedColumns {
            text: Some(text.to_owned()),
            label: Some(label.to_owned()),
            ..NamedColumns::default()
        };
        let columns = Columns::choose(all.clone(), &named("text", "TOPIC")).unwrap();
        assert_eq!((columns.text, columns.label, columns.subject), (Some(1), Some(2), Some(3)));
        // What is named is not guessed to be something else too.
        let columns = Columns::choose(all.clone(), &named("title", "topic")).unwrap();
        assert_eq!((columns.text, columns.subject), (Some(3), None));
        assert_eq!(
            Columns::choose(all.clone(), &named("text", "text")),
            Err(ColumnError::Twice { name: "text".to_owned() })
        );
        let missing = Columns::choose(all, &named("text", "t\u{1b}opics")).unwrap_err();
        let sentence = missing.to_string();
        assert!(sentence.contains("there are: Text, text, topic, title"), "{sentence}");
        assert!(!sentence.contains('\u{1b}'), "{sentence}");
    }

    #[test]
    fn a_file_without_a_text_is_refused() {
        let choose = |all: &[&str]| Columns::choose(names(all), &NamedColumns::default());
        assert_eq!(choose(&[]), Err(ColumnError::NoColumns));
        assert_eq!(choose(&["", " "]), Err(ColumnError::NoColumns));
        assert!(matches!(choose(&["id", "category"]), Err(ColumnError::NoText { .. })));
        let many: Vec<String> = (0..1000).map(|number| format!("{number}")).collect();
        let refusal = Columns::choose(many, &NamedColumns::default()).unwrap_err().to_string();
        assert!(refusal.len() < 400, "{refusal}");
    }
}
