//! The parts of the page that compare suggestions with labels.

use std::fmt::{self, Write};

use copilot_core::ticket::Confidence;
use file_report::html::{Table, begin, grouped};

use super::plots::{self, Point};
use super::sections::names;
use crate::RunFacts;
use crate::figures::{
    ANSWERS, Bin, CATEGORIES, ClassQuality, Confusion, Figures, Share, answer_name, ratio,
};
use crate::wording::{self, percent};

/// Thousandths from one point of a curve to the next.
const CURVE_STEP: usize = 10;
/// Fewest rows that a point of the curve of accuracy stands for: of fewer it only jumps.
const CURVE_ROWS_MINIMUM: u64 = 10;

/// All that labels tell.
pub fn labels(out: &mut String, facts: &RunFacts, figures: &Figures) -> fmt::Result {
    begin(out, "labels", "Against the labels", &wording::labels(figures).join(" "))?;
    if figures.labels.unknown.total() > 0 {
        let unknown = &figures.labels.unknown;
        names(out, "Labels that mean none of our categories", "Label", unknown, figures.suggested)?;
    }
    writeln!(out, "</section>")?;
    if !figures.has_labels() {
        return Ok(());
    }
    confusion(out, &figures.labels.confusion)?;
    classes(out, figures.labels.categories())?;
    reliability(out, figures)?;
    thresholds(out, facts, figures)
}

/// The matrix is its own plot: a cell is as dark as its share of its row.
fn confusion(out: &mut String, confusion: &Confusion) -> fmt::Result {
    let text = "Each row is a label, each column what was suggested. The darker a cell, the more of its \
                row are in it. Framed cells are right.";
    begin(out, "confusion", "Labels and suggestions", text)?;
    writeln!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"confusion\">\n<table class=\"matrix\">\n<caption>Tickets by label and suggested category</caption>"
    )?;
    write!(out, "<thead><tr><th scope=\"col\">Label</th>")?;
    for place in 0..ANSWERS {
        write!(out, "<th scope=\"col\">{}</th>", answer_name(place))?;
    }
    writeln!(out, "<th scope=\"col\">all</th></tr></thead>\n<tbody>")?;
    for label in 0..CATEGORIES {
        let counts: Vec<u64> =
            (0..ANSWERS).map(|suggested| confusion.count(label, suggested)).collect();
        let all: u64 = counts.iter().sum();
        write!(out, "<tr><th scope=\"row\">{}</th>", answer_name(label))?;
        for (place, count) in counts.iter().enumerate() {
            let class = if place == label { " class=\"right\"" } else { "" };
            let share = ratio(*count, all);
            let shown = if *count == 0 { "·".to_owned() } else { grouped(*count) };
            write!(out, "<td{class} style=\"--share:{share:.3}\">{shown}</td>")?;
        }
        writeln!(out, "<td class=\"all\">{}</td></tr>", grouped(all))?;
    }
    writeln!(out, "</tbody>\n</table>\n</div>\n</section>")
}

fn classes(out: &mut String, classes: Vec<ClassQuality>) -> fmt::Result {
    let text = "Precision: of those suggested, the share that is right. Recall: of those labelled, the \
                share that is found. F1 is their harmonic mean; macro-F1 is its mean over the \
                categories that labels name.";
    begin(out, "classes", "Category by category", text)?;
    let share = |share: Share| match share.whole {
        0 => "–".to_owned(),
        _ => format!("{:.3}", share.share()),
    };
    let known = |share: Share| (share.whole > 0).then(|| share.share());
    let bars: Vec<(&str, Option<f64>, Option<f64>)> = classes
        .iter()
        .map(|class| (answer_name(class.class), known(class.precision), known(class.recall)))
        .collect();
    writeln!(out, "<div class=\"pair\">\n<figure>")?;
    plots::paired_bars(out, "class-plot", "Precision and recall by category", &bars)?;
    writeln!(
        out,
        "<p class=\"legend\"><span class=\"key sure\"></span> precision <span class=\"key review\"></span> recall</p>\n</figure>"
    )?;
    let row = |class: ClassQuality| {
        vec![
            answer_name(class.class).to_owned(),
            grouped(class.recall.whole),
            grouped(class.precision.whole),
            share(class.precision),
            share(class.recall),
            format!("{:.3}", class.f1),
        ]
    };
    Table {
        caption: "Precision and recall by category",
        headings: &["Category", "Labelled", "Suggested", "Precision", "Recall", "F1"],
        rows: classes.into_iter().map(row).collect(),
    }
    .write(out)?;
    writeln!(out, "</div>\n</section>")
}

fn reliability(out: &mut String, figures: &Figures) -> fmt::Result {
    let text = format!(
        "Of many suggestions with confidence 0.8, eight of ten should be right. Here confidence and accuracy \
         lie {:.3} apart on average.",
        figures.confidence.calibration_gap()
    );
    begin(out, "reliability", "Does the confidence keep its word?", &text)?;
    let bins = figures.confidence.bins();
    writeln!(out, "<div class=\"pair\">\n<figure>")?;
    plots::reliability(out, "reliability-plot", "Accuracy by confidence", &bins)?;
    writeln!(
        out,
        "<figcaption>Points on the dashed line keep it exactly; bars are 95 % intervals, larger points stand for more tickets.</figcaption>\n</figure>"
    )?;
    let row = |bin: &Bin| {
        let (low, high) = bin.right.interval();
        vec![
            format!("{:.1} to {:.1}", bin.from, bin.to),
            grouped(bin.right.whole),
            format!("{:.3}", bin.mean_confidence),
            percent(bin.right.share()),
            format!("{} to {}", percent(low), percent(high)),
        ]
    };
    Table {
        caption: "Accuracy by confidence",
        headings: &["Confidence", "Labelled", "Mean", "Right", "95 % interval"],
        rows: bins.iter().filter(|bin| bin.right.whole > 0).map(row).collect(),
    }
    .write(out)?;
    writeln!(out, "</div>\n</section>")
}

fn thresholds(out: &mut String, facts: &RunFacts, figures: &Figures) -> fmt::Result {
    let text = format!("{}.", wording::OTHER_THRESHOLDS);
    begin(out, "thresholds", "Other thresholds", &text)?;
    let mut coverage = Vec::new();
    let mut accuracy = Vec::new();
    for thousandths in (0..=1000_u16).step_by(CURVE_STEP) {
        let from = f64::from(thousandths) / 1000.0;
        let Ok(confidence) = Confidence::parse(from) else { continue };
        let sure = figures.confidence.sure_from(confidence);
        coverage.push(Point { x: from, y: sure.coverage.share() });
        if sure.right.whole >= CURVE_ROWS_MINIMUM {
            accuracy.push(Point { x: from, y: sure.right.share() });
        }
    }
    let threshold = facts.threshold.share();
    writeln!(out, "<div class=\"pair\">\n<figure>")?;
    let title = "Accuracy and coverage by threshold";
    plots::curves(out, "threshold-plot", title, &coverage, &accuracy, threshold)?;
    writeln!(
        out,
        "<p class=\"legend\"><span class=\"key line\"></span> accuracy <span class=\"key line dashed\"></span> coverage</p>\n</figure>"
    )?;
    let row = |from: Confidence| {
        let sure = figures.confidence.sure_from(from);
        let right = match sure.right.whole {
            0 => "–".to_owned(),
            _ => percent(sure.right.share()),
        };
        vec![
            format!("≥ {}", from.share()),
            grouped(sure.right.whole),
            percent(sure.coverage.share()),
            right,
        ]
    };
    Table {
        caption: title,
        headings: &["Confidence", "Labelled", "Coverage", "Accuracy"],
        rows: wording::thresholds(facts).into_iter().map(row).collect(),
    }
    .write(out)?;
    writeln!(out, "</div>\n</section>")
}
