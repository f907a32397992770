//! Where in the template something stands, for error messages.

use std::fmt;

use super::error::TemplateError;

/// Most names an error message lists. Our own limit, to keep the message readable.
const LISTED_NAMES_LIMIT: usize = 30;

/// A place in the template. It borrows its parent, so that walking the tree builds no text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    Section(&'a str),
    Key(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl<'a> Place<'a> {
    pub(super) fn key(&'a self, name: &'a str) -> Place<'a> {
        Place::Key(self, name)
    }

    pub(super) fn item(&'a self, index: usize) -> Place<'a> {
        Place::Item(self, index)
    }

    /// An error about this place.
    pub(super) fn invalid(&self, detail: impl Into<String>) -> TemplateError {
        TemplateError::Invalid { path: self.to_string(), detail: detail.into() }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Section(name) => formatter.write_str(name),
            Place::Key(parent, name) => write!(formatter, "{parent}.{name}"),
            Place::Item(parent, index) => write!(formatter, "{parent}[{index}]"),
        }
    }
}

/// The names that exist, for the end of an error message: `A, B and 3 more`, or `none`.
pub(super) fn list_names<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_unstable();
    if names.is_empty() {
        return "none".to_owned();
    }
    let hidden = names.len().saturating_sub(LISTED_NAMES_LIMIT);
    names.truncate(LISTED_NAMES_LIMIT);
    let listed = names.join(", ");
    if hidden == 0 { listed } else { format!("{listed} and {hidden} more") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_prints_as_a_path() {
        let section = Place::Section("Resources");
        let resource = section.key("CreateTicket");
        let list = resource.key("Layers");
        assert_eq!(list.item(2).to_string(), "Resources.CreateTicket.Layers[2]");
    }

    #[test]
    fn names_are_sorted_and_limited() {
        assert_eq!(list_names([]), "none");
        assert_eq!(list_names(["b", "a"]), "a, b");
        let many: Vec<String> =
            (0..LISTED_NAMES_LIMIT + 2).map(|index| format!("n{index:02}")).collect();
        assert!(list_names(many.iter().map(String::as_str)).ends_with("n29 and 2 more"));
    }
}
