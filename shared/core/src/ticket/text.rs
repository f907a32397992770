//! The texts of a ticket. Each type holds only what passed its `parse`.

use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::invisible::{SHOWS_NOTHING, is_blank};
use super::masking::masked;
use super::{Source, TextFault};
use crate::limits;

/// What a field takes.
struct Rules {
    limit: usize,
    several_lines: bool,
    /// Whether control characters become spaces instead of being refused: people paste them from
    /// documents, and can neither see nor find them.
    is_pasted: bool,
}

/// What stands at the end of a text that was cut.
const CUT_MARK: char = '…';

/// White space as `str::trim` knows it (Unicode's `White_Space`), inside a class of a regular
/// expression. `\s` has other members in every dialect, so the patterns of the schemas name them.
const WHITE_SPACE: &str = r"\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
/// Control characters, inside a class of a regular expression.
const CONTROL: &str = r"\u0000-\u001f\u007f-\u009f";
/// Control characters but for those that a text of several lines takes.
const CONTROL_BUT_LINES: &str = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f";

impl Rules {
    /// White space around a line of text means nothing; inside a longer text it may (indented code),
    /// so there only blankness counts.
    fn parse(&self, text: &str) -> Result<String, TextFault> {
        if self.is_pasted && text.chars().any(|character| !self.takes(character)) {
            return self.parse_line(&self.spaced(text));
        }
        self.parse_line(text)
    }

    fn parse_line(&self, text: &str) -> Result<String, TextFault> {
        let trimmed = text.trim();
        if is_blank(trimmed) {
            return Err(TextFault::Blank);
        }
        let text = if self.several_lines { text } else { trimmed };
        let actual = text.chars().count();
        if actual > self.limit {
            return Err(TextFault::TooLong { limit: self.limit, actual });
        }
        if text.chars().any(|character| !self.takes(character)) {
            return Err(TextFault::ControlCharacter);
        }
        Ok(text.to_owned())
    }

    /// What [`Rules::parse`] takes, but for the length, as a regular expression of ECMA-262. It names
    /// all characters by their numbers, so that it means the same in other dialects too.
    fn pattern(&self) -> String {
        let seen = format!("[^{WHITE_SPACE}{CONTROL}{SHOWS_NOTHING}]");
        if self.is_pasted {
            return seen;
        }
        if self.several_lines {
            let any = format!("[^{CONTROL_BUT_LINES}]*");
            format!("^{any}{seen}{any}$")
        } else {
            // What is trimmed may be a line break, what stands between the ends may not.
            let (any, end) = (format!("[^{CONTROL}]*"), format!("[^{WHITE_SPACE}{CONTROL}]"));
            format!("^[{WHITE_SPACE}]*({end}{any})?{seen}({any}{end})?[{WHITE_SPACE}]*$")
        }
    }

    fn takes(&self, character: char) -> bool {
        !character.is_control() || (self.several_lines && matches!(character, '\n' | '\r' | '\t'))
    }

    /// The text with a space for each character that the field does not take; for those that stand
    /// together, and the white space around them, with one space, as where mail folds a line.
    fn spaced(&self, text: &str) -> String {
        let mut spaced = String::with_capacity(text.len());
        let mut is_folded = false;
        for character in text.chars() {
            if !self.takes(character) {
                let kept = spaced.trim_end_matches([' ', '\t']).len();
                spaced.truncate(kept);
                spaced.push(' ');
                is_folded = true;
            } else if !(is_folded && matches!(character, ' ' | '\t')) {
                spaced.push(character);
                is_folded = false;
            }
        }
        spaced
    }

    /// Makes any text fit: what the field does not take becomes a space, what is too long is cut on
    /// a character boundary and marked.
    fn fit(&self, text: &str) -> Result<String, TextFault> {
        let spaced = self.spaced(text);
        let text = spaced.trim();
        let fitted = match text.char_indices().nth(self.limit) {
            None => text.to_owned(),
            Some(_) => {
                let kept: String = text.chars().take(self.limit - 1).collect();
                format!("{}{CUT_MARK}", kept.trim_end())
            }
        };
        self.parse(&fitted)
    }
}

/// Declares a text type with its rules, `parse`, `fit`, `as_str` and its JSON schema.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $schema_description:literal, $rules:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            const RULES: Rules = $rules;

            /// Takes the text as it is, or says why not. What customers write may hold control
            /// characters, which become spaces.
            ///
            /// # Errors
            /// [`TextFault`] for a text that is blank, too long or, of the other kinds, holds control
            /// characters.
            pub fn parse(text: &str) -> Result<Self, TextFault> {
                Self::RULES.parse(text).map(Self)
            }

            /// Makes a text of another system fit: control characters become spaces and an
            /// over-long text is cut and ends in `…`.
            ///
            /// # Errors
            /// [`TextFault::Blank`] when nothing is left.
            pub fn fit(text: &str) -> Result<Self, TextFault> {
                Self::RULES.fit(text).map(Self)
            }

            /// A text that was parsed once and has been stored since. It stays as it is, even when
            /// today's rules are stricter than those of its day.
            pub fn restored(text: String) -> Self {
                Self(text)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text with masked card numbers and IBANs. It has as many characters as before.
            #[must_use]
            pub fn masked(self) -> Self {
                Self(masked(self.0))
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextFault;

            fn try_from(text: String) -> Result<Self, TextFault> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .min_length(Some(1))
                    .max_length(Some(Self::RULES.limit))
                    .pattern(Some(Self::RULES.pattern()))
                    .description(Some($schema_description))
                    .into()
            }
        }

        impl ToSchema for $name {}
    };
}

text_type!(
    /// What a ticket is about: one line of at most [`limits::SUBJECT_CHARACTERS`] characters.
    Subject,
    "What the ticket is about, one line.",
    Rules { limit: limits::SUBJECT_CHARACTERS, several_lines: false, is_pasted: true }
);

text_type!(
    /// The customer's words: at most [`limits::DESCRIPTION_CHARACTERS`] characters, line breaks and
    /// tabs allowed.
    Description,
    "The customer's words; may have several lines.",
    Rules { limit: limits::DESCRIPTION_CHARACTERS, several_lines: true, is_pasted: true }
);

text_type!(
    /// A customer's name: at most [`limits::CUSTOMER_NAME_CHARACTERS`] characters.
    CustomerName,
    "The customer's name.",
    Rules { limit: limits::CUSTOMER_NAME_CHARACTERS, several_lines: false, is_pasted: true }
);

text_type!(
    /// How a customer can be reached, as the source writes it, where that is no e-mail address by the
    /// rules or is one of several: at most [`limits::CUSTOMER_CONTACT_CHARACTERS`] characters.
    CustomerContact,
    "How the customer can be reached besides `customer_email`, as the source writes it.",
    Rules { limit: limits::CUSTOMER_CONTACT_CHARACTERS, several_lines: false, is_pasted: true }
);

text_type!(
    /// An order number of the customer's: at most [`limits::ORDER_ID_CHARACTERS`] characters.
    OrderId,
    "The order that the ticket is about.",
    Rules { limit: limits::ORDER_ID_CHARACTERS, several_lines: false, is_pasted: true }
);

text_type!(
    /// The id that another system gives a ticket: at most [`limits::EXTERNAL_ID_CHARACTERS`]
    /// characters.
    ExternalId,
    "The id that the source system gives the ticket.",
    Rules { limit: limits::EXTERNAL_ID_CHARACTERS, several_lines: false, is_pasted: false }
);

text_type!(
    /// A label of a ticket: at most [`limits::TAG_CHARACTERS`] characters.
    Tag,
    "A label.",
    Rules { limit: limits::TAG_CHARACTERS, several_lines: false, is_pasted: false }
);

text_type!(
    /// Who works on a ticket: a name or an address of at most [`limits::ASSIGNEE_CHARACTERS`]
    /// characters.
    Assignee,
    "Who works on the ticket: a name, an address, or an id of the desk's.",
    Rules { limit: limits::ASSIGNEE_CHARACTERS, several_lines: false, is_pasted: false }
);

text_type!(
    /// Why a ticket is changed: at most [`limits::NOTE_CHARACTERS`] characters, line breaks allowed.
    Note,
    "Why, for the ticket's history; may have several lines.",
    Rules { limit: limits::NOTE_CHARACTERS, several_lines: true, is_pasted: false }
);

text_type!(
    /// What an agent writes on a ticket for agents alone: at most [`limits::INTERNAL_NOTE_CHARACTERS`]
    /// characters, line breaks allowed.
    InternalNote,
    "What agents are to know; may have several lines. The customer never sees it.",
    Rules { limit: limits::INTERNAL_NOTE_CHARACTERS, several_lines: true, is_pasted: true }
);

text_type!(
    /// What an agent has begun to write on a ticket: at most [`limits::DRAFT_CHARACTERS`] characters, line
    /// breaks allowed.
    Draft,
    "What the agent has begun to write; may have several lines.",
    Rules { limit: limits::DRAFT_CHARACTERS, several_lines: true, is_pasted: true }
);

text_type!(
    /// Who changes a ticket: one line of at most [`limits::ACTOR_CHARACTERS`] characters.
    ActorName,
    "Who makes the change, for the ticket's history, which shows it as unverified. Whom the authorizer \
     knows goes before it. Not a name of the sources, the schedule or the AI.",
    Rules { limit: limits::ACTOR_CHARACTERS, several_lines: false, is_pasted: false }
);

/// What stands before the name of a model in the history.
const MODEL_ACTOR: &str = "ai:";

impl ActorName {
    /// The name that somebody gives themselves. It may not be one by which the history knows the
    /// sources, the schedule or the AI, however it is written.
    ///
    /// # Errors
    /// Those of [`ActorName::parse`], and [`TextFault::ReservedName`].
    pub fn claimed(text: &str) -> Result<Self, TextFault> {
        let name = Self::parse(text)?;
        let letters: String = name
            .as_str()
            .chars()
            .map(half_width)
            .flat_map(char::to_lowercase)
            .filter(|character| character.is_alphanumeric() || *character == ':')
            .collect();
        let is_reserved = letters == "schedule"
            || letters.starts_with(MODEL_ACTOR)
            || Source::VENDORS.iter().any(|source| letters == source.name());
        if is_reserved { Err(TextFault::ReservedName) } else { Ok(name) }
    }

    /// The name as the history shows it: by nobody's account but its own.
    pub fn unverified(&self) -> String {
        format!("{} (unverified)", self.as_str())
    }
}

/// The ASCII character that a full-width one stands for (Unicode, Halfwidth and Fullwidth Forms).
fn half_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - 0xff01 + 0x21).unwrap_or(character)
        }
        other => other,
    }
}

/// The schema of a text that says nothing, which counts as absent where a field may be.
pub fn blank_schema() -> Schema {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(format!("^[{WHITE_SPACE}{SHOWS_NOTHING}]*$")))
        .description(Some("Blank, the same as null."))
        .into()
}

impl Subject {
    /// The first line of a longer text that has words on it, cut to fit.
    ///
    /// # Errors
    /// [`TextFault::Blank`] when the text has none.
    pub fn first_line_of(text: &str) -> Result<Self, TextFault> {
        text.lines().find_map(|line| Self::fit(line).ok()).ok_or(TextFault::Blank)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_pasted_or_folded_becomes_one_line() {
        for (text, line) in [
            ("a\tb", "a b"),
            ("Order is\r\n late", "Order is late"),
            ("Order is \r\n\t late", "Order is late"),
            ("first\u{b}second\u{c}third\u{92}s", "first second third s"),
            ("\u{0}a", "a"),
            ("a  b", "a  b"),
        ] {
            assert_eq!(Subject::parse(text).unwrap().as_str(), line, "{text:?}");
        }
        let kept = "a\u{b}b\n\tc";
        assert_eq!(Description::parse(kept).unwrap().as_str(), "a b\n\tc");
        assert_eq!(Subject::parse("\r\n\u{7}"), Err(TextFault::Blank));
    }

    #[test]
    fn one_line_fields_are_trimmed_and_refuse_line_breaks() {
        assert_eq!(Subject::parse("  Help \t").unwrap().as_str(), "Help");
        assert_eq!(Tag::parse("a\nb"), Err(TextFault::ControlCharacter));
        assert_eq!(Tag::parse("a\u{0}b"), Err(TextFault::ControlCharacter));
        assert_eq!(Subject::parse(" \u{a0}\u{2003} "), Err(TextFault::Blank));
    }

    #[test]
    fn nobody_takes_the_name_of_a_source_the_schedule_or_the_ai() {
        for taken in [
            "zendesk",
            "Intercom",
            " SCHEDULE ",
            "ai:hashed-ngrams@1",
            "AI : gpt",
            "z e n d e s k",
            "zen\u{200b}desk",
            "ｚｅｎｄｅｓｋ",
            "ａｉ：x",
            "\"schedule\"",
        ] {
            assert_eq!(ActorName::claimed(taken), Err(TextFault::ReservedName), "{taken:?}");
        }
        for free in ["Jane Roe", "Ai", "aileen", "zendesk bot", "scheduler", "agent"] {
            let name = ActorName::claimed(free).unwrap();
            assert_eq!(name.unverified(), format!("{free} (unverified)"));
        }
        assert_eq!(ActorName::claimed(" "), Err(TextFault::Blank));
    }

    #[test]
    fn descriptions_keep_their_lines_and_indentation() {
        let code = "  if a {\r\n\tb\n  }\n";
        assert_eq!(Description::parse(code).unwrap().as_str(), code);
        assert_eq!(Note::parse("bell\u{7}"), Err(TextFault::ControlCharacter));
        assert_eq!(Description::parse("\n \r\n"), Err(TextFault::Blank));
        assert_eq!(Description::parse("\u{3164}\n\u{2800}"), Err(TextFault::Blank));
        assert_eq!(Tag::parse("\u{200b}\u{ad}"), Err(TextFault::Blank));
        assert_eq!(Subject::fit("\u{2060}\u{7}\u{200b}"), Err(TextFault::Blank));
    }

    #[test]
    fn limits_count_characters() {
        let longest = "é".repeat(limits::SUBJECT_CHARACTERS);
        assert!(Subject::parse(&longest).is_ok());
        assert_eq!(
            Subject::parse(&format!("{longest}é")),
            Err(TextFault::TooLong { limit: 255, actual: 256 })
        );
        assert!(Description::parse(&"😀".repeat(limits::DESCRIPTION_CHARACTERS)).is_ok());
        assert!(Description::parse(&"😀".repeat(limits::DESCRIPTION_CHARACTERS + 1)).is_err());
    }

    #[test]
    fn a_subject_is_taken_from_the_first_line_with_words() {
        assert_eq!(Subject::first_line_of("\n\n Hello \nthere").unwrap().as_str(), "Hello");
        assert_eq!(Subject::first_line_of(" \n "), Err(TextFault::Blank));
        assert_eq!(Subject::first_line_of("\u{7}\nHello").unwrap().as_str(), "Hello");
        let long = Subject::first_line_of(&"word ".repeat(100)).unwrap();
        assert!(long.as_str().ends_with("word…"), "{long:?}");
    }

    fn validator<T: PartialSchema>() -> jsonschema::Validator {
        jsonschema::validator_for(&serde_json::to_value(T::schema()).unwrap()).unwrap()
    }

    /// Texts of the characters that the rules tell apart.
    fn awkward() -> impl Strategy<Value = String> {
        let characters = concat!(
            r"[ a\u{0}\u{8}-\u{e}\u{1c}-\u{20}\u{7e}-\u{a0}\u{ad}\u{1680}\u{180e}",
            r"\u{2000}-\u{200b}\u{2028}\u{2029}\u{202f}\u{205f}\u{2800}\u{3000}\u{3164}\u{feff}",
            r"\u{e0041}]{0,6}"
        );
        prop::string::string_regex(characters).unwrap()
    }

    #[test]
    fn only_what_parses_is_deserialised() {
        let reads = |text: &str| serde_json::from_value::<Subject>(text.into()).is_ok();
        assert!(reads("Help"));
        for text in ["", " ", "\u{200b}", &"é".repeat(limits::SUBJECT_CHARACTERS + 1)] {
            assert!(!reads(text), "{text:?}");
        }
        assert_eq!(serde_json::to_value(Subject::parse(" Help ").unwrap()).unwrap(), "Help");
        assert_eq!(Subject::restored("a\nb".to_owned()).as_str(), "a\nb");
    }

    proptest! {
        #[test]
        fn the_schema_takes_what_parse_takes(text in awkward()) {
            let valid = validator::<Subject>().is_valid(&text.as_str().into());
            prop_assert_eq!(valid, Subject::parse(&text).is_ok());
            let valid = validator::<Description>().is_valid(&text.as_str().into());
            prop_assert_eq!(valid, Description::parse(&text).is_ok());
            let valid = validator::<Tag>().is_valid(&text.as_str().into());
            prop_assert_eq!(valid, Tag::parse(&text).is_ok());
            let valid = validator::<Note>().is_valid(&text.as_str().into());
            prop_assert_eq!(valid, Note::parse(&text).is_ok());
            let blank = serde_json::to_value(blank_schema()).unwrap();
            let valid = jsonschema::is_valid(&blank, &text.as_str().into());
            prop_assert_eq!(valid, is_blank(&text));
        }

        #[test]
        fn what_fits_parses_to_itself(text in "\\PC*|.{0,400}") {
            if let Ok(subject) = Subject::fit(&text) {
                prop_assert!(subject.as_str().chars().count() <= limits::SUBJECT_CHARACTERS);
                prop_assert_eq!(Subject::parse(subject.as_str()), Ok(subject));
            } else {
                prop_assert!(Subject::parse(&text).is_err());
            }
        }

        #[test]
        fn a_parsed_text_is_unchanged_by_fit(text in "[a-zé😀 ]{1,300}") {
            if let Ok(subject) = Subject::parse(&text) {
                prop_assert_eq!(Subject::fit(&text), Ok(subject));
            }
        }
    }
}
