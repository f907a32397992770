//! The texts of an article. Each type holds only what passed its `parse`.

use copilot_core::ticket::is_blank;

use crate::limits;

/// Why a part of an article is refused. The message is for the client and never repeats the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArticleFault {
    /// Nothing that anybody sees.
    #[error("Must not be blank.")]
    Blank,
    /// More characters than the field takes.
    #[error("Must have at most {limit} characters; has {actual}.")]
    TooManyCharacters {
        /// The most that the field takes.
        limit: usize,
        /// What came.
        actual: usize,
    },
    /// More bytes than the field takes.
    #[error("Must have at most {limit} bytes; has {actual}. Divide it into several articles.")]
    TooManyBytes {
        /// The most that the field takes.
        limit: usize,
        /// What came.
        actual: usize,
    },
    /// A control character, or a line break where there is one line.
    #[error("Must not contain control characters.")]
    ControlCharacter,
    /// Not an id.
    #[error(
        "Must be made of small letters, digits and single - . _ or /, at most {} of them.",
        limits::ARTICLE_ID_CHARACTERS
    )]
    NotAnId,
    /// More than [`limits::LABELS`].
    #[error("Must have at most {} entries.", limits::LABELS)]
    TooMany,
}

/// Tells one article from the others: `returns/how-to-return`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArticleId(String);

impl ArticleId {
    /// Reads small letters, digits and what may stand between them.
    ///
    /// # Errors
    /// [`ArticleFault::NotAnId`].
    pub fn parse(text: &str) -> Result<Self, ArticleFault> {
        let is_sign = |byte: u8| matches!(byte, b'-' | b'.' | b'_' | b'/');
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = text.as_bytes();
        let edges = [bytes.first(), bytes.last()];
        let is_id = bytes.len() <= limits::ARTICLE_ID_CHARACTERS
            && bytes.iter().all(|byte| is_letter(*byte) || is_sign(*byte))
            && edges.into_iter().all(|edge| edge.is_some_and(|byte| is_letter(*byte)))
            && bytes.windows(2).all(|pair| !pair.iter().all(|byte| is_sign(*byte)));
        if is_id { Ok(Self(text.to_owned())) } else { Err(ArticleFault::NotAnId) }
    }

    /// The id that a file gets by its name: letters small, what an id does not take as `-`.
    ///
    /// # Errors
    /// [`ArticleFault::NotAnId`] when nothing is left.
    pub fn of_name(name: &str) -> Result<Self, ArticleFault> {
        let mut id = String::new();
        for character in name.chars().take(limits::ARTICLE_ID_CHARACTERS) {
            let character = character.to_ascii_lowercase();
            let is_sign = matches!(character, '.' | '_' | '/');
            if character.is_ascii_alphanumeric() {
                id.push(character);
            } else if !id.is_empty() && !id.ends_with(['-', '.', '_', '/']) {
                id.push(if is_sign { character } else { '-' });
            }
        }
        Self::parse(id.trim_end_matches(['-', '.', '_', '/']))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an article is about, one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// Takes one line of at most [`limits::TITLE_CHARACTERS`] characters.
    ///
    /// # Errors
    /// [`ArticleFault`].
    pub fn parse(text: &str) -> Result<Self, ArticleFault> {
        one_line(text, limits::TITLE_CHARACTERS).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A category or a label of an article, one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label(String);

impl Label {
    /// Takes one line of at most [`limits::LABEL_CHARACTERS`] characters.
    ///
    /// # Errors
    /// [`ArticleFault`].
    pub fn parse(text: &str) -> Result<Self, ArticleFault> {
        one_line(text, limits::LABEL_CHARACTERS).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn one_line(text: &str, limit: usize) -> Result<String, ArticleFault> {
    let text = text.trim();
    if is_blank(text) {
        return Err(ArticleFault::Blank);
    }
    let actual = text.chars().count();
    if actual > limit {
        return Err(ArticleFault::TooManyCharacters { limit, actual });
    }
    if text.chars().any(char::is_control) {
        return Err(ArticleFault::ControlCharacter);
    }
    Ok(text.to_owned())
}

/// What an article says, in Markdown. It stays exactly as it was written: citations name its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body(String);

impl Body {
    /// Takes at most [`limits::BODY_BYTES`], with line breaks and tabs but no other control characters.
    ///
    /// # Errors
    /// [`ArticleFault`].
    pub fn parse(text: &str) -> Result<Self, ArticleFault> {
        let (limit, actual) = (limits::BODY_BYTES, text.len());
        if actual > limit {
            return Err(ArticleFault::TooManyBytes { limit, actual });
        }
        if is_blank(text) {
            return Err(ArticleFault::Blank);
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(ArticleFault::ControlCharacter);
        }
        Ok(Self(text.to_owned()))
    }

    /// The Markdown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain() {
        for id in ["a", "how-to-return", "returns/how_to.return", "kb-42"] {
            assert_eq!(ArticleId::parse(id).unwrap().as_str(), id);
        }
        let long = "a".repeat(limits::ARTICLE_ID_CHARACTERS + 1);
        for wrong in ["", "A", "a b", "-a", "a-", "a//b", "a/../b", "é", "a\n", long.as_str()] {
            assert_eq!(ArticleId::parse(wrong), Err(ArticleFault::NotAnId), "{wrong}");
        }
    }

    #[test]
    fn a_files_name_makes_an_id() {
        for (name, id) in [
            ("Returns/How to return?", "returns/how-to-return"),
            ("../../etc/Passwd", "etc/passwd"),
            ("Größe  wählen", "gr-e-w-hlen"),
        ] {
            assert_eq!(ArticleId::of_name(name).unwrap().as_str(), id);
        }
        assert!(ArticleId::of_name("日本語").is_err());
    }

    #[test]
    fn titles_are_one_line_and_bodies_have_a_limit() {
        assert_eq!(Title::parse(" Returns ").unwrap().as_str(), "Returns");
        for wrong in ["", " \u{200b}", "a\nb", &"x".repeat(256)] {
            assert!(Title::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Body::parse("# A\r\n\tb").is_ok());
        assert_eq!(Body::parse("a\u{0}b"), Err(ArticleFault::ControlCharacter));
        let fault = Body::parse(&"x".repeat(5 * 1024 * 1024)).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "Must have at most 131072 bytes; has 5242880. Divide it into several articles."
        );
    }
}
