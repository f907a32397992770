//! The names that exports give to their columns.

/// Names of a column of the subject, the best first. All are compared as [`simplified`]. Those of
/// GitHub, Help Scout, HubSpot, Intercom, Jira, ServiceNow, Freshdesk and Zendesk are among them.
pub const SUBJECT: [&str; 8] = [
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
pub const TEXT: [&str; 21] = [
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
/// Names of a column of a question, the best first.
pub const QUESTION: [&str; 4] = ["question", "query", "customer_question", "utterance"];
/// Names of a column of the article that answers a question.
pub const ARTICLE: [&str; 6] =
    ["article", "article_id", "expected_article", "document", "section", "answer_article"];
/// Names of a column of the category that people chose.
pub const LABEL: [&str; 12] = [
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
pub const CREATED: [&str; 24] = [
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
/// Names of a column of what tells one ticket from another.
pub const ID: [&str; 9] = [
    "ticket_id",
    "issue_key",
    "case_number",
    "conversation_id",
    "request_id",
    "id",
    "number",
    "key",
    "external_id",
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

/// Whether a column of this name is usually the subject or the text.
pub fn is_usual_text(name: &str) -> bool {
    let simple = simplified(name);
    SUBJECT.iter().chain(&TEXT).any(|usual| *usual == simple || *usual == bare(&simple))
}

/// A name as the usual names are written: `createdAt` is `created_at`, `Short description` is
/// `short_description`.
pub fn simplified(name: &str) -> String {
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
pub fn bare(simple: &str) -> &str {
    let bare = PREFIXES.iter().find_map(|prefix| simple.strip_prefix(prefix)).unwrap_or(simple);
    SUFFIXES.iter().find_map(|suffix| bare.strip_suffix(suffix)).unwrap_or(bare)
}

#[cfg(test)]
mod tests {
    use crate::columns::{Columns, NamedColumns};

    /// Exports with their columns, and of these the subject, the text, the label and the time of
    /// creation.
    const EXPORTS: [(&str, &str, [&str; 4]); 16] = [
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
    ];

    #[test]
    fn the_columns_of_usual_exports_are_known() {
        for (export, all, expected) in EXPORTS {
            let all: Vec<&str> = all.split(',').collect();
            let names = all.iter().map(|name| (*name).to_owned()).collect();
            let columns = Columns::choose(names, &NamedColumns::default()).unwrap();
            let found = [columns.subject, columns.text, columns.label, columns.created]
                .map(|place| place.map_or("", |place| all[place]));
            assert_eq!(found, expected, "{export}");
        }
    }
}
