//! Trains and measures the models of triage. No part of it is deployed.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

mod arguments;
mod convert;
mod dataset;
mod evaluate;
mod extraction;
mod language_reach;
mod measure_speed;
mod measures;
mod protocol;
mod recipe;
mod rows;
mod sentence_model;
mod simulate_corrections;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Trains and measures the models of triage")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Trains the model of categories and writes its file
    Train(train::Arguments),
    /// Measures training on sources that it has not seen
    Evaluate(evaluate::Arguments),
    /// Turns a model's file of layout 1 into one that names its classes
    Convert(convert::Arguments),
    /// Measures what the sentence model and the ensemble bring, and trains the linear part
    SentenceScores(sentence_model::Arguments),
    /// Measures how long the embedded model takes, and how much memory
    MeasureSpeed(measure_speed::Arguments),
    /// Writes the rows that training and evaluation use, for other programs
    Rows(rows::Arguments),
    /// Shows what corrections by agents bring on a source that training has not seen
    SimulateCorrections(simulate_corrections::Arguments),
    /// Measures how well dates, amounts and order numbers are found
    Extraction(extraction::Arguments),
    /// Measures how many texts in English and in other languages get a category
    LanguageReach(language_reach::Arguments),
}

fn main() -> ExitCode {
    let result: Result<(), Box<dyn std::error::Error>> = match CommandLine::parse().command {
        Command::Train(arguments) => train::run(&arguments).map_err(Into::into),
        Command::Evaluate(arguments) => evaluate::run(&arguments).map_err(Into::into),
        Command::Convert(arguments) => convert::run(&arguments).map_err(Into::into),
        Command::MeasureSpeed(arguments) => measure_speed::run(&arguments).map_err(Into::into),
        Command::Rows(arguments) => rows::run(&arguments).map_err(Into::into),
        Command::SimulateCorrections(arguments) => {
            simulate_corrections::run(&arguments).map_err(Into::into)
        }
        Command::SentenceScores(arguments) => sentence_model::run(&arguments).map_err(Into::into),
        Command::Extraction(arguments) => extraction::run(&arguments).map_err(Into::into),
        Command::LanguageReach(arguments) => language_reach::run(&arguments).map_err(Into::into),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("triage-training: {error}");
            ExitCode::FAILURE
        }
    }
}
