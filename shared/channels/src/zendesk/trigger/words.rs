//! The customer's words in a trigger's body, whatever the template calls them.
//!
//! Zendesk documents a dozen placeholders for comments (`latest_comment`, `latest_comment_html`,
//! `latest_public_comment_rich`, `comments_formatted` …), and templates give them names of their own. So
//! every member is looked at: those whose names say that they hold something else are passed over, those
//! whose names speak of comments and messages are words, and of the rest what reads like words is.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::super::contact::Contact;
use super::super::super::html::readable_text;
use super::super::super::lenient;
use super::super::super::placeholder::is_unfilled;
use super::super::super::said::{bare, heading, is_rule, without_heading};
use super::super::event::{bare_words, with_its_files};
use super::members::Members;
use super::names::{Kind, base, kind};
use crate::limits;
use copilot_core::ticket::ExternalId;

/// The words of a body.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// What the ticket began with, if a member says so.
    pub(super) description: Option<String>,
    /// What was said besides, oldest first, each once.
    pub(super) comments: Vec<Comment>,
}

/// One comment of the customer's.
#[derive(Debug)]
pub(super) struct Comment {
    pub(super) id: Option<ExternalId>,
    pub(super) words: String,
    pub(super) at: Option<DateTime<Utc>>,
}

/// Members of an object that is a comment which hold its words.
const WORDS_OF_A_COMMENT: [&str; 6] = ["value", "text", "content", "comment", "message", "rich"];

impl Members<'_> {
    /// The words of the body of a ticket that `requester` began.
    pub(super) fn words(&self, requester: &Contact) -> Words {
        let mut reader = Reader { requester, is_others: self.say_others(), found: Vec::new() };
        for scope in &self.scopes {
            for (name, value) in scope.iter() {
                let is_inner = self.scopes.iter().any(|inner| value.as_object() == Some(*inner));
                if !is_inner {
                    reader.read(name, value, 0);
                }
            }
        }
        reader.words()
    }

    /// Whether the members beside a comment say that it is not the customer's, or not for their eyes.
    fn say_others(&self) -> bool {
        let public =
            ["ispublic", "public", "commentispublic", "commentpublic", "latestcommentispublic"];
        let staff = ["isstaff", "authorisstaff", "commentauthorisstaff"];
        let role = ["authorrole", "commentauthorrole", "latestcommentauthorrole"];
        lenient::truth(self.first(&public)) == Some(false)
            || lenient::truth(self.first(&staff)) == Some(true)
            || self.first(&role).as_str().is_some_and(is_staff)
    }
}

/// Something that a member says.
struct Found {
    kind: Kind,
    /// The name without what tells the format.
    base: String,
    comment: Comment,
}

struct Reader<'a> {
    requester: &'a Contact,
    /// Whether comments that do not say whose they are, are others'.
    is_others: bool,
    found: Vec<Found>,
}

impl Reader<'_> {
    fn read(&mut self, name: &str, value: &Value, depth: usize) {
        let kind = kind(name);
        if kind == Kind::NoWords
            || depth > limits::TEMPLATE_DEPTH
            || self.found.len() >= limits::MESSAGES_OF_A_NOTIFICATION
        {
            return;
        }
        let base = base(name);
        match value {
            Value::String(text) => self.read_text(kind, &base, text),
            Value::Array(list) => {
                for element in in_order(list) {
                    self.read(name, element, depth + 1);
                }
            }
            Value::Object(members) => match self.comment(kind, value) {
                Some(Some(comment)) => self.found.push(Found { kind, base, comment }),
                Some(None) => {}
                None => {
                    for (inner, value) in members {
                        // `{"latest": {"html": "…"}}`: the outer name may say more.
                        let inner = format!("{name} {inner}");
                        self.read(&inner, value, depth + 1);
                    }
                }
            },
            _ => {}
        }
    }

    /// A text, which may be a thread of formatted comments, the newest first.
    fn read_text(&mut self, kind: Kind, base: &str, text: &str) {
        let text = readable_text(text);
        if lenient::words(&Value::String(text.to_string())).is_none() || is_unfilled(&text) {
            return;
        }
        if kind == Kind::Description {
            return self.add(kind, base, without_heading(&text));
        }
        let sections = sections(&text);
        if sections.is_empty() {
            if !self.is_others {
                self.add(kind, base, &text);
            }
            return;
        }
        for (author, words) in sections.into_iter().take(limits::MESSAGES_OF_A_NOTIFICATION).rev() {
            if self.may_be_customers(author) {
                self.add(kind, base, words);
            }
        }
    }

    fn add(&mut self, kind: Kind, base: &str, words: &str) {
        let comment = Comment { id: None, words: words.trim().to_owned(), at: None };
        self.found.push(Found { kind, base: base.to_owned(), comment });
    }

    /// An object that is a comment: `None` when it is none, and `Some(None)` when it is not the
    /// customer's.
    fn comment(&self, kind: Kind, value: &Value) -> Option<Option<Comment>> {
        let is_comment = kind != Kind::Other || !value["author"].is_null();
        let texts = WORDS_OF_A_COMMENT.iter().filter_map(|name| lenient::words(&value[*name]));
        let other = texts.map(|text| readable_text(text).into_owned()).next();
        let words = bare_words(value).or(other);
        let words = words.map(|words| without_heading(&readable_text(&words)).trim().to_owned());
        let words = with_its_files(words, value).filter(|_| is_comment)?;
        let author = &value["author"];
        let public =
            lenient::truth(&value["is_public"]).or_else(|| lenient::truth(&value["public"]));
        let is_staffs = lenient::truth(&author["is_staff"]) == Some(true)
            || author["role"].as_str().is_some_and(is_staff);
        let id = lenient::id(&author["id"]).or_else(|| lenient::id(&value["author_id"]));
        let is_anothers =
            id.zip(self.requester.id.clone()).is_some_and(|(one, other)| one != other);
        let name = author.as_str().or_else(|| author["name"].as_str()).unwrap_or_default();
        if public == Some(false) || is_staffs || is_anothers || !self.may_be_customers(name) {
            return Some(None);
        }
        let time = ["created_at", "createdAt", "time", "date"];
        Some(Some(Comment {
            id: lenient::id(&value["id"]),
            words,
            at: time.iter().find_map(|name| lenient::time(&value[*name])),
        }))
    }

    /// Whether one with this name may be the customer; so may be whoever is not named.
    fn may_be_customers(&self, author: &str) -> bool {
        let known = self.requester.name.as_ref().map(|name| name.as_str().to_lowercase());
        let author = author.trim().to_lowercase();
        known.is_none_or(|known| {
            author.is_empty() || author.starts_with(&known) || known.starts_with(&author)
        })
    }

    /// Puts together what was found: the certain before the rest, each text once.
    fn words(self) -> Words {
        let has = |base: &str| self.found.iter().any(|found| found.base == base);
        let is_public_told = has("latestpubliccomment");
        let is_certain = self.found.iter().any(|found| found.kind != Kind::Other);
        let least_words = if is_certain { 4 } else { 2 };
        let mut words = Words::default();
        let mut bases: Vec<String> = Vec::new();
        let mut found = self.found;
        // Stable: what one member says stays in its order.
        found.sort_by_key(|found| (found.kind == Kind::Other, !found.base.ends_with('s')));
        for Found { kind, base, comment } in found {
            let is_private = base == "latestcomment" && is_public_told;
            if is_private || (kind == Kind::Other && count_words(&comment.words) < least_words) {
                continue;
            }
            if kind == Kind::Description {
                if words.description.is_none() {
                    words.description = Some(comment.words);
                }
                continue;
            }
            // Of one comment in several formats, the first is taken.
            let is_list = base.ends_with('s');
            if !is_list && comment.id.is_none() && bases.contains(&base) {
                continue;
            }
            bases.push(base);
            words.comments.push(comment);
        }
        words.leave_out_what_is_said_twice();
        words
    }
}

impl Words {
    /// One comment may come under several names. What is said twice in other words is two comments.
    fn leave_out_what_is_said_twice(&mut self) {
        let description = self.description.as_deref().map(bare);
        let (mut ids, mut words, mut words_without_id) =
            (HashSet::new(), HashSet::new(), HashSet::new());
        self.comments.retain(|comment| {
            let said = bare(&comment.words);
            let id = comment.id.as_ref().map(|id| id.as_str().to_owned());
            let is_known = match &id {
                Some(id) => ids.contains(id) || words_without_id.contains(&said),
                None => words.contains(&said),
            };
            if is_known || description.as_ref() == Some(&said) {
                return false;
            }
            match id {
                Some(id) => ids.insert(id),
                None => words_without_id.insert(said.clone()),
            };
            words.insert(said);
            true
        });
    }
}

/// A list of comments, oldest first if their times or else their ids tell.
fn in_order(list: &[Value]) -> Vec<&Value> {
    let mut ordered: Vec<&Value> = list.iter().collect();
    let time = |value: &&Value| lenient::time(&value["created_at"]);
    let number = |value: &&Value| lenient::id(&value["id"])?.as_str().parse::<u64>().ok();
    if ordered.iter().all(|value| time(value).is_some()) {
        ordered.sort_by_key(time);
    } else if ordered.iter().all(|value| number(value).is_some()) {
        ordered.sort_by_key(number);
    }
    ordered
}

/// The authors and words of a thread of formatted comments; none when the text is no thread.
fn sections(text: &str) -> Vec<(&str, &str)> {
    if !text.trim_start().lines().next().is_some_and(is_rule) {
        return Vec::new();
    }
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if is_rule(line) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let sections = starts.iter().zip(ends).filter_map(|(start, end)| text.get(*start..end));
    sections
        .filter_map(|section| match heading(section) {
            Some((line, words)) => {
                Some((line.split_once(',').map_or("", |(author, _)| author), words.trim()))
            }
            None => {
                let words = section.split_once('\n').map_or("", |(_, words)| words).trim();
                (!words.is_empty()).then_some(("", words))
            }
        })
        .collect()
}

fn is_staff(role: &str) -> bool {
    let role = role.trim().to_lowercase();
    ["agent", "admin", "staff", "system", "owner", "light agent"].contains(&role.as_str())
}

/// About how many words a text has; scripts without spaces have one for two characters.
fn count_words(text: &str) -> usize {
    let spaceless = text
        .chars()
        .filter(|c| matches!(u32::from(*c), 0x0e00..0x1000 | 0x2e80..0xa000 | 0xac00..0xd7b0));
    let is_word = |word: &&str| word.chars().any(char::is_alphabetic) && !word.contains("://");
    text.split_whitespace().filter(is_word).count() + spaceless.count() / 2
}

#[cfg(test)]
mod tests;
