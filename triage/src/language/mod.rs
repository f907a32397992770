//! Which language a text is in.

use copilot_core::ticket::LanguageCode;

/// A language, or that it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(Option<LanguageCode>);

/// Always English for now.
pub fn detect(_text: &str) -> Language {
    Language(LanguageCode::parse("en").ok())
}

impl Language {
    /// Its code.
    pub fn code(self) -> Option<LanguageCode> {
        self.0
    }

    /// Whether the model and the policy read it.
    pub fn is_known_to_the_model(self) -> bool {
        self.0.is_some()
    }
}
