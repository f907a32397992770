//! The figures as one page of HTML with a plot.

mod plot;

use std::fmt::{self, Write};

use copilot_core::ticket::mask_personal_data;
use file_report::html::{self, Heading, Table, begin, escaped, grouped, key_figure};
use file_report::safe_text::{on_one_line, with_card_numbers_masked};

use crate::RunFacts;
use crate::articles::Articles;
use crate::figures::{Answer, Figures};
use crate::questions::{Asked, Questions};
use crate::wording::{self, percent};

/// What marks a page as one of ours, which a new one may replace.
pub const REPORT_MARK: &str = "customer-support-copilot knowledge report";
/// Replies that are shown in full.
const REPLIES: usize = 12;
/// Questions that are shown.
const QUESTIONS: usize = 500;
/// Longest question that is shown, in characters.
const QUESTION_CHARACTERS: usize = 300;

pub fn page(
    facts: &RunFacts,
    articles: &Articles,
    questions: &Questions,
    figures: &Figures,
) -> String {
    let run_at = facts.run_at.format("%Y-%m-%d %H:%M UTC");
    let about = format!("{} Run on {run_at}.", escaped(wording::method(figures)));
    let title = "What the articles answer of";
    let heading = Heading {
        mark: REPORT_MARK,
        kind: "knowledge report",
        title,
        file: &facts.file,
        about: &about,
    };
    html::page(&heading, |out| {
        key_figures(out, questions, figures)?;
        curve(out, figures)?;
        replies(out, questions, figures)?;
        unanswered(out, questions, figures)?;
        reading(out, facts, articles, questions, figures)
    })
}

fn key_figures(out: &mut String, questions: &Questions, figures: &Figures) -> fmt::Result {
    writeln!(out, "<dl class=\"key-figures\">")?;
    let all = questions.asked.len();
    key_figure(out, "Questions", &grouped(count(all)), "asked")?;
    let note = format!("at a confidence of {:.2}", figures.floor.share());
    key_figure(out, "Replies", &grouped(count(figures.replies())), &note)?;
    if let Some((way, rates)) = wording::ways(figures).last()
        && !figures.curve.is_empty()
    {
        key_figure(out, "Right article first", &percent(rates.first), way)?;
        key_figure(out, "Among the first five", &percent(rates.five), way)?;
    }
    writeln!(out, "</dl>")?;
    writeln!(out, "<aside><p>{}</p></aside>", escaped(wording::LIMITS))
}

fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn curve(out: &mut String, figures: &Figures) -> fmt::Result {
    if figures.curve.is_empty() {
        return Ok(());
    }
    begin(out, "curve", "How sure is sure enough", wording::CURVE)?;
    writeln!(out, "<figure>")?;
    plot::curve(out, "curve-plot", "Answers by confidence", figures)?;
    writeln!(
        out,
        "<figcaption>Full: answers that are right. Dashed: questions that are answered.</figcaption>\n</figure>"
    )?;
    Table {
        caption: "Answers by confidence",
        headings: &wording::CURVE_HEADINGS,
        rows: figures.curve.iter().map(|at| wording::at_floor(at).to_vec()).collect(),
    }
    .write(out)?;
    Table {
        caption: "How often the right article is found",
        headings: &["Found by", "First", "Among five"],
        rows: wording::ways(figures)
            .into_iter()
            .map(|(way, rates)| vec![way.to_owned(), percent(rates.first), percent(rates.five)])
            .collect(),
    }
    .write(out)?;
    writeln!(out, "</section>")
}

/// The question, as somebody else may see it.
fn shown(asked: &Asked) -> String {
    let masked = mask_personal_data(&with_card_numbers_masked(&asked.text), &[]);
    on_one_line(&masked, QUESTION_CHARACTERS)
}

fn replies(out: &mut String, questions: &Questions, figures: &Figures) -> fmt::Result {
    let text = "What an agent would see beside such a ticket.";
    begin(out, "replies", "Suggested replies", text)?;
    let both = questions.asked.iter().zip(&figures.answers);
    let replies = both.filter_map(|(asked, answer)| Some((asked, answer.reply.as_ref().ok()?)));
    for (asked, reply) in replies.take(REPLIES) {
        writeln!(out, "<h3>{}</h3>", escaped(&shown(asked)))?;
        writeln!(out, "<p class=\"muted\">Confidence {:.2}", reply.confidence.share())?;
        if let Some(remark) = reply.remark() {
            writeln!(out, ". {}", escaped(&remark))?;
        }
        writeln!(out, "</p>")?;
        for paragraph in reply.text.split("\n\n") {
            writeln!(out, "<p>{}</p>", escaped(paragraph).replace('\n', "<br>"))?;
        }
        let sources = reply.quotations.iter().map(|quoted| {
            let (start, end) = (quoted.span.start(), quoted.span.end());
            format!("{} v{}, bytes {start} to {end}", quoted.article.as_str(), quoted.version)
        });
        let sources = sources.collect::<Vec<_>>().join("; ");
        writeln!(out, "<p class=\"muted\">From {}.</p>", escaped(&sources))?;
    }
    writeln!(out, "</section>")
}

fn unanswered(out: &mut String, questions: &Questions, figures: &Figures) -> fmt::Result {
    let text = "Where an article is missing, or does not say it in the customers' words.";
    begin(out, "unanswered", "Questions without a reply", text)?;
    let row = |(asked, answer): (&Asked, &Answer)| {
        let reason = answer.reply.as_ref().err()?;
        let best = answer.best.as_ref().map_or("–", |(_, title)| title.as_str());
        let sure = format!("{:.2}", answer.confidence.share());
        Some(vec![shown(asked), best.to_owned(), sure, reason.to_string()])
    };
    let rows = questions.asked.iter().zip(&figures.answers).filter_map(row);
    Table {
        caption: "Questions without a reply, with the article that fits best",
        headings: &["Question", "Fits best", "Confidence", "Why no reply"],
        rows: rows.take(QUESTIONS).collect(),
    }
    .write(out)?;
    writeln!(out, "</section>")
}

/// What was read, and what could not be.
fn reading(
    out: &mut String,
    facts: &RunFacts,
    articles: &Articles,
    questions: &Questions,
    figures: &Figures,
) -> fmt::Result {
    begin(out, "reading", "What was read", &format!("Articles from {}.", facts.folder))?;
    writeln!(out, "<ul>")?;
    let refused = articles.refused.iter().map(|refused| format!("Refused: {refused}"));
    for line in wording::reading(articles, questions, figures).into_iter().chain(refused) {
        writeln!(out, "<li>{}</li>", escaped(&line))?;
    }
    writeln!(out, "</ul>\n</section>")
}
