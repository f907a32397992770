//! Versions of tickets as HTTP's entity tags (RFC 9110, section 8.8.3).

/// Which versions of a ticket a change may be made to, as an `If-Match` header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// Whichever there is.
    Any,
    /// One of these; none at all when the tags were not ours.
    OneOf(Vec<u64>),
}

/// The text is no list of entity tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a list of entity tags")]
pub struct ParseEntityTagsError;

/// The tag of a ticket's version: `"3"`.
pub fn entity_tag(version: u64) -> String {
    format!("\"{version}\"")
}

impl ExpectedVersion {
    /// Reads the value of an `If-Match` header: `*`, or entity tags with commas between them. A weak
    /// tag, and one that we never gave, is right but matches nothing.
    ///
    /// # Errors
    /// [`ParseEntityTagsError`], for a bare number as well.
    pub fn parse(text: &str) -> Result<Self, ParseEntityTagsError> {
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let mut versions = Vec::new();
        let mut rest = text.trim();
        loop {
            let (is_weak, quoted) = match rest.strip_prefix("W/") {
                Some(weak) => (true, weak),
                None => (false, rest),
            };
            let opened = quoted.strip_prefix('"').ok_or(ParseEntityTagsError)?;
            let (tag, after) = opened.split_once('"').ok_or(ParseEntityTagsError)?;
            if !tag.chars().all(|character| character > ' ' && character != '\u{7f}') {
                return Err(ParseEntityTagsError);
            }
            versions.extend(read(tag).filter(|_| !is_weak));
            rest = after.trim_start();
            if rest.is_empty() {
                return Ok(Self::OneOf(versions));
            }
            rest = rest.strip_prefix(',').ok_or(ParseEntityTagsError)?.trim_start();
        }
    }

    /// Whether a ticket of this version may be changed.
    pub fn allows(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}

/// Only the very tag that [`entity_tag`] writes names a version.
fn read(tag: &str) -> Option<u64> {
    let version: u64 = tag.parse().ok()?;
    (version.to_string() == tag).then_some(version)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags_are_read_as_http_writes_them() {
        let versions = |list: &[u64]| Ok(ExpectedVersion::OneOf(list.to_vec()));
        for (text, expected) in [
            ("\"1\"", versions(&[1])),
            ("\"1\", \"22\",\"3\"", versions(&[1, 22, 3])),
            ("*", Ok(ExpectedVersion::Any)),
            ("W/\"1\"", versions(&[])),
            ("W/\"1\", \"2\"", versions(&[2])),
            ("\"abc\", \"01\", \"+1\", \"\"", versions(&[])),
            ("\"a,b\", \"4\"", versions(&[4])),
        ] {
            assert_eq!(ExpectedVersion::parse(text), expected, "{text}");
        }
        for text in
            ["", "1", "\"1", "\"1\" \"2\"", "\"1\",", ",\"1\"", "w/\"1\"", "\"a b\"", "*, \"1\""]
        {
            assert_eq!(ExpectedVersion::parse(text), Err(ParseEntityTagsError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_tag_allows_its_version_alone(version in any::<u64>(), other in any::<u64>()) {
            let expected = ExpectedVersion::parse(&entity_tag(version)).unwrap();
            prop_assert!(expected.allows(version));
            prop_assert_eq!(expected.allows(other), version == other);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = ExpectedVersion::parse(&text);
        }
    }
}
