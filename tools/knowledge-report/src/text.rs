//! The figures as text.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use file_report::safe_text::{on_one_line, with_card_numbers_masked};

use crate::RunFacts;
use crate::articles::Articles;
use crate::figures::Figures;
use crate::questions::Questions;
use crate::wording::{self, percent};

/// Refused files and questions that are shown one by one.
const SHOWN: usize = 8;
/// Longest question that is shown, in characters.
const QUESTION_CHARACTERS: usize = 90;

/// The figures of `facts`, with a line break at the end.
pub fn report(
    facts: &RunFacts,
    articles: &Articles,
    questions: &Questions,
    figures: &Figures,
) -> String {
    let mut text = String::new();
    // A string takes all that is written to it.
    let _ = write_report(&mut text, facts, articles, questions, figures);
    text
}

fn write_report(
    out: &mut String,
    facts: &RunFacts,
    articles: &Articles,
    questions: &Questions,
    figures: &Figures,
) -> fmt::Result {
    writeln!(out, "What {} answers of {}", facts.folder, facts.file)?;
    for line in wording::reading(articles, questions, figures) {
        writeln!(out, "{line}")?;
    }
    for refused in articles.refused.iter().take(SHOWN) {
        writeln!(out, "  refused: {refused}")?;
    }
    writeln!(out, "{}", wording::method(figures))?;
    if !figures.curve.is_empty() {
        writeln!(out, "\n{:<20}{:>12}{:>14}", "Found by", "first", "of five")?;
        for (way, rates) in wording::ways(figures) {
            writeln!(out, "{way:<20}{:>12}{:>14}", percent(rates.first), percent(rates.five))?;
        }
        let [floor, answered, right, without] = wording::CURVE_HEADINGS;
        writeln!(out, "\n{floor:<18}{answered:>10}{right:>18}{without:>30}")?;
        for at in &figures.curve {
            let [floor, answered, right, without] = wording::at_floor(at);
            writeln!(out, "{floor:<18}{answered:>10}{right:>18}{without:>30}")?;
        }
    }
    outcomes(out, questions, figures)?;
    writeln!(out, "\n{}", wording::LIMITS)
}

fn outcomes(out: &mut String, questions: &Questions, figures: &Figures) -> fmt::Result {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for answer in &figures.answers {
        let name = answer.reply.as_ref().map_or_else(|reason| reason.name(), |_| "reply");
        *counts.entry(name).or_default() += 1;
    }
    writeln!(out, "\nWith a confidence of {:.2}:", figures.floor.share())?;
    for (name, count) in counts {
        writeln!(out, "  {name:<16}{count:>6}")?;
    }
    let unanswered = questions.asked.iter().zip(&figures.answers);
    let mut unanswered = unanswered.filter(|(_, answer)| answer.reply.is_err()).peekable();
    if unanswered.peek().is_some() {
        writeln!(out, "\nQuestions without a reply, such as")?;
    }
    for (asked, _) in unanswered.take(SHOWN) {
        let shown = on_one_line(&with_card_numbers_masked(&asked.text), QUESTION_CHARACTERS);
        writeln!(out, "  {shown}")?;
    }
    Ok(())
}
