//! Prints the figures of the card of forecasts.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

mod speed;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use copilot_forecast::daily::{Backtest, Calendar, Origins, Score, backtest};
use copilot_forecast::trends::unusual::unusual_days;
use forecast_measures::data::Data;
use forecast_measures::protocol::{self, AHEAD};

#[derive(Parser)]
#[command(about = "Measures forecasts on public counts")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the tables of docs/forecast-card.md
    Card {
        /// The folder that holds the sets
        #[arg(value_name = "DIR")]
        data: PathBuf,
    },
    /// Measures how long forecasts of five years of half hours take, and how much memory
    Speed,
}

fn main() -> ExitCode {
    let result = match CommandLine::parse().command {
        Command::Card { data } => card(&data),
        Command::Speed => speed::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("forecast-measures: {error}");
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn card(folder: &Path) -> Outcome {
    let data = Data::read(folder)?;
    let none = Calendar::default();
    println!("Questions by day, {} forecasts\n", protocol::origins(&data.questions).len());
    println!("| | 7 | 14 | 28 |\n|---|---|---|---|");
    let without = protocol::daily(&data.questions, &none)?;
    let with = protocol::daily(&data.questions, &data.releases)?;
    let row = |name: &str, found: &[Backtest; 3], score: fn(&Backtest) -> Option<f64>| {
        println!(
            "| {name} | {} |",
            found.iter().map(|f| share(score(f))).collect::<Vec<_>>().join(" | ")
        );
    };
    row("last week's counts", &without, |found| found.last_week.wape());
    row("average of eight weeks", &without, |found| found.eight_weeks.wape());
    row("ours", &without, |found| found.ours.wape());
    row("ours with the releases", &with, |found| found.ours.wape());
    row("80 % range held", &without, |found| found.cover_80.share());
    row("its width by the mean", &without, |found| found.cover_80.width());
    row("95 % range held", &without, |found| found.cover_95.share());
    row("80 % range held, with the releases", &with, |found| found.cover_80.share());
    row("its width by the mean", &with, |found| found.cover_80.width());
    row("95 % range held, with the releases", &with, |found| found.cover_95.share());
    println!(
        "\n| 14 days, by year | last week | ours | with the releases | 80 % held |\n|---|---|---|---|---|"
    );
    let by_year = protocol::by_year(&data.questions, &data.releases)?;
    for (year, found) in protocol::by_year(&data.questions, &none)? {
        let with = by_year.get(&year).copied().unwrap_or_default();
        println!(
            "| {year} | {} | {} | {} | {} |",
            wape(found.last_week),
            wape(found.ours),
            wape(with.ours),
            share(found.cover_80.share())
        );
    }
    others(&data)?;
    hours(&data);
    println!("\nUnusual days of the questions:");
    for day in unusual_days(&data.questions, &data.releases) {
        println!("{} {} for {:.0}", day.date, day.tickets, day.expected);
    }
    Ok(())
}

/// Other series, and short ones.
fn others(data: &Data) -> Outcome {
    println!(
        "\n| other counts, 14 days | last week | eight weeks | ours | 80 % held |\n|---|---|---|---|---|"
    );
    let calls = ("calls to a bank", &data.calls, 42, 1);
    let topics = data.topics.iter().map(|(name, counts)| (name.as_str(), counts, 60, 9));
    for (name, counts, first, every) in topics.chain([calls]) {
        let found = backtest(counts, &Calendar::default(), Origins { first, every, ahead: 14 })?;
        println!(
            "| {name} | {} | {} | {} | {} |",
            wape(found.last_week),
            wape(found.eight_weeks),
            wape(found.ours),
            share(found.cover_80.share())
        );
    }
    println!("\n| days of history | 14 days |\n|---|---|");
    for days in [3, 7, 14, 21, 28, 56, 182, 365] {
        println!("| {days} | {} |", wape(protocol::cold_start(&data.questions, days)?));
    }
    Ok(())
}

fn hours(data: &Data) {
    // By hour the first day is a day later.
    let Ok(counts) = data.questions_by_hour.daily() else { return };
    let found = protocol::by_hour(&data.questions_by_hour, &counts);
    println!(
        "\n| the next week by the hour | hour | 4 hours | day | 80 % held | 95 % held |\n|---|---|---|---|---|---|"
    );
    println!("| average of eight weeks | {} | | | | |", wape(found.average));
    println!(
        "| ours | {} | {} | {} | {:.3} | {:.3} |",
        wape(found.hour),
        wape(found.four_hours),
        wape(found.day),
        found.held_80,
        found.held_95
    );
    println!("\n| the rest of the day at | as forecast | corrected |\n|---|---|---|");
    for (hour, fixed, corrected) in protocol::today(&data.questions_by_hour, &counts) {
        println!("| {hour} h | {} | {} |", wape(fixed), wape(corrected));
    }
    println!("\nDays ahead that are reported: {AHEAD:?}.");
}

fn wape(score: Score) -> String {
    share(score.wape())
}

fn share(share: Option<f64>) -> String {
    share.map_or("–".to_owned(), |share| format!("{share:.4}"))
}
