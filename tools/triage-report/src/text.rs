//! The figures as text.

use std::fmt::{self, Write};

use copilot_core::ticket::Priority;

use crate::RunFacts;
use crate::figures::{
    ANSWERS, CATEGORIES, ClassQuality, Confusion, Figures, NONE_NAME, Share, Tally, answer_name,
    ratio,
};
use crate::wording::{self, percent};
use file_report::columns::taken_columns;

/// Longest bar, in characters.
const BAR_CHARACTERS: u64 = 40;
/// Most names of one table.
const NAMES_SHOWN: usize = 12;

/// The figures of `facts`, with a line break at the end.
pub fn report(facts: &RunFacts, figures: &Figures) -> String {
    let mut text = String::new();
    // A string takes all that is written to it.
    let _ = write_report(&mut text, facts, figures);
    text
}

fn write_report(out: &mut String, facts: &RunFacts, figures: &Figures) -> fmt::Result {
    writeln!(out, "What the AI makes of {}", facts.file)?;
    writeln!(out, "{}", taken_columns(&facts.columns))?;
    for line in wording::reading(facts, figures) {
        writeln!(out, "{line}")?;
    }
    for fault in &figures.first_faults {
        writeln!(out, "  {fault}")?;
    }
    categories(out, figures)?;
    priorities(out, figures)?;
    confidence(out, figures)?;
    review(out, facts, figures)?;
    tally(out, "Languages", &figures.languages, figures.suggested)?;
    extracted(out, figures)?;
    tally(out, "Models", &figures.models, figures.suggested)?;
    if facts.has_labels() {
        labels(out, facts, figures)?;
    }
    writeln!(out, "\n{}", wording::LIMITS_OF_SHARES)?;
    if figures.has_labels() {
        writeln!(out, "{}", wording::LIMITS_OF_ACCURACY)?;
    }
    Ok(())
}

fn categories(out: &mut String, figures: &Figures) -> fmt::Result {
    writeln!(
        out,
        "\n{:<12}{:>10}{:>8}{:>17}{:>12}",
        "Category", "tickets", "share", "mean confidence", "for review"
    )?;
    for (place, count) in figures.categories.iter().enumerate() {
        let mean = count.mean_confidence().map_or("-".to_owned(), |mean| format!("{mean:.3}"));
        writeln!(
            out,
            "{:<12}{:>10}{:>8}{mean:>17}{:>12}",
            answer_name(place),
            count.rows,
            percent(ratio(count.rows, figures.suggested)),
            count.for_review
        )?;
    }
    Ok(())
}

fn priorities(out: &mut String, figures: &Figures) -> fmt::Result {
    writeln!(out, "\n{:<12}{:>10}{:>8}", "Priority", "tickets", "share")?;
    for (priority, count) in Priority::ALL.iter().zip(figures.priorities) {
        let share = percent(ratio(count, figures.suggested));
        writeln!(out, "{:<12}{count:>10}{share:>8}", priority.name())?;
    }
    Ok(())
}

fn confidence(out: &mut String, figures: &Figures) -> fmt::Result {
    let bins = figures.confidence.bins();
    let most = bins.iter().map(|bin| bin.rows).max().unwrap_or_default();
    writeln!(out, "\nConfidence, on average {:.3}", figures.confidence.mean())?;
    for bin in bins {
        // One ticket is seen beside a million.
        let length = (bin.rows * BAR_CHARACTERS).div_ceil(most.max(1));
        let bar = "█".repeat(usize::try_from(length).unwrap_or_default());
        let gap = if bar.is_empty() { "" } else { " " };
        writeln!(out, "{:.1} to {:.1}  {bar}{gap}{}", bin.from, bin.to, bin.rows)?;
    }
    Ok(())
}

fn review(out: &mut String, facts: &RunFacts, figures: &Figures) -> fmt::Result {
    writeln!(out, "\n{}", wording::review(facts, figures))?;
    names(out, &figures.review_reasons, figures.suggested)
}

fn tally(out: &mut String, title: &str, tally: &Tally, whole: u64) -> fmt::Result {
    writeln!(out, "\n{title}")?;
    names(out, tally, whole)
}

/// The names of `tally` with their counts and shares of `whole`.
fn names(out: &mut String, tally: &Tally, whole: u64) -> fmt::Result {
    let (ranked, others) = tally.ranked(NAMES_SHOWN);
    let others = (others > 0).then_some(("others", others));
    for (name, count) in ranked.into_iter().chain(others) {
        writeln!(out, "  {name:<42}{count:>10}{:>8}", percent(ratio(count, whole)))?;
    }
    Ok(())
}

fn extracted(out: &mut String, figures: &Figures) -> fmt::Result {
    writeln!(out, "\nWhat the texts name")?;
    let (ranked, _) = figures.extracted_values.ranked(NAMES_SHOWN);
    if ranked.is_empty() {
        return writeln!(out, "  nothing that was found");
    }
    for (kind, values) in ranked {
        let rows = figures.extracted_rows.count(kind);
        let share = percent(ratio(rows, figures.suggested));
        writeln!(out, "  {kind:<42}{values:>10} in {rows} tickets ({share})")?;
    }
    Ok(())
}

fn labels(out: &mut String, facts: &RunFacts, figures: &Figures) -> fmt::Result {
    let labels = &figures.labels;
    writeln!(out, "\nAgainst the labels")?;
    for line in wording::labels(figures) {
        writeln!(out, "{line}")?;
    }
    names(out, &labels.unknown, figures.suggested)?;
    if !figures.has_labels() {
        return Ok(());
    }
    let accuracy = labels.confusion.accuracy();
    let sure = labels.sure.accuracy();
    let coverage = Share { part: sure.whole, whole: accuracy.whole };
    writeln!(out)?;
    figure(out, "accuracy", accuracy)?;
    writeln!(out, "  {:<42}{:.3}", "macro-F1", labels.confusion.macro_f1())?;
    figure(out, "not for review (coverage)", coverage)?;
    figure(out, "accuracy of those not for review", sure)?;
    let gap = figures.confidence.calibration_gap();
    writeln!(out, "  {:<42}{gap:.3}", "gap of confidence and accuracy")?;
    classes(out, labels.categories())?;
    confusion(out, &labels.confusion)?;
    thresholds(out, facts, figures)
}

fn figure(out: &mut String, name: &str, share: Share) -> fmt::Result {
    writeln!(out, "  {name:<42}{}", wording::share(share))
}

fn classes(out: &mut String, classes: Vec<ClassQuality>) -> fmt::Result {
    writeln!(
        out,
        "\n{:<12}{:>10}{:>11}{:>10}{:>8}{:>8}",
        "Category", "labelled", "suggested", "precision", "recall", "F1"
    )?;
    for class in classes {
        let share = |share: Share| match share.whole {
            0 => "-".to_owned(),
            _ => format!("{:.3}", share.share()),
        };
        writeln!(
            out,
            "{:<12}{:>10}{:>11}{:>10}{:>8}{:>8.3}",
            answer_name(class.class),
            class.recall.whole,
            class.precision.whole,
            share(class.precision),
            share(class.recall),
            class.f1
        )?;
    }
    Ok(())
}

fn confusion(out: &mut String, confusion: &Confusion) -> fmt::Result {
    write!(out, "\n{:<12}", "Label")?;
    for place in 0..ANSWERS {
        write!(out, "{:>10}", answer_name(place))?;
    }
    writeln!(out, "  suggested")?;
    for label in 0..CATEGORIES {
        write!(out, "{:<12}", answer_name(label))?;
        for suggested in 0..ANSWERS {
            write!(out, "{:>10}", confusion.count(label, suggested))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "({NONE_NAME}: no category was suggested)")
}

fn thresholds(out: &mut String, facts: &RunFacts, figures: &Figures) -> fmt::Result {
    writeln!(out, "\n{}", wording::OTHER_THRESHOLDS)?;
    writeln!(out, "{:<12}{:>10}{:>10}", "Confidence", "coverage", "accuracy")?;
    for from in wording::thresholds(facts) {
        let sure = figures.confidence.sure_from(from);
        let accuracy = match sure.right.whole {
            0 => "-".to_owned(),
            _ => percent(sure.right.share()),
        };
        let coverage = percent(sure.coverage.share());
        writeln!(out, "{:<12}{coverage:>10}{accuracy:>10}", format!("≥ {}", sure.from))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use copilot_core::ticket::Confidence;

    use super::*;
    use crate::figures::tests::{fixed, fixed_without_labels};
    use file_report::encoding::TextFacts;

    fn facts(columns: &[(&'static str, &str)]) -> RunFacts {
        RunFacts {
            text: TextFacts::utf_8(0),
            file: "tickets.csv".to_owned(),
            columns: columns.iter().map(|(what, name)| (*what, (*name).to_owned())).collect(),
            threshold: Confidence::parse(0.8).unwrap(),
            limit: None,
            run_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_fixed_suggestions_read_so() {
        insta::assert_snapshot!(report(&facts(&[("text", "body"), ("label", "topic")]), &fixed()));
    }

    #[test]
    fn without_labels_nothing_is_said_of_accuracy() {
        let text = report(&facts(&[("text", "body")]), &fixed_without_labels());
        for word in ["accuracy", "label", "F1"] {
            assert!(!text.to_lowercase().contains(&word.to_lowercase()), "{word}: {text}");
        }
        assert!(text.contains("For review: 6 of 12 (50.0 %)"), "{text}");
    }
}
