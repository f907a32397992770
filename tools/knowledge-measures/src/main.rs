//! Prints the figures of the card of the knowledge base.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use knowledge_measures::data::{Data, MeasureError};
use knowledge_measures::encoder::Reader;
use knowledge_measures::retrieval::hit_rates;

#[derive(Parser)]
#[command(about = "Measures search and suggested replies on public sets")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the tables of docs/knowledge.md
    Card {
        /// The folder that holds the sets
        #[arg(value_name = "DIR")]
        data: PathBuf,
        /// File that keeps what the encoder read, so that another run is quick
        #[arg(long, value_name = "FILE")]
        kept: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let result = match CommandLine::parse().command {
        Command::Card { data, kept } => card(&data, kept),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("knowledge-measures: {error}");
            ExitCode::FAILURE
        }
    }
}

fn card(folder: &std::path::Path, kept: Option<PathBuf>) -> Result<(), MeasureError> {
    let data = Data::read(folder)?;
    let reader = Reader::load(kept)?;
    println!("| hit@1 / @3 / @5 / MRR | articles | questions | words alone | words and meaning |\n|---|---|---|---|---|");
    for set in [&data.aws, &data.phone, &data.television, &data.threads] {
        let words = hit_rates(set, None)?;
        let both = hit_rates(set, Some(&reader))?;
        reader.keep()?;
        let shown = |shares: [f64; 4]| shares.map(|share| format!("{share:.3}")).join(" / ");
        println!(
            "| {} | {} | {} | {} | {} |",
            set.name,
            set.articles.len(),
            words.questions,
            shown(words.shares()),
            shown(both.shares())
        );
    }
    Ok(())
}
