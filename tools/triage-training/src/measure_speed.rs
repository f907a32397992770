//! `measure-speed`: how long the word model and the sentence model take, and how much memory.

use std::time::{Duration, Instant};

use copilot_triage::category::{CategoryModel, MAX_TEXT_CHARS, ParseModelError};
use copilot_triage::category::{SentenceModel, SentenceModelError};
use thiserror::Error;

/// A ticket of 400 characters, as most are.
const TYPICAL: &str = "Order #2021 has not arrived. Hello, I ordered two pairs of running shoes on \
    the third of May and paid by card. The tracking page has said \"in transit\" since Friday of \
    last week and the courier does not answer the phone. I need them for a race on Sunday. Can you \
    tell me where the parcel is, or send a new pair by express? Otherwise I would rather have my \
    money back. My number is 555 0100. Best regards";

/// Arguments of `measure-speed`.
#[derive(clap::Args)]
pub struct Arguments {
    /// How often to predict
    #[arg(long, default_value_t = 1_000, value_name = "COUNT")]
    repeat: u32,
}

/// Why nothing could be measured.
#[derive(Debug, Error)]
pub enum SpeedError {
    /// The embedded model.
    #[error(transparent)]
    Model(#[from] ParseModelError),
    /// The sentence model.
    #[error(transparent)]
    SentenceModel(#[from] SentenceModelError),
}

/// Prints times and, where the system tells it, memory.
pub fn run(arguments: &Arguments) -> Result<(), SpeedError> {
    let before = resident_kilobytes();
    let start = Instant::now();
    let model = CategoryModel::embedded()?;
    println!("reading the model: {:.2} ms", milliseconds(start.elapsed()));
    println!("{}", model.name());
    let longest: String = TYPICAL.chars().cycle().take(MAX_TEXT_CHARS).collect();
    for (text, repeat) in [(TYPICAL, arguments.repeat), (longest.as_str(), 10)] {
        let start = Instant::now();
        let mut confidence = 0.0;
        for _ in 0..repeat {
            confidence = model.predict(text).confidence;
        }
        println!(
            "a text of {} characters: {:.3} ms (confidence {confidence:.3})",
            text.chars().count(),
            milliseconds(start.elapsed()) / f64::from(repeat.max(1)),
        );
    }
    let prediction = model.predict(TYPICAL);
    println!("{:?}: {:?}", prediction.category, prediction.reasons);
    if let (Some(before), Some(after)) = (before, resident_kilobytes()) {
        println!("memory: {before} KB before, {after} KB after");
    }
    measure_sentence_model()
}

fn measure_sentence_model() -> Result<(), SpeedError> {
    const REPEAT: u32 = 30;
    let start = Instant::now();
    let Some(model) = SentenceModel::load()? else {
        println!("built without the sentence model");
        return Ok(());
    };
    println!("reading the sentence model: {:.0} ms", milliseconds(start.elapsed()));
    for length in [40, 150, 400, 2_000] {
        let text: String = TYPICAL.chars().cycle().take(length).collect();
        let start = Instant::now();
        for _ in 0..REPEAT {
            model.scores(&text)?;
        }
        let each = milliseconds(start.elapsed()) / f64::from(REPEAT);
        println!("the sentence model on {length} characters: {each:.1} ms");
    }
    if let Some(after) = resident_kilobytes() {
        println!("memory: {after} KB after");
    }
    Ok(())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Resident memory, on Linux.
fn resident_kilobytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
