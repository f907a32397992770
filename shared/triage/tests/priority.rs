//! The policy of priority on labelled texts. `docs/priority-rubric.md` says how they were labelled, and
//! how little the figures of all parts but the last round say.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use copilot_core::ticket::Priority;
use copilot_triage::priority::assess;
use serde::Deserialize;

const TEXTS: &str = include_str!("priority/texts.jsonl");
const TEXTS_AFTER: &str = include_str!("priority/texts_after.jsonl");

#[derive(Deserialize)]
struct Labelled {
    subject: String,
    description: String,
    priority: Priority,
    #[serde(rename = "half")]
    part: Part,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Part {
    Tuning,
    Final,
    After,
    Fresh3,
}

/// How often each priority was told, by the one that the rubric gives: low, medium, high, critical.
struct Confusion([[u32; 4]; 4]);

impl Confusion {
    fn of(part: Part) -> Self {
        let mut counts = [[0; 4]; 4];
        for line in TEXTS.lines().chain(TEXTS_AFTER.lines()) {
            let text: Labelled = serde_json::from_str(line).unwrap();
            if text.part == part {
                let told = assess(&text.subject, &text.description);
                counts[text.priority as usize][told.priority as usize] += 1;
            }
        }
        Self(counts)
    }

    fn share(&self, counts: impl Fn(usize, usize) -> bool) -> f64 {
        let mut counted = 0;
        let mut all = 0;
        for (label, row) in self.0.iter().enumerate() {
            for (told, texts) in row.iter().enumerate() {
                all += texts;
                counted += if counts(label, told) { *texts } else { 0 };
            }
        }
        f64::from(counted) / f64::from(all)
    }

    fn accuracy(&self) -> f64 {
        self.share(|label, told| label == told)
    }

    fn within_one_step(&self) -> f64 {
        self.share(|label, told| label.abs_diff(told) <= 1)
    }

    fn macro_f1(&self) -> f64 {
        let f1 = |class: usize| {
            let right = f64::from(self.0[class][class]);
            let labelled: u32 = self.0[class].iter().sum();
            let told: u32 = self.0.iter().map(|row| row[class]).sum();
            2.0 * right / f64::from(labelled + told)
        };
        (0..4).map(f1).sum::<f64>() / 4.0
    }

    fn figures(&self) -> String {
        format!(
            "accuracy {:.3}, macro-F1 {:.3}, within one step {:.3}, {:?}",
            self.accuracy(),
            self.macro_f1(),
            self.within_one_step(),
            self.0
        )
    }
}

#[test]
fn the_half_for_tuning_is_told_as_the_rubric_says() {
    let confusion = Confusion::of(Part::Tuning);
    println!("tuning: {}", confusion.figures());
    assert!(confusion.accuracy() >= 0.95 && confusion.macro_f1() >= 0.95);
}

#[test]
fn the_final_half_is_told_about_as_well_as_it_was_when_looked_at() {
    let confusion = Confusion::of(Part::Final);
    println!("final: {}", confusion.figures());
    assert!(confusion.accuracy() >= 0.9 && confusion.macro_f1() >= 0.9);
}

#[test]
fn texts_written_after_the_rules_are_told_about_as_well_as_when_looked_at() {
    let confusion = Confusion::of(Part::After);
    println!("after: {}", confusion.figures());
    assert!(confusion.accuracy() >= 0.45 && confusion.within_one_step() >= 0.72);
}

#[test]
fn texts_written_just_before_the_rules_were_widened_are_told_about_as_well_as_when_looked_at() {
    let confusion = Confusion::of(Part::Fresh3);
    println!("fresh3: {}", confusion.figures());
    assert!(confusion.accuracy() >= 0.85 && confusion.macro_f1() >= 0.85);
}
