//! Measures candidates side by side: whatever else the machine does at a time hits all of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::candidate::Candidate;
use crate::function_process::{FunctionProcess, ProcessError, Transport};
use crate::size::Size;
use crate::stand_in::StandIn;
use crate::statistics::{median, percentile};

/// Requests in a row to one candidate before it is the next one's turn.
const REQUESTS_IN_A_ROW: u32 = 10;
/// Requests before the first that counts: an interpreter needs some to get going.
const REQUESTS_AHEAD: u32 = 30;

/// How much is measured.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Amount {
    /// Processes started of each candidate
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub cold: u32,
    /// Requests to each candidate that has warmed up
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
    pub warm: u32,
}

/// What was measured of one candidate. Times are in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Median from the start of a process to the answer to its first event.
    pub cold_ms: f64,
    /// Median from the start of a process to its asking for an event.
    pub init_ms: f64,
    /// Median from the first event of a process to its answer.
    pub first_ms: f64,
    /// Median from a later event to its answer.
    pub warm_ms: f64,
    /// What 99 of 100 later events take at most.
    pub warm_p99_ms: f64,
    /// Mean time on a processor for a later event.
    pub cpu_ms: f64,
    /// The most memory of any process, in MiB.
    pub memory_mib: f64,
}

/// A candidate and what was measured of it.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// What the tables call it.
    pub name: &'static str,
    /// How large it is.
    pub size: Size,
    /// How it did.
    pub figures: Figures,
}

#[derive(Default)]
struct Samples {
    cold: Vec<f64>,
    init: Vec<f64>,
    first: Vec<f64>,
    warm: Vec<f64>,
    processor: Duration,
    peak_memory: u64,
}

/// Measures all `candidates` over `transport`; what they print goes to `folder`.
///
/// # Errors
/// [`ProcessError`].
pub async fn measure(
    candidates: &mut [Candidate],
    stand_in: &StandIn,
    transport: Transport,
    amount: Amount,
    folder: &Path,
) -> Result<Vec<Measured>, ProcessError> {
    let mut samples: Vec<Samples> = candidates.iter().map(|_| Samples::default()).collect();
    let log = |name: &str| folder.join(format!("{}.log", name.replace([' ', ','], "-")));
    // The first start of each reads its program from the disk, which is no part of the comparison.
    for round in 0..=amount.cold {
        for at in turns(candidates.len(), round) {
            let (candidate, samples) = (&mut candidates[at], &mut samples[at]);
            let log = log(candidate.name);
            let (process, start) =
                FunctionProcess::start(candidate, stand_in, transport, log).await?;
            samples.peak_memory = samples.peak_memory.max(process.peak_memory()?);
            process.stop().await?;
            if round > 0 {
                samples.cold.push(milliseconds(start.total));
                samples.init.push(milliseconds(start.init));
                samples.first.push(milliseconds(start.first));
            }
        }
    }
    measure_warm(candidates, &mut samples, stand_in, transport, amount, log).await?;
    let all = candidates.iter().zip(&samples);
    Ok(all
        .map(|(candidate, samples)| Measured {
            name: candidate.name,
            size: candidate.size,
            figures: samples.figures(),
        })
        .collect())
}

async fn measure_warm(
    candidates: &mut [Candidate],
    samples: &mut [Samples],
    stand_in: &StandIn,
    transport: Transport,
    amount: Amount,
    log: impl Fn(&str) -> PathBuf,
) -> Result<(), ProcessError> {
    let mut processes = Vec::new();
    for candidate in candidates.iter_mut() {
        let log = log(candidate.name);
        let (mut process, _) = FunctionProcess::start(candidate, stand_in, transport, log).await?;
        for _ in 0..REQUESTS_AHEAD {
            process.invoke(candidate).await?;
        }
        processes.push(process);
    }
    for round in 0..amount.warm.div_ceil(REQUESTS_IN_A_ROW) {
        for at in turns(candidates.len(), round) {
            let (process, samples) = (&mut processes[at], &mut samples[at]);
            let before = process.processor_time()?;
            for _ in 0..REQUESTS_IN_A_ROW {
                samples.warm.push(milliseconds(process.invoke(&mut candidates[at]).await?));
            }
            samples.processor += process.processor_time()?.saturating_sub(before);
        }
    }
    for (process, samples) in processes.iter().zip(&mut *samples) {
        samples.peak_memory = samples.peak_memory.max(process.peak_memory()?);
    }
    Ok(())
}

/// The order of one round. Each begins with another candidate and every second one goes backwards,
/// so that none always comes after the same one and gets its caches and leftovers.
fn turns(candidates: usize, round: u32) -> Vec<usize> {
    let first = usize::try_from(round / 2).unwrap_or_default();
    let mut turns: Vec<usize> = (0..candidates).cycle().skip(first).take(candidates).collect();
    if round % 2 == 1 {
        turns.reverse();
    }
    turns
}

impl Samples {
    fn figures(&self) -> Figures {
        let median = |values| median(values).unwrap_or(f64::NAN);
        let requests = u32::try_from(self.warm.len()).unwrap_or(u32::MAX);
        Figures {
            cold_ms: median(&self.cold),
            init_ms: median(&self.init),
            first_ms: median(&self.first),
            warm_ms: median(&self.warm),
            warm_p99_ms: percentile(&self.warm, 99).unwrap_or(f64::NAN),
            cpu_ms: milliseconds(self.processor) / f64::from(requests),
            memory_mib: mebibytes(self.peak_memory),
        }
    }
}

/// A duration for a table.
pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// A number of bytes for a table.
pub fn mebibytes(bytes: u64) -> f64 {
    // Exact up to 2^53 bytes.
    bytes as f64 / f64::from(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_has_a_turn_and_none_always_the_same() {
        let rounds: Vec<Vec<usize>> = (0..6).map(|round| turns(3, round)).collect();
        assert_eq!(rounds, [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1], [2, 0, 1], [1, 0, 2]]);
    }
}
