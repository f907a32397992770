//! stub
use super::RunFacts;
use super::examples::Examples;
use super::figures::Figures;
use super::files::REPORT_MARK;

/// stub
pub fn page(_: &RunFacts, _: &Figures, _: Option<&Examples>) -> String {
    format!("<!-- {REPORT_MARK} -->")
}
