//! The parts of the page that need no labels.

use std::fmt::{self, Write};

use copilot_core::ticket::Priority;
use file_report::columns::taken_columns;
use file_report::html::{Table, begin, escaped, grouped, key_figure};

use super::plots::{self, SplitBar};
use crate::RunFacts;
use crate::examples::{Example, Examples};
use crate::figures::{Bin, CategoryCount, Figures, Tally, answer_name, ratio};
use crate::wording::{self, percent};

/// Most names of one table.
const NAMES_SHOWN: usize = 15;
/// What the two parts of a bar are.
const LEGEND: &str = "<p class=\"legend\"><span class=\"key sure\"></span> sure <span class=\"key review\"></span> for review</p>";

/// The figures that matter first.
pub fn key_figures(out: &mut String, facts: &RunFacts, figures: &Figures) -> fmt::Result {
    writeln!(out, "<dl class=\"key-figures\">")?;
    let rows = format!("of {} rows", grouped(figures.rows));
    key_figure(out, "Suggestions", &grouped(figures.suggested), &rows)?;
    let note = format!("{} tickets", grouped(figures.for_review));
    key_figure(out, "For review", &percent(figures.review_share()), &note)?;
    if facts.has_labels() && figures.has_labels() {
        let interval = |(low, high)| format!("95 %: {} to {}", percent(low), percent(high));
        let accuracy = figures.labels.confusion.accuracy();
        let sure = figures.labels.sure.accuracy();
        key_figure(out, "Accuracy", &percent(accuracy.share()), &interval(accuracy.interval()))?;
        let note = format!("of {} labelled rows", grouped(accuracy.whole));
        let macro_f1 = format!("{:.3}", figures.labels.confusion.macro_f1());
        key_figure(out, "Macro-F1", &macro_f1, &note)?;
        let note = format!("sure: {} of the labelled", percent(ratio(sure.whole, accuracy.whole)));
        let figure = if sure.whole == 0 { "–".to_owned() } else { percent(sure.share()) };
        key_figure(out, "Accuracy where sure", &figure, &note)?;
    } else {
        let mean = format!("{:.3}", figures.confidence.mean());
        key_figure(out, "Mean confidence", &mean, "of all suggestions")?;
    }
    writeln!(out, "</dl>")
}

pub fn categories(out: &mut String, figures: &Figures) -> fmt::Result {
    begin(out, "categories", "Categories", "What the tickets are about, as the AI suggests.")?;
    writeln!(out, "<div class=\"pair\">\n<figure>")?;
    let bars: Vec<SplitBar<'_>> = figures
        .categories
        .iter()
        .enumerate()
        .map(|(place, count)| SplitBar {
            name: answer_name(place),
            count: count.rows,
            for_review: count.for_review,
        })
        .collect();
    plots::split_bars(out, "category-plot", "Tickets by suggested category", &bars)?;
    writeln!(out, "{LEGEND}\n</figure>")?;
    let row = |(place, count): (usize, &CategoryCount)| {
        vec![
            answer_name(place).to_owned(),
            grouped(count.rows),
            percent(ratio(count.rows, figures.suggested)),
            count.mean_confidence().map_or("–".to_owned(), |mean| format!("{mean:.3}")),
            grouped(count.for_review),
        ]
    };
    Table {
        caption: "Tickets by suggested category",
        headings: &["Category", "Tickets", "Share", "Mean confidence", "For review"],
        rows: figures.categories.iter().enumerate().map(row).collect(),
    }
    .write(out)?;
    writeln!(out, "</div>\n</section>")
}

/// The histogram of confidence.
pub fn confidence(out: &mut String, facts: &RunFacts, figures: &Figures) -> fmt::Result {
    let text = format!(
        "How sure the AI is of the category; on average {:.3}. Below the threshold a person is asked to look.",
        figures.confidence.mean()
    );
    begin(out, "confidence", "Confidence", &text)?;
    let bins = figures.confidence.bins();
    writeln!(out, "<div class=\"pair\">\n<figure>")?;
    let threshold = facts.threshold.share();
    plots::histogram(out, "confidence-plot", "Tickets by confidence", &bins, threshold)?;
    writeln!(out, "<figcaption>Hatched bars lie below the threshold.</figcaption>\n</figure>")?;
    let row = |bin: &Bin| {
        vec![
            format!("{:.1} to {:.1}", bin.from, bin.to),
            grouped(bin.rows),
            percent(ratio(bin.rows, figures.suggested)),
        ]
    };
    Table {
        caption: "Tickets by confidence",
        headings: &["Confidence", "Tickets", "Share"],
        rows: bins.iter().map(row).collect(),
    }
    .write(out)?;
    writeln!(out, "</div>\n</section>")
}

/// How many are for review, and why.
pub fn review(out: &mut String, facts: &RunFacts, figures: &Figures) -> fmt::Result {
    begin(out, "review", "For review", &wording::review(facts, figures))?;
    names(out, "Reasons for review", "Reason", &figures.review_reasons, figures.suggested)?;
    writeln!(out, "</section>")
}

pub fn priorities(out: &mut String, figures: &Figures) -> fmt::Result {
    begin(out, "priorities", "Priorities", "How urgent the tickets are, by the stated policy.")?;
    let row = |(priority, count): (&Priority, &u64)| {
        vec![priority.name().to_owned(), grouped(*count), percent(ratio(*count, figures.suggested))]
    };
    Table {
        caption: "Tickets by suggested priority",
        headings: &["Priority", "Tickets", "Share"],
        rows: Priority::ALL.iter().zip(&figures.priorities).map(row).collect(),
    }
    .write(out)?;
    writeln!(out, "</section>")
}

/// Languages, what the texts name, and models.
pub fn contents(out: &mut String, figures: &Figures) -> fmt::Result {
    begin(out, "contents", "Languages and what the texts name", "")?;
    writeln!(out, "<div class=\"pair\">")?;
    names(out, "Tickets by language", "Language", &figures.languages, figures.suggested)?;
    let (kinds, _) = figures.extracted_values.ranked(NAMES_SHOWN);
    let row = |(kind, values): &(&str, u64)| {
        let rows = figures.extracted_rows.count(kind);
        let share = percent(ratio(rows, figures.suggested));
        vec![(*kind).to_owned(), grouped(*values), grouped(rows), share]
    };
    if kinds.is_empty() {
        writeln!(out, "<p class=\"lead\">The texts name nothing that was found.</p>")?;
    } else {
        Table {
            caption: "Values that the texts name",
            headings: &["Kind", "Values", "Tickets", "Share"],
            rows: kinds.iter().map(row).collect(),
        }
        .write(out)?;
    }
    writeln!(out, "</div>\n</section>")
}

/// The names of `tally` with their counts and shares of `whole`.
pub fn names(
    out: &mut String,
    caption: &str,
    heading: &str,
    tally: &Tally,
    whole: u64,
) -> fmt::Result {
    let (ranked, others) = tally.ranked(NAMES_SHOWN);
    let others = (others > 0).then_some(("others", others));
    let row = |(name, count): (&str, u64)| {
        vec![name.to_owned(), grouped(count), percent(ratio(count, whole))]
    };
    let rows: Vec<Vec<String>> = ranked.into_iter().chain(others).map(row).collect();
    if rows.is_empty() {
        return writeln!(out, "<p class=\"lead\">None.</p>");
    }
    Table { caption, headings: &[heading, "Tickets", "Share"], rows }.write(out)
}

/// Tickets of each category.
pub fn examples(out: &mut String, examples: &Examples) -> fmt::Result {
    let text = "The first tickets of each category. Numbers as long as a card's are masked; names and \
                addresses are not. Take care where this page goes.";
    begin(out, "examples", "Examples", text)?;
    for (place, examples) in examples.by_answer.iter().enumerate() {
        if examples.is_empty() {
            continue;
        }
        writeln!(out, "<h3>{}</h3>\n<ul class=\"examples\">", answer_name(place))?;
        for example in examples {
            write_example(out, example)?;
        }
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "</section>")
}

fn write_example(out: &mut String, example: &Example) -> fmt::Result {
    let review = if example.needs_review { " · for review" } else { "" };
    let label = example.label.as_deref().map(|label| format!(" · label {}", escaped(label)));
    writeln!(
        out,
        "<li><strong>{}</strong> {}<span class=\"note\">line {} · confidence {:.3}{review}{}</span></li>",
        escaped(&example.subject),
        escaped(&example.text),
        example.line,
        example.confidence,
        label.unwrap_or_default()
    )
}

/// What was read, and what could not be.
pub fn reading(out: &mut String, facts: &RunFacts, figures: &Figures) -> fmt::Result {
    begin(out, "reading", "What was read", "")?;
    writeln!(out, "<ul>\n<li>{}</li>", escaped(&taken_columns(&facts.columns)))?;
    for line in wording::reading(facts, figures) {
        writeln!(out, "<li>{}</li>", escaped(&line))?;
    }
    for fault in &figures.first_faults {
        writeln!(out, "<li>Not readable: {}</li>", escaped(&fault.to_string()))?;
    }
    writeln!(out, "</ul>\n</section>")
}
