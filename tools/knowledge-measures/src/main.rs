//! Prints the figures of the card of the knowledge base, and the weights of its confidence.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use knowledge_measures::abstention::{AllJudged, FLOORS, Outcome, SOURCE, source};
use knowledge_measures::data::{Data, MeasureError};
use knowledge_measures::encoder::Reader;
use knowledge_measures::held::held;
use knowledge_measures::learned::{Known, replay};
use knowledge_measures::retrieval::hit_rates;

#[derive(Parser)]
#[command(about = "Measures search and suggested replies on public sets")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
    /// File that keeps what the encoder read, so that another run is quick
    #[arg(long, value_name = "FILE", global = true)]
    kept: Option<PathBuf>,
    /// Compare words alone, as without the language model
    #[arg(long, global = true)]
    words_alone: bool,
    /// Only the sets whose name holds this: AWS, phone, television or threads (repeatable)
    #[arg(long = "set", value_name = "NAME", global = true)]
    sets: Vec<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the tables of docs/knowledge.md
    Card {
        /// The folder that holds the sets
        #[arg(value_name = "DIR")]
        data: PathBuf,
    },
    /// Prints shared/knowledge/src/confidence/coefficients.rs
    Train {
        /// The folder that holds the sets
        #[arg(value_name = "DIR")]
        data: PathBuf,
    },
}

fn main() -> ExitCode {
    let CommandLine { command, kept, words_alone, sets } = CommandLine::parse();
    let reader = if words_alone { Ok(Reader::none()) } else { Reader::load(kept) };
    let result = reader.and_then(|reader| match command {
        Command::Card { data } => card(&data, &sets, &reader),
        Command::Train { data } => train(&data, &sets, &reader),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("knowledge-measures: {error}");
            ExitCode::FAILURE
        }
    }
}

fn train(folder: &Path, sets: &[String], reader: &Reader) -> Result<(), MeasureError> {
    let data = Data::read(folder)?;
    print!("{SOURCE}");
    let by_words = AllJudged::of(&data, sets, None)?.fitted(None);
    print!("{}", source("BY_WORDS", "Where words alone are compared.", &by_words));
    let by_meaning = AllJudged::of(&data, sets, Some(reader))?.fitted(None);
    print!("{}", source("BY_MEANING", "Where words and meanings are.", &by_meaning));
    reader.keep()
}

fn card(folder: &Path, sets: &[String], reader: &Reader) -> Result<(), MeasureError> {
    let data = Data::read(folder)?;
    retrieval(&data, sets, reader)?;
    learning(&data, reader)?;
    replies(&data, reader)?;
    println!("\n## By words and meaning");
    abstention(&AllJudged::of(&data, sets, Some(reader))?, true);
    reader.keep()?;
    println!("\n## By words alone");
    abstention(&AllJudged::of(&data, sets, None)?, false);
    Ok(())
}

fn retrieval(data: &Data, sets: &[String], reader: &Reader) -> Result<(), MeasureError> {
    println!("| hit@1 / @3 / @5 / MRR | articles | questions | words alone | words and meaning |");
    println!("|---|---|---|---|---|");
    for set in data.sets(sets) {
        let words = hit_rates(set, None)?;
        let both = hit_rates(set, Some(reader))?;
        reader.keep()?;
        let (articles, questions) = (set.articles.len(), words.questions);
        let (words, both) = (shares(words.shares()), shares(both.shares()));
        println!("| {} | {articles} | {questions} | {words} | {both} |", set.name);
    }
    Ok(())
}

fn learning(data: &Data, reader: &Reader) -> Result<(), MeasureError> {
    println!("\n| known of each article | tickets | hit@1 / @3 / @5 / MRR |\n|---|---|---|");
    let from: DateTime<Utc> =
        DateTime::parse_from_rfc3339("2024-07-01T00:00:00Z").unwrap_or_default().to_utc();
    for (name, known) in [
        ("its title", Known::Nothing),
        ("and its newest ticket", Known::PerArticle(1)),
        ("and its 3 newest tickets", Known::PerArticle(3)),
        ("and its 10 newest tickets", Known::PerArticle(10)),
        ("and all tickets before", Known::All),
    ] {
        let rates = replay(&data.titles, &data.cases, from, reader, known)?;
        reader.keep()?;
        println!("| {name} | {} | {} |", rates.questions, shares(rates.shares()));
    }
    Ok(())
}

fn replies(data: &Data, reader: &Reader) -> Result<(), MeasureError> {
    println!("\n| replies | answer held | words quoted |\n|---|---|---|");
    for (name, reader) in [("words alone", None), ("words and meaning", Some(reader))] {
        let found = held(&data.aws, reader)?;
        println!("| {name} | {} of {} | {:.0} |", found.held, found.questions, found.words);
    }
    Ok(())
}

fn abstention(judged: &AllJudged, by_meaning: bool) {
    let print = |title: &str, outcomes: &[Outcome]| {
        println!("\n{title}\n");
        println!(
            "| set | AUROC | answered / right / answered without article / answered of another domain, from a \
             confidence of {FLOORS:?} |\n|---|---|---|"
        );
        for outcome in outcomes {
            let curve = outcome.curve.iter().zip(&outcome.foreign).map(|(at, foreign)| {
                format!(
                    "{:.2}/{:.2}/{:.2}/{foreign:.3}",
                    at.answered, at.precision, at.unanswerable_answered
                )
            });
            let curve = curve.collect::<Vec<_>>().join(", ");
            println!("| {} | {:.3} | {curve} |", outcome.name, outcome.auroc);
        }
    };
    print("Ten parts of the first set", judged.by_parts().as_slice());
    print("Each set left out", &judged.left_out());
    print("As shipped", &judged.shipped(by_meaning));
}

fn shares(shares: [f64; 4]) -> String {
    shares.map(|share| format!("{share:.3}")).join(" / ")
}
