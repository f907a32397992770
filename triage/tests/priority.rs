//! The policy of priority on 200 labelled texts; `priority/RUBRIC.md` says how they were labelled.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use copilot_core::ticket::Priority;
use copilot_triage::priority::assess;
use serde::Deserialize;

#[derive(Deserialize)]
struct Labelled {
    subject: String,
    description: String,
    priority: Priority,
    half: Half,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Half {
    Tuning,
    Final,
}

/// How often each priority was told, by the one that the rubric gives: low, medium, high, critical.
struct Confusion([[u32; 4]; 4]);

impl Confusion {
    fn of(half: Half) -> Self {
        let mut counts = [[0; 4]; 4];
        for line in include_str!("priority/texts.jsonl").lines() {
            let text: Labelled = serde_json::from_str(line).unwrap();
            if text.half == half {
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
    let confusion = Confusion::of(Half::Tuning);
    println!("tuning: {}", confusion.figures());
    assert!(confusion.accuracy() >= 0.5);
}
