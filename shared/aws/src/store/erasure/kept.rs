//! Which kept webhook bodies are a customer's. They could not be read, so nothing tells for certain: a
//! body is the customer's when it names an address or a conversation of theirs.

use std::collections::HashSet;

use tokio::time::Instant;

use super::super::Store;
use super::super::record::{Item, TicketRecord};
use super::report::{Counted, Erasure, KeptProgress};
use crate::limits;
use copilot_core::error::Error;
use copilot_core::stack_key::StackKey;
use copilot_core::ticket::{CustomerId, EmailAddress, Source};

/// Longest number of a character in HTML that is undone, with what stands around it: `&#x1F600;`.
const ENTITY_BYTES: usize = 9;

/// What a customer may be known by in a body.
#[derive(Debug)]
pub(in crate::store) struct KnownBy {
    ids: Vec<CustomerId>,
    key: StackKey,
    /// In lower case.
    addresses: HashSet<String>,
    /// The source's names of conversations.
    conversations: HashSet<(&'static str, String)>,
}

impl Store {
    /// Forgets the kept bodies of the customer who has these ids. False when `until` was over first.
    pub(super) async fn erase_kept_bodies(
        &self,
        erasure: &str,
        ids: &[CustomerId],
        begun: &Erasure,
        until: Instant,
    ) -> Result<bool, Error> {
        let mut progress = begun.kept.clone();
        if progress.sources_done >= Source::VENDORS.len() {
            return Ok(true);
        }
        let known_by = self.known_by(ids).await?;
        while let Some(source) = Source::VENDORS.get(progress.sources_done) {
            if Instant::now() >= until {
                return Ok(false);
            }
            let after = progress.after.as_deref();
            let page = self.kept_bodies(*source, limits::ERASURE_BODIES_AT_ONCE, after).await?;
            let theirs = page.bodies.iter().filter(|kept| known_by.is_in(*source, &kept.body));
            let deletes: Vec<_> =
                theirs.map(|kept| self.delete(&kept.key())).collect::<Result<_, _>>()?;
            let count = deletes.len();
            if count > 0 {
                let counts = [(Counted::KeptBodies, count)];
                if !self.remove(deletes, erasure, &counts).await? {
                    // Another run, or a replay, was first with one of them: look again.
                    continue;
                }
            }
            progress = match page.next {
                Some(position) => KeptProgress { after: Some(position), ..progress },
                None => KeptProgress { sources_done: progress.sources_done + 1, after: None },
            };
            self.note_kept_progress(erasure, &progress).await?;
        }
        Ok(true)
    }

    /// What the tickets of the customer who has these ids say that they are known by.
    pub(in crate::store) async fn known_by(&self, ids: &[CustomerId]) -> Result<KnownBy, Error> {
        let mut known_by = KnownBy {
            ids: ids.to_vec(),
            key: self.key.clone(),
            addresses: HashSet::new(),
            conversations: HashSet::new(),
        };
        for id in ids {
            self.learn_from_tickets(&mut known_by, id).await?;
        }
        Ok(known_by)
    }

    async fn learn_from_tickets(
        &self,
        known_by: &mut KnownBy,
        id: &CustomerId,
    ) -> Result<(), Error> {
        let now = copilot_core::ticket::now();
        let mut position: Option<String> = None;
        let mut read = 0;
        while read < limits::ERASURE_KNOWN_TICKETS {
            let page = self.tickets_of(id, now, position.as_deref()).await?;
            read += page.tickets.len();
            let keys = page.tickets.iter().map(|id| super::record::item_key(id.digits()));
            let items = self.read_batch("read a customer's tickets", keys.collect()).await?;
            items.into_iter().for_each(|item| known_by.learn(item));
            position = page.next;
            if position.is_none() {
                break;
            }
        }
        Ok(())
    }
}

impl KnownBy {
    fn learn(&mut self, item: Item) {
        let Ok(TicketRecord { ticket, .. }) = TicketRecord::from_item(item) else { return };
        self.addresses.extend(ticket.customer_email.map(|email| email.as_str().to_lowercase()));
        let name = ticket.source.name();
        self.conversations.extend(ticket.external_id.map(|id| (name, String::from(id))));
    }

    /// Whether a body from `source` is the customer's.
    pub(in crate::store) fn is_in(&self, source: Source, body: &[u8]) -> bool {
        let text = unescaped(&String::from_utf8_lossy(body));
        let names_conversation =
            |(name, id): &(&str, String)| *name == source.name() && names_id(&text, id);
        self.conversations.iter().any(names_conversation)
            || addresses_in(&text).any(|address| self.is_theirs(address))
    }

    fn is_theirs(&self, address: &str) -> bool {
        // A hostile body may have one after the other begin in a text of any length.
        if address.len() > copilot_core::limits::EMAIL_BYTES {
            return false;
        }
        if self.addresses.contains(&address.to_lowercase()) {
            return true;
        }
        EmailAddress::parse(address).is_ok_and(|address| {
            self.ids.contains(&CustomerId::of(&address).under(&self.key))
                || self.ids.contains(&CustomerId::formerly_of(&address))
        })
    }
}

/// Whether a member whose name ends in `id` has this value, be it quoted or not.
fn names_id(text: &str, id: &str) -> bool {
    !id.is_empty()
        && text.match_indices(id).any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + id.len()..]);
            let is_end = |next: Option<char>| !next.is_some_and(|next| next.is_alphanumeric());
            let named = before.trim_end_matches(|c: char| " \t\r\n\"'\\:=".contains(c));
            let is_value = named.len() < before.len();
            let last: String = named.chars().rev().take(2).collect();
            is_value && is_end(after.chars().next()) && last.eq_ignore_ascii_case("di")
        })
}

/// Everything in a text that may be an address. What stands before one and could be part of it, such as
/// `email=`, is tried with and without.
fn addresses_in(text: &str) -> impl Iterator<Item = &str> {
    let is_domain = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    text.match_indices('@').flat_map(move |(at, _)| {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let domain = after.find(|c| !is_domain(c)).unwrap_or(after.len());
        let domain = after[..domain].trim_end_matches(['.', '-']).len();
        let end = at + 1 + domain;
        let begin = before.trim_end_matches(is_local).len();
        let longest = &before[begin..];
        let later = longest.match_indices(|c: char| !c.is_alphanumeric());
        let begins = later.map(move |(at, mark)| begin + at + mark.len());
        std::iter::once(begin).chain(begins).map(move |begin| &text[begin..end])
    })
}

/// The text with what JSON, forms and HTML write in place of a character undone, as far as addresses
/// need it.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '%', '&']) {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let (character, bytes) = escaped(escape);
        plain.push(character);
        rest = &escape[bytes..];
    }
    plain.push_str(rest);
    plain
}

/// The character that an escape at the beginning of the text stands for, and the escape's bytes.
fn escaped(text: &str) -> (char, usize) {
    let code = |from: usize, to: usize, radix| {
        let digits = text.get(from..to)?;
        char::from_u32(u32::from_str_radix(digits, radix).ok()?).map(|c| (c, to))
    };
    let entity = || {
        let end = text.bytes().take(ENTITY_BYTES).position(|byte| byte == b';')?;
        let (from, radix) = match text.get(..3)? {
            "&#x" | "&#X" => (3, 16),
            start if start.starts_with("&#") => (2, 10),
            _ => return None,
        };
        code(from, end, radix).map(|(c, _)| (c, end + 1))
    };
    let found = if text.starts_with("\\u") {
        code(2, 6, 16)
    } else if text.starts_with('%') {
        code(1, 3, 16).filter(|(c, _)| c.is_ascii())
    } else if text.starts_with('&') {
        entity()
    } else {
        None
    };
    let first = text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
    found.unwrap_or((first, first.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> StackKey {
        "0123456789abcdef0123456789abcdef".parse().unwrap()
    }

    fn known_by() -> KnownBy {
        let address = EmailAddress::parse("Jo.Doe+x@Example.com").unwrap();
        KnownBy {
            ids: vec![CustomerId::of(&address).under(&key())],
            key: key(),
            addresses: HashSet::from(["second@example.org".to_owned()]),
            conversations: HashSet::from([("zendesk", "42".to_owned())]),
        }
    }

    #[test]
    fn a_body_with_an_address_of_theirs_is_theirs_however_it_is_written() {
        for body in [
            r#"{"from": "jo.doe+x@example.com"}"#,
            r#"{"from": "Jo <JO.DOE+X@EXAMPLE.COM>"}"#,
            r#"{"from": "jo.doe+x\u0040example.com"}"#,
            "email=jo.doe%2Bx%40example.com&x=1",
            "<a href='mailto:jo.doe+x@example.com.'>",
            "jo.doe+x&#64;example.com",
            "jo.doe+x&#x40;example.com",
            "{'to': 'second@example.org'}",
            "\u{feff}broken {{{ email=second@example.org",
        ] {
            assert!(known_by().is_in(Source::Intercom, body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn a_body_of_somebody_else_is_not() {
        for body in [
            r#"{"from": "other@example.com"}"#,
            r#"{"from": "jo.doe+x@example.com.evil.example"}"#,
            r#"{"from": "xsecond@example.org"}"#,
            r#"{"quantity": 42, "id": 421}"#,
            "@ %4 &# \\u00 &#;",
            "",
        ] {
            assert!(!known_by().is_in(Source::Zendesk, body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn a_body_that_names_their_conversation_is_theirs() {
        for body in [r#"{"id": 42}"#, r#"{"ticket_id":"42","x":1}"#, "ticket_id=42&x"] {
            assert!(known_by().is_in(Source::Zendesk, body.as_bytes()), "{body}");
            assert!(!known_by().is_in(Source::Intercom, body.as_bytes()), "{body}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_body_panics(body in proptest::prelude::any::<Vec<u8>>(), text in "[@%&\\\\#xu0-9a-z;.]{0,60}") {
            known_by().is_in(Source::Zendesk, &body);
            known_by().is_in(Source::Zendesk, text.as_bytes());
        }
    }
}
