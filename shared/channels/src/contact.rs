//! How to reach a customer, from the texts that mail programs and templates write: `Rosa <a@b>`,
//! `"Diaz, Rosa" <a@b>`, `a@b (Rosa)`, `mailto:a@b`, and lists of these.

use serde_json::Value;

use super::html;
use copilot_core::ticket::{CustomerContact, CustomerName, EmailAddress, ExternalId};

/// A person, as far as a vendor tells.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Contact {
    pub(super) address: Option<EmailAddress>,
    /// What was told besides the address, or instead of it.
    pub(super) further: Option<CustomerContact>,
    /// An address that mail is delivered to although it is none by the rules.
    pub(super) carrier_address: Option<CustomerContact>,
    pub(super) name: Option<CustomerName>,
    pub(super) id: Option<ExternalId>,
}

impl Contact {
    /// Reads a member that holds an address or a list of them. The first one is the customer's.
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::of_text(text),
            Value::Array(list) => {
                let texts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
                Self::of_text(&texts.join(", "))
            }
            _ => Self::default(),
        }
    }

    fn of_text(text: &str) -> Self {
        let text = html::decoded(text);
        let entries = mailboxes(&text);
        let mut further = Vec::new();
        let mut contact = Self::default();
        for (index, mailbox) in entries.iter().enumerate() {
            let address = EmailAddress::parse(&mailbox.address).ok();
            if index > 0 || address.is_none() {
                further.push(mailbox.address.as_str());
            }
            if index == 0 {
                contact.name = mailbox.name.as_deref().and_then(|n| CustomerName::fit(n).ok());
                if address.is_none() {
                    contact.carrier_address = carrier_address(&mailbox.address);
                }
                contact.address = address;
            }
        }
        contact.further = CustomerContact::fit(&further.join(", ")).ok();
        contact
    }

    /// The same with what `other` tells and this does not.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            carrier_address: self
                .carrier_address
                .or_else(|| other.carrier_address.filter(|_| self.address.is_none())),
            address: self.address.or(other.address),
            further: self.further.or(other.further),
            name: self.name.or(other.name),
            id: self.id.or(other.id),
        }
    }
}

/// An address that some mail carriers give out although RFC 5321 knows it with quotes only: dots beside
/// each other, or at an end of the local part.
pub(super) fn carrier_address(text: &str) -> Option<CustomerContact> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let parts: Vec<&str> = local.split('.').filter(|part| !part.is_empty()).collect();
    let is_dotted = parts.len() <= local.matches('.').count();
    let by_the_rules = format!("{}@{domain}", parts.join("."));
    (is_dotted && EmailAddress::parse(&by_the_rules).is_ok())
        .then(|| CustomerContact::parse(text).ok())
        .flatten()
}

/// One entry of a list of addresses.
#[derive(Debug, PartialEq, Eq)]
struct Mailbox {
    address: String,
    name: Option<String>,
}

/// The entries of a list. A part without `@` belongs to the next one, as in `Diaz, Rosa <a@b>`.
fn mailboxes(text: &str) -> Vec<Mailbox> {
    let mut entries = Vec::new();
    let mut waiting = String::new();
    for part in parts(text) {
        if !waiting.is_empty() {
            waiting.push_str(", ");
        }
        waiting.push_str(part);
        if part.contains('@') {
            entries.push(mailbox(&waiting));
            waiting.clear();
        }
    }
    if !waiting.is_empty() {
        entries.push(Mailbox { address: waiting, name: None });
    }
    entries
}

/// What stands between commas and semicolons, but for those in quotes, angle brackets and parentheses.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut is_quoted, mut is_escaped, mut depth) = (0, false, false, 0_u32);
    for (at, character) in text.char_indices() {
        let is_separator = !is_quoted && depth == 0 && matches!(character, ',' | ';' | '\n');
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '<' | '(' if !is_quoted => depth += 1,
            '>' | ')' if !is_quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if is_separator {
            parts.push(text.get(start..at).unwrap_or_default());
            start = at + character.len_utf8();
        }
    }
    // An end that was never closed hides no separator.
    let last = text.get(start..).unwrap_or_default();
    if is_quoted || depth > 0 {
        parts.extend(last.split([',', ';', '\n']));
    } else {
        parts.push(last);
    }
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn mailbox(text: &str) -> Mailbox {
    let text = without_scheme(text.trim()).trim();
    let bracketed = [('<', '>'), ('[', ']')].into_iter().find_map(|(open, close)| {
        let (before, inside) = text.rsplit_once(open)?;
        let (inside, after) = inside.split_once(close).unwrap_or((inside, ""));
        // `Rosa <a@b> (at work)` and `[Rosa](mailto:a@b)` have something behind the bracket.
        inside.contains('@').then_some((before, inside, after))
    });
    let (name, address) = match bracketed {
        Some((before, inside, after)) => {
            let is_comment = after.trim_start().starts_with('(');
            (if before.trim().is_empty() && is_comment { after } else { before }, inside)
        }
        None => match text.split_once('(') {
            Some((before, inside)) if before.contains('@') => (inside, before),
            Some((before, inside)) if inside.contains('@') => {
                (before, inside.trim_end_matches([')', ' ']))
            }
            _ => named_by_space(text),
        },
    };
    let name = unquoted(name);
    let address = bare_address(address);
    // Programs that know no name put the address there once more.
    let is_name = !name.is_empty() && !bare_address(&name).eq_ignore_ascii_case(&address);
    Mailbox { address, name: is_name.then_some(name) }
}

/// `Rosa Diaz a@b`, where only the last word is an address.
fn named_by_space(text: &str) -> (&str, &str) {
    match text.rsplit_once(char::is_whitespace) {
        Some((name, address)) if address.contains('@') && !name.contains('@') => (name, address),
        _ => ("", text),
    }
}

/// An address without what is written around it: `mailto:`, `?subject=…`, quotes, a mark at the end.
fn bare_address(text: &str) -> String {
    let text = text.trim().trim_matches(['<', '>', '\'', ' ', ',', ';', ':']);
    let rest = without_scheme(text);
    // No domain holds a question mark: what follows is a link's subject and the like.
    let address = match rest.split_once('?') {
        Some((address, _)) if address.contains('@') => address,
        _ => rest,
    };
    address.trim().to_owned()
}

fn without_scheme(text: &str) -> &str {
    const SCHEME: &str = "mailto:";
    let is_link = text.get(..SCHEME.len()).is_some_and(|it| it.eq_ignore_ascii_case(SCHEME));
    if is_link { text.get(SCHEME.len()..).unwrap_or_default() } else { text }
}

/// A name without quotes, brackets and escapes.
fn unquoted(text: &str) -> String {
    let text = text.trim().trim_end_matches([')', ',', ';']).trim_start_matches('(').trim();
    let text = text.trim_matches(['"', '\'', '[', ']', ' ', '<']);
    let mut name = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => name.extend(characters.next()),
            character => name.push(character),
        }
    }
    name.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> (String, String, String) {
        let contact = Contact::of(&json!(text));
        (
            contact.address.map(|address| address.as_str().to_owned()).unwrap_or_default(),
            contact.name.map(String::from).unwrap_or_default(),
            contact.further.map(String::from).unwrap_or_default(),
        )
    }

    #[test]
    fn one_address_in_every_writing() {
        let address = "rosa@example.com";
        for (text, name) in [
            ("rosa@example.com", ""),
            (" <rosa@example.com> ", ""),
            ("Rosa Diaz <rosa@example.com>", "Rosa Diaz"),
            ("\"Diaz, Rosa\" <rosa@example.com>", "Diaz, Rosa"),
            ("Diaz, Rosa <rosa@example.com>", "Diaz, Rosa"),
            ("'Rosa Diaz' <rosa@example.com>", "Rosa Diaz"),
            ("\"Rosa \\\"R\\\" Diaz\" <rosa@example.com>;", "Rosa \"R\" Diaz"),
            ("rosa@example.com (Rosa Diaz)", "Rosa Diaz"),
            ("Rosa Diaz (rosa@example.com)", "Rosa Diaz"),
            ("Rosa Diaz [rosa@example.com]", "Rosa Diaz"),
            ("Rosa Diaz rosa@example.com", "Rosa Diaz"),
            ("mailto:rosa@example.com", ""),
            ("MAILTO:rosa@example.com?subject=Hi", ""),
            ("mailto:rosa@example.com?cc=sam@example.com", ""),
            ("mailto:Rosa <rosa@example.com>", "Rosa"),
            ("Rosa <mailto:rosa@example.com>", "Rosa"),
            ("[rosa@example.com](mailto:rosa@example.com)", ""),
            ("rosa@example.com;", ""),
            ("rosa@example.com,", ""),
            ("rosa@example.com <rosa@example.com>", ""),
            ("Rosa Diaz &lt;rosa@example.com&gt;", "Rosa Diaz"),
            ("O&#39;Brien &amp; Sons <rosa@example.com>", "O'Brien & Sons"),
            ("\"Rosa <rosa@example.com>", "Rosa"),
        ] {
            assert_eq!(read(text), (address.into(), name.into(), String::new()), "{text}");
        }
    }

    #[test]
    fn the_first_of_a_list_is_the_customer_and_the_rest_is_kept() {
        for text in [
            "Rosa <rosa@example.com>, Sam <sam@example.com>; <ann@example.com>",
            "\"Rosa\" <rosa@example.com>;sam@example.com,\nann@example.com",
        ] {
            let further = "sam@example.com, ann@example.com".to_owned();
            assert_eq!(read(text), ("rosa@example.com".into(), "Rosa".into(), further), "{text}");
        }
        let list = Contact::of(&json!(["rosa@example.com", "sam@example.com"]));
        assert_eq!(list.further.unwrap().as_str(), "sam@example.com");
    }

    #[test]
    fn what_is_no_address_by_the_rules_is_kept() {
        for text in ["rosa..diaz.@mobile.example.com", ".rosa@mobile.example.com", "a..b@c.example"]
        {
            let contact = Contact::of(&json!(format!("Rosa <{text}>")));
            assert_eq!(contact.address, None);
            assert_eq!(contact.carrier_address.as_ref().map(CustomerContact::as_str), Some(text));
            assert_eq!(contact.further, contact.carrier_address);
            assert_eq!(contact.name.unwrap().as_str(), "Rosa");
        }
        for text in ["rosa@localhost", "+49 30 1234567", "not an address"] {
            assert_eq!(read(text), (String::new(), String::new(), text.to_owned()));
            assert_eq!(carrier_address(text), None, "{text}");
        }
        assert_eq!(carrier_address("rosa@example.com"), None);
        assert_eq!(carrier_address("@example.com"), None);
        assert_eq!(read(" "), Default::default());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "([<>()\\[\\]\",;\\\\@. é]|a|mailto:|b\\.example){0,40}|.*") {
            let _ = Contact::of(&json!(text));
        }

        #[test]
        fn a_name_and_an_address_are_told_apart(
            name in "[A-Z][a-zé]{1,9}( [A-Z][a-z]{1,9}){0,2}",
            local in "[a-z]{1,8}(\\.[a-z]{1,8})?",
            form in 0_usize..5,
        ) {
            let address = format!("{local}@shop.example");
            let text = match form {
                0 => format!("{name} <{address}>"),
                1 => format!("\"{name}\" <{address}>"),
                2 => format!("{address} ({name})"),
                3 => format!("{name} <mailto:{address}>;"),
                _ => format!("{name} [{address}], x@y.example"),
            };
            let (read_address, read_name, _) = read(&text);
            prop_assert_eq!((read_address, read_name), (address, name));
        }
    }
}
