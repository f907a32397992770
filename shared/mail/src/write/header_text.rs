//! Text of a header field.

use crate::limits;

/// One line of text without control characters, so that no field can begin another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderText(String);

/// The text is blank, too long or no single line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one line of 1 to {} characters", limits::SUBJECT_CHARACTERS)]
pub struct NotHeaderText;

impl HeaderText {
    /// Takes one line of text.
    ///
    /// # Errors
    /// [`NotHeaderText`] for a blank or over-long text, and one with control characters or line
    /// separators.
    pub fn parse(text: &str) -> Result<Self, NotHeaderText> {
        let text = text.trim();
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        let fits = !text.is_empty()
            && text.chars().count() <= limits::SUBJECT_CHARACTERS
            && !text.chars().any(breaks);
        if fits { Ok(Self(text.to_owned())) } else { Err(NotHeaderText) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Marks of an answer in front of a subject, in the languages that have their own.
const ANSWERS: [&str; 14] = [
    "re",
    "aw",
    "sv",
    "antw",
    "vs",
    "odp",
    "ynt",
    "res",
    "rif",
    "r",
    "回复",
    "回覆",
    "答复",
    "תשובה",
];

/// `Re: ` and the subject without the marks of answers that it has.
pub fn reply_subject(subject: &HeaderText) -> HeaderText {
    let mut rest = subject.as_str();
    while let Some((mark, behind)) = rest.split_once([':', '：']) {
        let mark = mark.trim().to_lowercase();
        // `Re[2]` counts answers.
        let word = mark.split_once('[').map_or(mark.as_str(), |(word, _)| word);
        if !ANSWERS.contains(&word) {
            break;
        }
        rest = behind.trim_start();
    }
    let kept: String = rest.chars().take(limits::SUBJECT_CHARACTERS - "Re: ".len()).collect();
    HeaderText(format!("Re: {kept}").trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_break_gets_in() {
        for text in ["", " ", "a\r\nBcc: x@y.example", "a\nb", "a\0", "a\u{2028}b", "a\u{85}b"] {
            assert_eq!(HeaderText::parse(text), Err(NotHeaderText), "{text:?}");
        }
        assert!(HeaderText::parse(&"a".repeat(999)).is_err());
        assert_eq!(HeaderText::parse(" a ").unwrap().as_str(), "a");
    }

    #[test]
    fn an_answer_is_marked_once() {
        for (subject, answer) in [
            ("Lid", "Re: Lid"),
            ("Re: Lid", "Re: Lid"),
            ("RE: AW: Re[3]: Sv: Lid: broken", "Re: Lid: broken"),
            ("回复：Lid", "Re: Lid"),
            ("Order 12: lid", "Re: Order 12: lid"),
            ("Re:", "Re:"),
        ] {
            assert_eq!(reply_subject(&HeaderText::parse(subject).unwrap()).as_str(), answer);
        }
        let long = HeaderText::parse(&"a".repeat(998)).unwrap();
        assert_eq!(reply_subject(&long).as_str().len(), 998);
    }
}
