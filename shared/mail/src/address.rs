//! Addresses of mail as people's programs write them, and the lists that header fields hold.

use unicode_general_category::{GeneralCategory, get_general_category};

use crate::limits;
use copilot_core::ticket::EmailAddress;

/// An address to which mail can be sent, as it was written. Takes more than
/// [`EmailAddress`]: mailboxes with dots in a row exist and are answered with a quoted local part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress(String);

/// The text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address")]
pub struct NotAnAddress;

impl MailAddress {
    /// Takes `local@domain` with nothing around it.
    ///
    /// # Errors
    /// [`NotAnAddress`] for anything else: no `@`, an over-long text, white space, control and format
    /// characters, marks that mean something in a header, a domain without a dot.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(NotAnAddress)?;
        let fits = text.len() <= copilot_core::limits::EMAIL_BYTES
            && local.len() <= limits::LOCAL_PART_BYTES
            && text.chars().all(|character| !is_invisible(character));
        if fits && is_local_part(local) && is_domain(domain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnAddress)
        }
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The part behind the `@`, in lower case. Only letters of ASCII are lowered: others that look
    /// like them stay different.
    pub fn domain(&self) -> String {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain).to_ascii_lowercase()
    }

    /// Whether both are one mailbox: the same but for the case of ASCII letters and for quotes that
    /// change nothing.
    pub fn is_same_mailbox(&self, other: &Self) -> bool {
        self.comparable() == other.comparable()
    }

    /// Whether both are one mailbox when what follows a `+` in the local part is left out.
    pub fn is_same_mailbox_but_for_labels(&self, other: &Self) -> bool {
        self.without_label() == other.without_label()
    }

    /// As the strict type of tickets, if it fits.
    pub fn as_email_address(&self) -> Option<EmailAddress> {
        EmailAddress::parse(&self.0).ok()
    }

    /// As a mail server takes it: a local part that is no row of words with single dots is quoted.
    pub fn to_wire(&self) -> String {
        let local = self.local_part();
        if is_quoted(local) || is_dot_atom(local) {
            return self.0.clone();
        }
        format!("\"{local}\"@{}", self.0.rsplit_once('@').map_or("", |(_, domain)| domain))
    }

    fn comparable(&self) -> String {
        let local = self.local_part();
        let inner = if is_quoted(local) { &local[1..local.len() - 1] } else { local };
        format!("{}@{}", inner.to_ascii_lowercase(), self.domain())
    }

    fn without_label(&self) -> String {
        let comparable = self.comparable();
        let (local, domain) = comparable.rsplit_once('@').unwrap_or((&comparable, ""));
        let base = local.split_once('+').map_or(local, |(base, _)| base);
        format!("{base}@{domain}")
    }
}

/// Whether a character shows nothing or turns the direction of others: a mark for programs, not people.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            get_general_category(character),
            GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        )
}

fn is_quoted(local: &str) -> bool {
    local.len() > 2 && local.starts_with('"') && local.ends_with('"')
}

fn is_local_part(local: &str) -> bool {
    let inner = if is_quoted(local) { &local[1..local.len() - 1] } else { local };
    let plain =
        |character: char| !character.is_whitespace() && !"<>()[],;:\\\"@".contains(character);
    let within_quotes = |character: char| !"<>\\\"".contains(character);
    !inner.is_empty()
        && inner.chars().all(|c| if is_quoted(local) { within_quotes(c) } else { plain(c) })
}

fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|word| !word.is_empty())
}

fn is_domain(domain: &str) -> bool {
    let takes =
        |c: char| c.is_alphanumeric() || c == '-' || c == '_' || (!c.is_ascii() && c != '.');
    domain.contains('.')
        && domain
            .split('.')
            .all(|label| !label.is_empty() && label.chars().all(|c| takes(c) && !c.is_whitespace()))
}

/// One entry of From, To, Cc or Reply-To.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The name for people, without invisible characters, if there is one. It proves nothing.
    pub name: Option<String>,
    /// The address, if the entry holds one.
    pub address: Option<MailAddress>,
}

impl Mailbox {
    /// Whether the name itself reads like an address, which deceives readers.
    pub fn name_reads_like_an_address(&self) -> bool {
        self.name.as_deref().is_some_and(|name| name.contains('@') || name.contains('＠'))
    }
}

/// An entry of a list before its words are decoded.
#[derive(Debug, Default)]
struct Entry {
    phrase: String,
    comment: String,
    /// What stands between angle brackets, each.
    angles: Vec<String>,
}

/// The entries of an address list. `decode` makes the words of a name readable; it is applied after
/// the list has been split, since a decoded name may hold commas and brackets.
pub(crate) fn parse_list(text: &str, decode: impl Fn(&str) -> String) -> Vec<Mailbox> {
    let mut mailboxes = Vec::new();
    for entry in entries(text) {
        if mailboxes.len() >= limits::ADDRESSES {
            break;
        }
        mailboxes.extend(entry.into_mailboxes(&decode));
    }
    mailboxes.truncate(limits::ADDRESSES);
    mailboxes
}

fn entries(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut entry = Entry::default();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                entry.phrase.push('"');
                quoted(&mut characters, &mut entry.phrase);
                entry.phrase.push('"');
            }
            '(' => comment(&mut characters, &mut entry.comment),
            // A bracket that is not closed holds no address: others may read it otherwise.
            '<' => match characters.as_str().split_once('>') {
                Some((angle, rest)) => {
                    entry.angles.push(angle.to_owned());
                    characters = rest.chars();
                }
                None => entry.phrase.push(' '),
            },
            ',' | ';' => {
                entries.push(std::mem::take(&mut entry));
                if entries.len() > 2 * limits::ADDRESSES {
                    return entries;
                }
            }
            // What stands before it names a group.
            ':' if entry.angles.is_empty() && !entry.phrase.contains('@') => entry.phrase.clear(),
            character => entry.phrase.push(character),
        }
    }
    entries.push(entry);
    entries
}

fn quoted(characters: &mut std::str::Chars<'_>, into: &mut String) {
    while let Some(character) = characters.next() {
        match character {
            '"' => return,
            '\\' => into.extend(characters.next()),
            character => into.push(character),
        }
    }
}

fn comment(characters: &mut std::str::Chars<'_>, into: &mut String) {
    let mut depth = 1_usize;
    while let Some(character) = characters.next() {
        match character {
            '\\' => into.extend(characters.next()),
            '(' => depth += 1,
            ')' if depth == 1 => return,
            ')' => depth -= 1,
            character => into.push(character),
        }
    }
}

impl Entry {
    fn into_mailboxes(self, decode: impl Fn(&str) -> String) -> Vec<Mailbox> {
        let phrase = self.phrase.trim();
        if self.angles.is_empty() {
            return match MailAddress::parse(phrase) {
                Ok(address) => {
                    let name = shown_name(&decode(&self.comment));
                    vec![Mailbox { name, address: Some(address) }]
                }
                Err(NotAnAddress) => {
                    let name = shown_name(&decode(phrase));
                    name.map(|name| Mailbox { name: Some(name), address: None })
                        .into_iter()
                        .collect()
                }
            };
        }
        let name = shown_name(&decode(phrase)).or_else(|| shown_name(&decode(&self.comment)));
        let last_of_route = |angle: &str| {
            let bare = angle.trim();
            let routed = bare.starts_with('@').then(|| bare.split_once(':')).flatten();
            MailAddress::parse(routed.map_or(bare, |(_, address)| address)).ok()
        };
        self.angles
            .iter()
            .map(|angle| Mailbox { name: name.clone(), address: last_of_route(angle) })
            .collect()
    }
}

/// A name as it is shown: one line, without the quotes around it and without invisible characters.
fn shown_name(text: &str) -> Option<String> {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !is_invisible(*c) || *c == '\u{200d}' || *c == '\u{200c}')
        .collect();
    let name = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    let inner = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let name = inner.filter(|inner| !inner.contains('"')).unwrap_or(&name).trim();
    let name: String = name.chars().take(copilot_core::limits::CUSTOMER_NAME_CHARACTERS).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(text: &str) -> Vec<(Option<String>, Option<String>)> {
        parse_list(text, str::to_owned)
            .into_iter()
            .map(|mailbox| (mailbox.name, mailbox.address.map(|address| address.0)))
            .collect()
    }

    fn one(name: &str, address: &str) -> (Option<String>, Option<String>) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (some(name), some(address))
    }

    #[test]
    fn lists_are_split_where_entries_end() {
        assert_eq!(list("a@b.example"), [one("", "a@b.example")]);
        assert_eq!(list("Ann <a@b.example>"), [one("Ann", "a@b.example")]);
        assert_eq!(list("\"Lee, Ann\" <a@b.example>"), [one("Lee, Ann", "a@b.example")]);
        assert_eq!(list("a@b.example (Ann)"), [one("Ann", "a@b.example")]);
        assert_eq!(
            list("Ann <a@b.example>, c@d.example"),
            [one("Ann", "a@b.example"), one("", "c@d.example")]
        );
        assert_eq!(list("Team: a@b.example, c@d.example;").len(), 2);
        assert_eq!(list("undisclosed-recipients:;"), []);
        assert_eq!(list("<@x.example,@y.example:a@b.example>"), [one("", "a@b.example")]);
        assert_eq!(list("Somebody <nobody>"), [one("Somebody", "")]);
        assert_eq!(list(""), []);
    }

    #[test]
    fn an_address_in_a_name_or_comment_is_not_the_address() {
        let deceiving = "\"dana@bank.example\" <x@evil.example>";
        assert_eq!(list(deceiving), [one("dana@bank.example", "x@evil.example")]);
        assert!(parse_list(deceiving, str::to_owned)[0].name_reads_like_an_address());
        assert_eq!(
            list("x@evil.example (dana@bank.example)"),
            [one("dana@bank.example", "x@evil.example")]
        );
        assert_eq!(list("Dana <dana@bank.example> <x@evil.example>").len(), 2);
    }

    #[test]
    fn addresses_that_strict_parsers_refuse_are_answered_quoted() {
        let address = MailAddress::parse("hana..ko.@keitai.example").unwrap();
        assert_eq!(address.as_str(), "hana..ko.@keitai.example");
        assert_eq!(address.to_wire(), "\"hana..ko.\"@keitai.example");
        assert_eq!(address.as_email_address(), None);
        let quoted = MailAddress::parse("\"hana..ko.\"@KEITAI.example").unwrap();
        assert!(address.is_same_mailbox(&quoted));
        assert_eq!(MailAddress::parse("a.b@c.example").unwrap().to_wire(), "a.b@c.example");
    }

    #[test]
    fn no_address_writes_a_header() {
        for text in [
            "a@b.example\r\nBcc: c@d.example",
            "a@b.example>, <c@d.example",
            "a\0@b.example",
            "a@b\u{202e}.example",
            "a@b.example,c",
            "\"a\r\nb\"@c.example",
            "a b@c.example",
            "a@b",
            "a@.example",
            "@b.example",
            "a@b c.example",
        ] {
            assert_eq!(MailAddress::parse(text), Err(NotAnAddress), "{text:?}");
        }
    }

    #[test]
    fn mailboxes_are_compared_by_ascii_letters_only() {
        let address = |text| MailAddress::parse(text).unwrap();
        assert!(address("Dana@Bank.example").is_same_mailbox(&address("dana@bank.EXAMPLE")));
        // The Kelvin sign lowers to a k.
        assert!(
            !address("dana@ban\u{212a}.example").is_same_mailbox(&address("dana@bank.example"))
        );
        assert!(!address("dana@mail.bank.example").is_same_mailbox(&address("dana@bank.example")));
        assert!(address("a+b@c.example").is_same_mailbox_but_for_labels(&address("A@c.example")));
    }

    proptest! {
        #[test]
        fn never_panics_and_never_holds_a_line_break(text in ".{0,200}|[\"<>(),;:@a. \\\\\r\n]{0,80}") {
            for mailbox in parse_list(&text, str::to_owned) {
                let name = mailbox.name.unwrap_or_default();
                prop_assert!(!name.chars().any(char::is_control));
                let address = mailbox.address.map(|address| address.to_wire()).unwrap_or_default();
                prop_assert!(!address.chars().any(char::is_control));
            }
        }
    }
}
