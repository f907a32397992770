//! Any texts as a ticket's: triage makes something of them, and soon.

#![no_main]

use std::time::{Duration, Instant};

use copilot_core::ticket::mask_personal_data;
use copilot_triage::{Threshold, Triage};
use libfuzzer_sys::fuzz_target;

/// How long the longest description may take, by far: a linear reader needs milliseconds, also with a
/// sanitizer. A text that a reader is slow at needs seconds.
const LIMIT: Duration = Duration::from_secs(1);

fuzz_target!(init: {
    // What is made ready once does not count.
    let _ = triage();
}, |texts: (&str, &str)| {
    let (subject, description) = texts;
    let started = Instant::now();
    let suggestion = triage().suggest_for(subject, description, Default::default());
    let _ = mask_personal_data(description, &[subject]);
    let took = started.elapsed();
    assert!(took < LIMIT, "{took:?} for {} bytes", description.len());
    for extracted in &suggestion.extracted {
        assert!(!format!("{extracted:?}").is_empty());
    }
});

fn triage() -> &'static Triage {
    static TRIAGE: std::sync::OnceLock<Triage> = std::sync::OnceLock::new();
    TRIAGE.get_or_init(|| {
        let threshold = Threshold::parse("0.8").expect("a threshold");
        Triage::new(threshold).expect("the embedded model")
    })
}
