//! The figures as one page of HTML with plots.

mod plots;

use std::fmt::{self, Write};

use copilot_forecast::trends::unusual::Direction;
use file_report::html::{self, Heading, Table, begin, escaped, grouped, key_figure};

use crate::RunFacts;
use crate::figures::{AHEAD, Figures, Verdict, week_by_hour};
use crate::wording::{self, percent, wape};

/// What marks a page as one of ours, which a new one may replace.
pub const REPORT_MARK: &str = "customer-support-copilot forecast report";
/// The days of a week.
const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

pub fn page(facts: &RunFacts, figures: &Figures) -> String {
    let run_at = facts.run_at.format("%Y-%m-%d %H:%M UTC");
    let heading = Heading {
        mark: REPORT_MARK,
        kind: "forecast report",
        title: "Tickets to come, from",
        file: &facts.file,
        about: &format!("{} Run on {run_at}.", escaped(&wording::method(figures))),
    };
    html::page(&heading, |out| {
        key_figures(out, figures)?;
        verdict(out, figures)?;
        days(out, figures)?;
        backtests(out, figures)?;
        hours(out, figures)?;
        labels(out, figures)?;
        unusual(out, figures)?;
        reading(out, facts)
    })
}

fn key_figures(out: &mut String, figures: &Figures) -> fmt::Result {
    let week = &figures.forecast.days[..figures.forecast.days.len().min(7)];
    let expected: f64 = week.iter().map(|day| day.tickets).sum();
    writeln!(out, "<dl class=\"key-figures\">")?;
    if let Some(day) = week.first() {
        let range = format!("{}, {} to {}", day.date, day.range_80.low, day.range_80.high);
        key_figure(out, "Next day", &format!("{:.0}", day.tickets), &range)?;
    }
    let note = format!("tickets in {} days", week.len());
    key_figure(out, "Next week", &format!("{expected:.0}"), &note)?;
    let judged = figures.judged().map(|(_, found)| *found);
    if let Some(found) = judged.or(figures.backtests[1]).or(figures.backtests[0]) {
        let note = format!("last week's counts: {}", wape(found.last_week));
        key_figure(out, "Error", &wape(found.ours), &note)?;
        let held = found.cover_80.share().map_or("–".to_owned(), percent);
        key_figure(out, "Within the range", &held, "80 % is what it is made for")?;
    }
    writeln!(out, "</dl>")
}

fn verdict(out: &mut String, figures: &Figures) -> fmt::Result {
    let title = match figures.verdict() {
        Verdict::Recommended => "Of use for this team",
        Verdict::NotRecommended => "Not of use for this team",
        Verdict::TooLittleHistory => "Too early to tell",
    };
    writeln!(out, "<aside aria-labelledby=\"verdict\">\n<h2 id=\"verdict\">{title}</h2>")?;
    for text in [wording::verdict(figures).as_str(), wording::LIMITS] {
        writeln!(out, "<p>{}</p>", escaped(text))?;
    }
    writeln!(out, "</aside>")
}

fn days(out: &mut String, figures: &Figures) -> fmt::Result {
    begin(out, "days", "Day by day", wording::ranges(figures))?;
    writeln!(out, "<figure>")?;
    plots::days(out, "days-plot", "Tickets a day", figures)?;
    writeln!(
        out,
        "<figcaption>Full: what came. Dashed: what is expected, with the range of 80 %.</figcaption>\n</figure>"
    )?;
    let rows = figures.forecast.days.iter().map(|day| {
        let events: Vec<String> = day
            .reasons
            .events
            .iter()
            .filter(|(_, factor)| (factor - 1.0).abs() >= 0.005)
            .map(|(name, factor)| format!("{} {:+.0} %", name.as_str(), (factor - 1.0) * 100.0))
            .collect();
        vec![
            day.date.format("%a %Y-%m-%d").to_string(),
            format!("{:.1}", day.tickets),
            format!("{} to {}", day.range_80.low, day.range_80.high),
            format!("{} to {}", day.range_95.low, day.range_95.high),
            format!("{:.1}", day.reasons.level),
            format!("{:+.0} %", (day.reasons.weekday - 1.0) * 100.0),
            events.join(", "),
        ]
    });
    Table {
        caption: "Tickets expected each day, and why",
        headings: &["Day", "Tickets", "80 % range", "95 % range", "Level", "Weekday", "Events"],
        rows: rows.collect(),
    }
    .write(out)?;
    writeln!(out, "</section>")
}

fn backtests(out: &mut String, figures: &Figures) -> fmt::Result {
    let text = "The forecasts made again from past days, each of what was known then. The error is the sum of \
                what they were off by, as a share of the tickets that came.";
    begin(out, "backtests", "How right it would have been", text)?;
    let held = |share: Option<f64>| share.map_or("–".to_owned(), percent);
    let rows: Vec<Vec<String>> = AHEAD
        .iter()
        .zip(&figures.backtests)
        .filter_map(|(ahead, found)| {
            let found = found.as_ref()?;
            Some(vec![
                ahead.to_string(),
                found.origins.to_string(),
                wape(found.ours),
                wape(found.last_week),
                wape(found.eight_weeks),
                held(found.cover_80.share()),
                held(found.cover_95.share()),
            ])
        })
        .collect();
    if rows.is_empty() {
        writeln!(out, "<p>There are too few days.</p>")?;
    } else {
        Table {
            caption: "Errors by days ahead",
            headings: &[
                "Days ahead",
                "Forecasts",
                "Error",
                "Last week's counts",
                "Average of eight weeks",
                "80 % range held",
                "95 % range held",
            ],
            rows,
        }
        .write(out)?;
    }
    writeln!(out, "</section>")
}

/// Tickets of each weekday by hour of the clock.
fn hours(out: &mut String, figures: &Figures) -> fmt::Result {
    let text = "Tickets expected in each hour of the next seven days, by the clock of the team's time zone.";
    begin(out, "hours", "Hour by hour", text)?;
    let week = week_by_hour(figures);
    let most = week.iter().flatten().fold(0.0_f64, |most, hour| most.max(*hour));
    writeln!(
        out,
        "<div class=\"scroll\">\n<table class=\"matrix narrow\">\n<caption>Tickets by weekday and hour</caption>"
    )?;
    write!(out, "<thead><tr><th scope=\"col\">Day</th>")?;
    for hour in 0..24 {
        write!(out, "<th scope=\"col\">{hour}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for (name, hours) in WEEKDAYS.iter().zip(week) {
        write!(out, "<tr><th scope=\"row\">{name}</th>")?;
        for hour in hours {
            let share = if most > 0.0 { hour / most } else { 0.0 };
            write!(out, "<td style=\"--share:{share:.3}\">{hour:.1}</td>")?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>\n</div>\n</section>")
}

fn labels(out: &mut String, figures: &Figures) -> fmt::Result {
    if figures.labels.is_empty() {
        return Ok(());
    }
    begin(out, "labels", "By label", "Each forecast by itself, then brought to the sum of all.")?;
    let rows = figures.labels.iter().map(|label| {
        vec![label.label.clone(), grouped(label.tickets), format!("{:.1}", label.next_week)]
    });
    Table {
        caption: "Tickets by label",
        headings: &["Label", "Last 28 days", "Next 7 days"],
        rows: rows.collect(),
    }
    .write(out)?;
    writeln!(out, "</section>")
}

fn unusual(out: &mut String, figures: &Figures) -> fmt::Result {
    let text = "Days of the last three months that were far from what was to come.";
    begin(out, "unusual", "Unusual days", text)?;
    if let Some(change) = figures.level_change {
        let percent = (change.factor - 1.0) * 100.0;
        writeln!(out, "<p>The level is {percent:+.0} % since about {}.</p>", change.since)?;
    }
    if figures.unusual.is_empty() {
        writeln!(out, "<p>None.</p>\n</section>")?;
        return Ok(());
    }
    let rows = figures.unusual.iter().rev().map(|day| {
        let direction = match day.direction {
            Direction::High => "more",
            Direction::Low => "fewer",
        };
        vec![
            day.date.to_string(),
            day.tickets.to_string(),
            format!("{:.0}", day.expected),
            direction.to_owned(),
        ]
    });
    Table {
        caption: "Unusual days, the latest first",
        headings: &["Day", "Tickets", "Expected", "Far"],
        rows: rows.collect(),
    }
    .write(out)?;
    writeln!(out, "</section>")
}

/// What was read, and what could not be.
fn reading(out: &mut String, facts: &RunFacts) -> fmt::Result {
    begin(out, "reading", "What was read", "")?;
    writeln!(out, "<ul>")?;
    for line in wording::reading(facts) {
        writeln!(out, "<li>{}</li>", escaped(&line))?;
    }
    writeln!(out, "</ul>\n</section>")
}
