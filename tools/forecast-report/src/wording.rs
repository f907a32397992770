//! Sentences that the text and the page share.

pub use file_report::html::percent;

use copilot_forecast::daily::{Backtest, MODEL, Method, RangeBasis, Score};

use file_report::columns::taken_columns;

use crate::RunFacts;
use crate::figures::{Figures, Verdict};

/// What a back-test does not tell.
pub const LIMITS: &str = "A back-test says how right these forecasts would have been on this file. It does not know of \
     launches, outages or holidays that are still to come unless a file of events names them, and after a sudden change \
     of the level forecasts are wrong for some days.";

/// The error of a method.
pub fn wape(score: Score) -> String {
    score.wape().map_or("–".to_owned(), percent)
}

/// What is recommended, and why.
pub fn verdict(figures: &Figures) -> String {
    match (figures.verdict(), figures.judged()) {
        (Verdict::Recommended, Some((ahead, found))) => format!(
            "Recommended: over {} forecasts of {ahead} days the error was {} of the tickets, against {} with last week's \
             counts and {} with the average of eight weeks.",
            found.origins,
            wape(found.ours),
            wape(found.last_week),
            wape(found.eight_weeks)
        ),
        (Verdict::NotRecommended, Some((ahead, found))) => {
            let (closer, score) = closer(found);
            format!(
                "Not recommended: over {} forecasts of {ahead} days the error was {} of the tickets, and {closer} did as well \
                 or better ({}). Plan with that.",
                found.origins,
                wape(found.ours),
                wape(score)
            )
        }
        _ => "Not recommended yet: there is too little history to tell whether these forecasts are better than last week's \
              counts. About eight weeks are enough."
            .to_owned(),
    }
}

/// The closer one of the simpler methods, with its score.
fn closer(found: &Backtest) -> (&'static str, Score) {
    if found.last_week.off() <= found.eight_weeks.off() {
        ("last week's counts", found.last_week)
    } else {
        ("the average of eight weeks", found.eight_weeks)
    }
}

/// How the forecast was made.
pub fn method(figures: &Figures) -> String {
    let method = match figures.forecast.method {
        Method::SmoothedLevel => {
            "smoothed levels with weekdays and events (the middle of the last weekdays counts a quarter)"
        }
        Method::LastWeek => "the same weekday of the last week, which was closer of late",
    };
    format!(
        "Model {MODEL}: {method}. Data until {}, {} days.",
        figures.forecast.data_until, figures.forecast.history_days
    )
}

/// What the ranges are.
pub fn ranges(figures: &Figures) -> &'static str {
    match figures.forecast.days.first().map(|day| day.basis) {
        Some(RangeBasis::NotEnoughHistory) => {
            "There is not enough history for ranges: those shown are of chance alone, and the true ones are wider."
        }
        _ => "Ranges are from how far past forecasts were off; about four of five days lie within.",
    }
}

/// What became of the rows, one line for each thing that is to be known.
pub fn reading(facts: &RunFacts) -> Vec<String> {
    let rows = &facts.rows;
    let mut lines = vec![
        taken_columns(&facts.columns),
        format!("Rows: {}; counted {}, not readable {}.", rows.rows, rows.counted, rows.unreadable),
    ];
    lines.extend(facts.text.remark());
    if rows.repeated > 0 {
        lines.push(format!(
            "Of {} rows, the ticket was there before; it counts once.",
            rows.repeated
        ));
    }
    if rows.without_time > 0 {
        lines.push(format!(
            "Of {} rows, the time of creation is missing or cannot be read (of {}, day and month cannot be told apart); they do not count.",
            rows.without_time, rows.ambiguous
        ));
    }
    if rows.to_come > 0 {
        lines
            .push(format!("{} rows were created after this run; they do not count.", rows.to_come));
    }
    if rows.too_old > 0 {
        lines.push(format!("{} rows are older than ten years; they do not count.", rows.too_old));
    }
    lines.push(format!(
        "Days begin in the time zone {}. The last day of the file is taken to be incomplete and does not count.",
        facts.zone.name()
    ));
    lines
}
