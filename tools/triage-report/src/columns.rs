//! Which column of a file is what.

use crate::created::DateOrder;
use crate::safe_text::on_one_line;

/// Names of a column of the subject, the best first. All are compared as [`simplified`]. Those of
/// GitHub, Help Scout, HubSpot, Intercom, Jira, ServiceNow, Freshdesk and Zendesk are among them.
const SUBJECT_NAMES: [&str; 8] = [
    "subject",
    "title",
    "summary",
    "short_description",
    "ticket_name",
    "default_title",
    "raw_subject",
    "headline",
];
/// Names of a column of the text. A plain text goes before the same text as HTML.
const TEXT_NAMES: [&str; 21] = [
    "description_text",
    "body_text",
    "text_body",
    "plain_body",
    "plain_text",
    "description",
    "default_description",
    "body",
    "text",
    "content",
    "message",
    "first_message",
    "message_body",
    "comment",
    "comments",
    "details",
    "description_html",
    "html_body",
    "body_html",
    "preview",
    "excerpt",
];
/// Names of a column of the category that people chose.
const LABEL_NAMES: [&str; 12] = [
    "category",
    "label",
    "cat",
    "hs_ticket_category",
    "contact_reason",
    "topic",
    "help_topic",
    "labels",
    "issue_type",
    "ticket_type",
    "type",
    "tags",
];
/// Names of a column of the time of creation.
const CREATED_NAMES: [&str; 24] = [
    "created_at",
    "created",
    "created_on",
    "created_time",
    "created_date",
    "created_timestamp",
    "date_created",
    "create_date",
    "createdate",
    "creation_date",
    "creation_time",
    "hs_createdate",
    "sys_created_on",
    "requested",
    "requested_at",
    "opened_at",
    "opened",
    "opened_date",
    "date_opened",
    "started_at",
    "submitted_at",
    "received_at",
    "date",
    "timestamp",
];
/// What exports write before a name, and what says nothing more of it.
const PREFIXES: [&str; 9] = [
    "ticket_",
    "issue_",
    "case_",
    "conversation_",
    "request_",
    "custom_field_",
    "fields_",
    "properties_",
    "source_",
];
/// What exports write after a name: the kind of a field, or the zone of its times.
const SUFFIXES: [&str; 6] = ["_list", "_txt", "_utc", "_gmt", "_date_utc", "_time_utc"];
/// Most columns that an error names.
const COLUMNS_NAMED: usize = 30;
/// Longest name of a column that is shown, in characters.
pub const COLUMN_NAME_CHARACTERS: usize = 40;

/// The columns that the command line names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedColumns {
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
        let wanted = [&named.subject, &named.text, &named.label, &named.created];
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
        let subject = choose(&named.subject, &SUBJECT_NAMES);
        let text = choose(&named.text, &TEXT_NAMES);
        if subject.is_none() && text.is_none() {
            return Err(ColumnError::NoText { present: listed(&names) });
        }
        let label = choose(&named.label, &LABEL_NAMES);
        let created = choose(&named.created, &CREATED_NAMES);
        Ok(Self { subject, text, label, created, date_order: DateOrder::Unknown, names })
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

/// Whether a column of this name is usually the subject or the text.
pub fn is_usual_text(name: &str) -> bool {
    let simple = simplified(name);
    SUBJECT_NAMES.iter().chain(&TEXT_NAMES).any(|usual| *usual == simple || *usual == bare(&simple))
}

/// A name as the usual names are written: `createdAt` is `created_at`, `Short description` is
/// `short_description`.
fn simplified(name: &str) -> String {
    let mut simple = String::new();
    let mut after_small = false;
    for character in name.trim().chars() {
        if character.is_alphanumeric() {
            if character.is_uppercase() && after_small {
                simple.push('_');
            }
            simple.extend(character.to_lowercase());
        } else if !simple.ends_with('_') {
            simple.push('_');
        }
        after_small = character.is_lowercase();
    }
    simple.trim_matches('_').to_owned()
}

/// A simplified name without what exports write around it: `ticket_subject` is `subject`,
/// `category_list` is `category`.
fn bare(simple: &str) -> &str {
    let bare = PREFIXES.iter().find_map(|prefix| simple.strip_prefix(prefix)).unwrap_or(simple);
    SUFFIXES.iter().find_map(|suffix| bare.strip_suffix(suffix)).unwrap_or(bare)
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
    fn the_columns_of_usual_exports_are_known() {
        for (export, all, expected) in [
            (
                "Jira",
                "Summary,Issue key,Issue id,Issue Type,Status,Created,Labels,Description,Comment",
                ["Summary", "Description", "Labels", "Created"],
            ),
            (
                "Jira, REST",
                "id,key,fields.summary,fields.description,fields.labels,fields.created",
                ["fields.summary", "fields.description", "fields.labels", "fields.created"],
            ),
            (
                "Zendesk",
                "id,url,created_at,type,subject,raw_subject,description,priority,tags",
                ["subject", "description", "type", "created_at"],
            ),
            (
                "Zendesk view",
                "ID,Subject,Requester,Requested,Comment,Group,Assignee,Category [list]",
                ["Subject", "Comment", "Category [list]", "Requested"],
            ),
            (
                "Zendesk Explore",
                "Ticket ID,Ticket subject,Ticket description,Ticket created - Timestamp",
                ["Ticket subject", "Ticket description", "", "Ticket created - Timestamp"],
            ),
            (
                "Freshdesk",
                "Ticket ID,Subject,Description,Status,Type,Created time,Tags",
                ["Subject", "Description", "Type", "Created time"],
            ),
            (
                "Freshdesk, REST",
                "id,subject,description,description_text,type,created_at",
                ["subject", "description_text", "type", "created_at"],
            ),
            (
                "Intercom",
                "Ticket ID,_default_title_,_default_description_,Ticket category,Created at (UTC)",
                ["_default_title_", "_default_description_", "Ticket category", "Created at (UTC)"],
            ),
            (
                "Intercom, REST",
                "id,created_at,source.subject,source.body,tags",
                ["source.subject", "source.body", "tags", "created_at"],
            ),
            (
                "HubSpot",
                "Ticket ID,Ticket name,Ticket description,Category,Create date,Name",
                ["Ticket name", "Ticket description", "Category", "Create date"],
            ),
            (
                "HubSpot, REST",
                "id,properties.subject,properties.content,properties.createdate",
                ["properties.subject", "properties.content", "", "properties.createdate"],
            ),
            (
                "ServiceNow",
                "number,short_description,description,category,sys_created_on",
                ["short_description", "description", "category", "sys_created_on"],
            ),
            (
                "ServiceNow, list",
                "Number,Short description,Opened,Description,Category",
                ["Short description", "Description", "Category", "Opened"],
            ),
            (
                "Help Scout",
                "number,subject,preview,createdAt,tags",
                ["subject", "preview", "tags", "createdAt"],
            ),
            (
                "GitHub",
                "number,title,body,labels,created_at",
                ["title", "body", "labels", "created_at"],
            ),
            (
                "Salesforce",
                "CaseNumber,Subject,Description,Type,CreatedDate",
                ["Subject", "Description", "Type", "CreatedDate"],
            ),
        ] {
            let all: Vec<&str> = all.split(',').collect();
            let columns = Columns::choose(names(&all), &NamedColumns::default()).unwrap();
            let found = [columns.subject, columns.text, columns.label, columns.created]
                .map(|place| place.map_or("", |place| all[place]));
            assert_eq!(found, expected, "{export}");
        }
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
