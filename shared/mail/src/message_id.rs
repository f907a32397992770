//! The id of a mail, as `Message-ID`, `In-Reply-To` and `References` name it.

use crate::limits;

/// An id without its angle brackets: printable ASCII with an `@` in it. Never empty, so that two
/// mails without an id are never taken for one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageId(String);

/// The text is no id that could be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a Message-ID")]
pub struct NotAMessageId;

impl MessageId {
    /// Takes an id with or without its angle brackets.
    ///
    /// # Errors
    /// [`NotAMessageId`] for an empty or over-long text, one with spaces or other characters than
    /// printable ASCII, and one without `@`.
    pub fn parse(text: &str) -> Result<Self, NotAMessageId> {
        let text = text.trim();
        let bare = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text);
        let takes = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b',');
        let has_sides =
            bare.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
        if has_sides && bare.len() <= limits::MESSAGE_ID_BYTES - 2 && bare.bytes().all(takes) {
            Ok(Self(bare.to_owned()))
        } else {
            Err(NotAMessageId)
        }
    }

    /// The id without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Every id in the text of a field, in order; what is none is passed over.
    pub(crate) fn all_in(text: &str) -> Vec<Self> {
        let bracketed = text.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
        let ids: Vec<Self> = bracketed.filter_map(|(id, _)| Self::parse(id).ok()).collect();
        if !ids.is_empty() || text.contains('<') {
            return ids;
        }
        text.split_ascii_whitespace().filter_map(|id| Self::parse(id).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_id_is_none() {
        for text in ["", "<>", " ", "<@>", "<a@>", "a b@c", "<a@b", "é@x", "no-at-sign", "a\0@b"] {
            assert_eq!(MessageId::parse(text), Err(NotAMessageId), "{text:?}");
        }
        assert_eq!(MessageId::all_in("<>"), []);
        assert_eq!(MessageId::all_in(""), []);
        assert!(MessageId::parse(&format!("{}@b", "a".repeat(1_000))).is_err());
    }

    #[test]
    fn ids_are_found_in_a_field() {
        let ids = |text| {
            let ids = MessageId::all_in(text).into_iter();
            ids.map(|id| id.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(ids("<a@b> <c@d>"), ["a@b", "c@d"]);
        assert_eq!(ids("(see) <a@b><c@d>, <bad>"), ["a@b", "c@d"]);
        assert_eq!(ids("a@b c@d"), ["a@b", "c@d"]);
    }
}
