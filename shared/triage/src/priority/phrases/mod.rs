//! What fires the rules: a list of phrases for each of them.

pub(super) mod moderate_and_minor;
pub(super) mod serious;
pub(super) mod severe;
pub(super) mod urgency;
pub(super) mod words;
