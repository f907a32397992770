//! Nobody makes triage slow by what they write: twice the text takes about twice the time.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::hint::black_box;
use std::time::Duration;

use chrono::DateTime;
use copilot_core::ticket::{contacts, mask, mask_personal_data};
use copilot_triage::{Threshold, Triage};
use nix::time::{ClockId, clock_gettime};

/// Characters of the shorter text.
const CHARACTERS: usize = 1_000;
/// How much longer the other text is: twice as long, twice.
const LENGTH: usize = 4;
/// How much longer it may take: two and a half times, twice. Where the time grows with the square of the
/// length it takes sixteen times as long.
const GROWTH: f64 = 2.5 * 2.5;
/// What is measured again before a pattern counts as slow: caches and the allocator are not linear.
const ATTEMPTS: usize = 6;
/// What is so fast at the greater length is not slow at all, however it grows.
const FAST: Duration = Duration::from_micros(200);

/// What a text that somebody writes to do harm may consist of: whatever the readers of texts look for
/// the beginning, the middle or the end of.
const PATTERNS: &[&str] = &[
    // Beginnings of numbers and contacts.
    "(",
    "+",
    "@",
    "0",
    "1",
    "4",
    "00",
    "(1",
    "+1",
    "((1",
    "+(",
    ")(",
    "1(",
    "1+",
    "@a",
    "a@",
    "a@b",
    "a@b.",
    "a@b.c ",
    "1 ",
    "1-",
    "1.",
    "1/",
    "1,",
    "12 ",
    "123-",
    "1234 ",
    "12345678 ",
    "4111 ",
    "411-",
    "4111111111111111 ",
    "4111111111111112",
    "4111-1111-",
    "41 11 ",
    "0 0 ",
    "9\n",
    "1\u{200b}",
    "1\u{ad}",
    "１",
    "４１１１",
    "٤",
    "&#52;",
    // Beginnings of IBANs, orders, trackings, versions, amounts, dates.
    "DE",
    "DE8",
    "DE89 ",
    "IBAN",
    "IBANDE89",
    "GB82 WEST ",
    "A1",
    "1Z",
    "1Z999",
    "JD0",
    "RR1",
    "order ",
    "order #",
    "#",
    "#1 ",
    "order 1 ",
    "no. ",
    "ORD-",
    "ORD-1",
    "v1",
    "v1.",
    "1.2.",
    "iOS ",
    "iPhone 1",
    "$",
    "$1",
    "$1,",
    "1,000",
    "€",
    "1.000,00 ",
    "USD ",
    "USD1 ",
    "1/2/",
    "2024-",
    "2024-11-",
    "1 May ",
    "Nov ",
    "last ",
    "yesterday ",
    "2 days ",
    "since ",
    "between ",
    "call ",
    "phone ",
    "tel",
    "http://",
    "https://a.",
    "www.",
    "//",
    "?a=",
    // Words of the policy, and of the model.
    "not ",
    "never ",
    "urgent ",
    "asap",
    "refund ",
    "fraud",
    "no one ",
    "don't ",
    "if ",
    "!",
    "?",
    "!?",
    "a ",
    "aa",
    "é",
    "日",
    "日本",
    "😀",
    "\n",
    "\t",
    " ",
    ". ",
    "\u{301}",
];

/// The processor's time of this thread: others on the machine do not count.
fn processor_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap().into()
}

fn time_of(work: impl FnOnce()) -> Duration {
    let before = processor_time();
    work();
    processor_time() - before
}

fn repeated(pattern: &str, characters: usize) -> String {
    pattern.chars().cycle().take(characters).collect()
}

fn triage(triage: &Triage, text: &str) {
    black_box(triage.suggest_for("Help", text, DateTime::UNIX_EPOCH));
    black_box(mask(text));
    black_box(mask_personal_data(text, &["Jane Roe"]));
    black_box(contacts(text).count());
}

#[test]
fn twice_the_text_takes_about_twice_the_time() {
    let model = Triage::new(Threshold::parse("0.8").unwrap()).unwrap();
    let mut slow: Vec<String> = Vec::new();
    for pattern in PATTERNS {
        let short = repeated(pattern, CHARACTERS);
        let long = repeated(pattern, LENGTH * CHARACTERS);
        let (mut least, mut of_long) = (Duration::MAX, Duration::MAX);
        let grows = (0..ATTEMPTS).all(|_| {
            least = least.min(time_of(|| triage(&model, &short)));
            of_long = of_long.min(time_of(|| triage(&model, &long)));
            of_long > FAST && of_long.as_secs_f64() > GROWTH * least.as_secs_f64()
        });
        if grows {
            slow.push(format!("{pattern:?}: {least:?}, then {of_long:?}"));
        }
    }
    assert_eq!(slow, [""; 0]);
}
