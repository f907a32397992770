//! An article as a file: its fields between two lines of `---`, then its body.
//!
//! ```text
//! ---
//! title: How to return an item
//! language: en
//! audience: public
//! category: Returns
//! tags: returns, refund
//! review_by: 2027-06-30
//! ---
//! You have 30 days …
//! ```
//!
//! A field is one line; a list is separated by commas. Without a head, the first heading is the title.

use std::borrow::Cow;

use chrono::NaiveDate;
use copilot_core::ticket::{ExternalId, LanguageCode, Tag};

use super::{Article, ArticleFault, ArticleId, ArticleSource, ArticleState, Audience};
use super::{Body, Label, Labels, Title};
use crate::limits;
use crate::text::html_to_markdown;

/// The line before and after the fields.
const FENCE: &str = "---";

/// How the body of a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// In Markdown.
    Markdown,
    /// In HTML, of which Markdown is made.
    Html,
}

/// Why a file is no article.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrontMatterFault {
    /// The line of `---` that ends the fields is missing or too far.
    #[error(
        "the head begins with --- and does not end with it within {} bytes",
        limits::FRONT_MATTER_BYTES
    )]
    Endless,
    /// A line of the head is no field.
    #[error("line {line} is not of the form NAME: VALUE")]
    NotAField {
        /// Counted from 1.
        line: usize,
    },
    /// A field that articles do not have, or one that stands there twice.
    #[error(
        "line {line} is none of title, id, language, audience, state, category, tags, labels, review_by and external_id, or is there twice"
    )]
    Unknown {
        /// Counted from 1.
        line: usize,
    },
    /// A field holds what it may not.
    #[error("{field}: {fault}")]
    Field {
        /// Its name.
        field: &'static str,
        /// What is wrong.
        fault: String,
    },
    /// Too large to be made into an article.
    #[error("has more than {} bytes", limits::HTML_BYTES)]
    TooLarge,
}

/// Reads a file called `name`, without its ending. Where it names no language it is in `language`.
///
/// # Errors
/// [`FrontMatterFault`].
pub fn parse_file(
    name: &str,
    text: &str,
    written: Written,
    language: LanguageCode,
) -> Result<Article, FrontMatterFault> {
    if text.len() > limits::HTML_BYTES {
        return Err(FrontMatterFault::TooLarge);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (head, body) = split(text)?;
    let fields = Fields::parse(head)?;
    let body = match written {
        Written::Markdown => Cow::Borrowed(body),
        Written::Html => Cow::Owned(html_to_markdown(body)),
    };
    let (heading, body) = match fields.title {
        Some(_) => (None, body.as_ref()),
        None => first_heading(&body),
    };
    let title = fields.title.or(heading).unwrap_or(name);
    let id = match fields.id {
        Some(id) => ArticleId::parse(id),
        None => ArticleId::of_name(name),
    };
    let label = |text: &str| Label::parse(text).map_err(|fault| field("labels", fault));
    let tag = |text: &str| Tag::parse(text).map_err(|fault| field("tags", fault));
    let many = |fault: ArticleFault| field("labels", fault);
    let tags: Vec<Tag> = listed(fields.tags).map(tag).collect::<Result<_, _>>()?;
    let labels: Vec<Label> = listed(fields.labels).map(label).collect::<Result<_, _>>()?;
    Ok(Article {
        id: id.map_err(|fault| field("id", fault))?,
        version: 1,
        title: Title::parse(title).map_err(|fault| field("title", fault))?,
        body: Body::parse(body).map_err(|fault| field("body", fault))?,
        language: parsed("language", fields.language, |text| LanguageCode::parse(text).ok())?
            .unwrap_or(language),
        audience: parsed("audience", fields.audience, Audience::parse)?.unwrap_or(Audience::Public),
        state: parsed("state", fields.state, ArticleState::parse)?
            .unwrap_or(ArticleState::Published),
        category: parsed("category", fields.category, |text| Label::parse(text).ok())?,
        tags: Labels::parse(tags).map_err(many)?,
        labels: Labels::parse(labels).map_err(many)?,
        review_by: parsed("review_by", fields.review_by, |text| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
        })?,
        source: ArticleSource::File,
        external_id: parsed("external_id", fields.external_id, |text| {
            ExternalId::parse(text).ok()
        })?,
    })
}

fn field(field: &'static str, fault: impl ToString) -> FrontMatterFault {
    FrontMatterFault::Field { field, fault: fault.to_string() }
}

fn parsed<T>(
    name: &'static str,
    value: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, FrontMatterFault> {
    let Some(value) = value else { return Ok(None) };
    let fault = || field(name, "must be one that articles have");
    parse(value).map(Some).ok_or_else(fault)
}

fn listed(list: Option<&str>) -> impl Iterator<Item = &str> {
    let list = list.unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    list.split(',').map(|entry| unquoted(entry.trim())).filter(|entry| !entry.is_empty())
}

fn unquoted(text: &str) -> &str {
    let within = |mark: char| text.strip_prefix(mark).and_then(|text| text.strip_suffix(mark));
    within('"').or_else(|| within('\'')).unwrap_or(text)
}

/// The fields and the body.
fn split(text: &str) -> Result<(&str, &str), FrontMatterFault> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != FENCE {
        return Ok(("", text));
    }
    let mut end = first.len();
    for line in lines {
        if end > limits::FRONT_MATTER_BYTES {
            break;
        }
        if line.trim_end() == FENCE {
            let head = text.get(first.len()..end).unwrap_or_default();
            return Ok((head, text.get(end + line.len()..).unwrap_or_default()));
        }
        end += line.len();
    }
    Err(FrontMatterFault::Endless)
}

/// The values of a head as they are written.
#[derive(Default)]
struct Fields<'a> {
    title: Option<&'a str>,
    id: Option<&'a str>,
    language: Option<&'a str>,
    audience: Option<&'a str>,
    state: Option<&'a str>,
    category: Option<&'a str>,
    tags: Option<&'a str>,
    labels: Option<&'a str>,
    review_by: Option<&'a str>,
    external_id: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn parse(head: &'a str) -> Result<Self, FrontMatterFault> {
        let mut fields = Self::default();
        for (place, line) in head.lines().enumerate() {
            // The first line of the file is the fence.
            let number = place + 2;
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            let Some((name, value)) = line.split_once(':') else {
                return Err(FrontMatterFault::NotAField { line: number });
            };
            let field = match name.trim() {
                "title" => &mut fields.title,
                "id" => &mut fields.id,
                "language" => &mut fields.language,
                "audience" => &mut fields.audience,
                "state" => &mut fields.state,
                "category" => &mut fields.category,
                "tags" => &mut fields.tags,
                "labels" => &mut fields.labels,
                "review_by" => &mut fields.review_by,
                "external_id" => &mut fields.external_id,
                _ => return Err(FrontMatterFault::Unknown { line: number }),
            };
            if field.is_some() {
                return Err(FrontMatterFault::Unknown { line: number });
            }
            let value = unquoted(value.trim());
            *field = (!value.is_empty()).then_some(value);
        }
        Ok(fields)
    }
}

/// The heading that a body begins with, and the body below it.
fn first_heading(body: &str) -> (Option<&str>, &str) {
    let trimmed = body.trim_start();
    let (line, rest) = trimmed.split_once('\n').unwrap_or((trimmed, ""));
    let heading = line.strip_prefix("# ").map(|text| text.trim().trim_end_matches('#').trim_end());
    match heading.filter(|heading| !heading.is_empty() && !rest.trim().is_empty()) {
        Some(heading) => (Some(heading), rest),
        None => (None, body),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Article, FrontMatterFault> {
        parse_file("Some name", text, Written::Markdown, LanguageCode::ENGLISH)
    }

    #[test]
    fn fields_stand_in_the_head() {
        let article = read(
            "---\ntitle: \"How to return: all of it\"\nid: how-to-return\nlanguage: de\naudience: internal\n\
             # a remark\nstate: draft\ncategory: Returns\ntags: [a, 'b c']\nlabels: x,, y\n\
             review_by: 2027-06-30\nexternal_id: 42\n---\nYou have 30 days.\n---\nmore",
        )
        .unwrap();
        assert_eq!(article.title.as_str(), "How to return: all of it");
        assert_eq!(article.id.as_str(), "how-to-return");
        assert_eq!((article.audience, article.state), (Audience::Internal, ArticleState::Draft));
        let tags: Vec<&str> = article.tags.as_slice().iter().map(Tag::as_str).collect();
        assert_eq!((tags, article.labels.as_slice().len()), (vec!["a", "b c"], 2));
        assert_eq!(article.review_by, NaiveDate::from_ymd_opt(2027, 6, 30));
        assert_eq!(article.body.as_str(), "You have 30 days.\n---\nmore");
        assert!(!article.is_for_customers());
    }

    #[test]
    fn without_a_head_the_heading_or_the_name_is_the_title() {
        let article = read("# Returns #\n\nThirty days.").unwrap();
        assert_eq!((article.title.as_str(), article.body.as_str()), ("Returns", "\nThirty days."));
        assert_eq!(article.id.as_str(), "some-name");
        assert_eq!(read("Thirty days.").unwrap().title.as_str(), "Some name");
        let html = "<h1>Returns</h1><p>Thirty <b>days</b>.</p>";
        let article = parse_file("a", html, Written::Html, LanguageCode::ENGLISH).unwrap();
        assert_eq!(
            (article.title.as_str(), article.body.as_str().trim()),
            ("Returns", "Thirty days.")
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, wanted) in [
            (
                "---\ntitle: a\n",
                "the head begins with --- and does not end with it within 16384 bytes",
            ),
            ("---\ntitle\n---\nb", "line 2 is not of the form NAME: VALUE"),
            ("---\nlanguage: English\n---\nb", "language: must be one that articles have"),
            ("---\nreview_by: soon\n---\nb", "review_by: must be one that articles have"),
            (
                "---\nid: A b\n---\nb",
                "id: Must be made of small letters, digits and single - . _ or /, at most 128 of them.",
            ),
            ("---\ntitle: a\n---\n \n", "body: Must not be blank."),
        ] {
            assert_eq!(read(text).unwrap_err().to_string(), wanted);
        }
        for text in ["---\ntitle: a\ntitle: b\n---\nb", "---\nauthor: a\n---\nb"] {
            assert!(matches!(read(text), Err(FrontMatterFault::Unknown { .. })), "{text}");
        }
        assert_eq!(read(&"x".repeat(5 * 1024 * 1024)), Err(FrontMatterFault::TooLarge));
    }

    proptest! {
        #[test]
        fn never_panics(text in "(---|title|tags|id|:|\n|,|\\[|#|<h1>|é|.){0,60}") {
            let _ = read(&text);
            let _ = parse_file(&text, &text, Written::Html, LanguageCode::ENGLISH);
        }
    }
}
