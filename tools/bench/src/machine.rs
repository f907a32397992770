//! What the figures were measured on.

use std::fmt;

use chrono::{DateTime, Utc};

/// A machine at a time.
pub struct Machine {
    processor: String,
    cores: usize,
    load: Option<f64>,
    at: DateTime<Utc>,
}

impl Machine {
    /// This machine, now. Ask before measuring: afterwards the load is the measurement's own.
    pub fn now() -> Self {
        let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            processor: processor(&information),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            load: load.split_whitespace().next().and_then(|load| load.parse().ok()),
            at: Utc::now(),
        }
    }
}

fn processor(information: &str) -> String {
    let model = information
        .lines()
        .find_map(|line| line.split_once(':').filter(|(name, _)| name.trim() == "model name"));
    model.map_or("an unknown processor", |(_, model)| model.trim()).to_owned()
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { processor, cores, load, at } = self;
        write!(formatter, "{cores} cores of {processor}, {}", at.format("%Y-%m-%d"))?;
        match load {
            Some(load) => write!(formatter, ", load {load:.1} from other work at the start"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named() {
        let information = "processor\t: 0\nmodel name\t: Example 9000 @ 3:1\n";
        assert_eq!(processor(information), "Example 9000 @ 3:1");
        assert_eq!(processor(""), "an unknown processor");
    }
}
