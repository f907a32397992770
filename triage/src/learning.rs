//! Learning from what agents set, and whether it helped.

use crate::category::{AdaptError, Adaptation, CategoryModel, Correction, MAX_CORRECTIONS};

/// One in so many corrections is held back to judge by.
const HELD_BACK_ONE_IN: u32 = 5;
/// Fewest corrections that are learned from. Fewer say more of chance than of a desk.
const FEWEST_TO_LEARN_FROM: usize = 20;
/// Fewest corrections that are judged by.
const FEWEST_TO_JUDGE_BY: usize = 5;

/// A correction, and a number that always decides the same about it: a ticket's digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedCorrection {
    /// Decides whether it is held back.
    pub number: u32,
    /// The correction.
    pub correction: Correction,
}

/// What was learned, and how it did on corrections that were held back.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// What was learned.
    pub adaptation: Adaptation,
    /// Corrections that it was learned from.
    pub learned_from: usize,
    /// Corrections that were held back.
    pub judged_by: usize,
    /// Part of those that was right before, from 0 to 1.
    pub accuracy_before: f64,
    /// Part of those that is right with it.
    pub accuracy: f64,
}

impl Lesson {
    /// Whether more is right with it than before.
    pub fn is_better(&self) -> bool {
        self.accuracy > self.accuracy_before
    }
}

/// Learns from the first [`MAX_CORRECTIONS`] of `corrections`, the newest first, but for those that it
/// holds back, and compares the outcome with what is in use, `present`. `None` when there are too few.
///
/// The same ticket is always held back or never: what was learned from before must not judge later.
///
/// # Errors
/// [`AdaptError`].
pub fn learn(
    corrections: Vec<NumberedCorrection>,
    present: Option<&Adaptation>,
    model: &CategoryModel,
) -> Result<Option<Lesson>, AdaptError> {
    let taken = corrections.into_iter().take(MAX_CORRECTIONS);
    let (held_back, learned): (Vec<_>, Vec<_>) = taken.partition(|one| is_held_back(one.number));
    let corrections = |all: Vec<NumberedCorrection>| -> Vec<Correction> {
        all.into_iter().map(|one| one.correction).collect()
    };
    let (held_back, learned) = (corrections(held_back), corrections(learned));
    if learned.len() < FEWEST_TO_LEARN_FROM || held_back.len() < FEWEST_TO_JUDGE_BY {
        return Ok(None);
    }
    let adaptation = model.adapt(&learned)?;
    Ok(Some(Lesson {
        accuracy_before: accuracy(&held_back, present, model),
        accuracy: accuracy(&held_back, Some(&adaptation), model),
        learned_from: learned.len(),
        judged_by: held_back.len(),
        adaptation,
    }))
}

/// Spreads numbers that may follow each other.
fn is_held_back(number: u32) -> bool {
    const GOLDEN: u32 = 0x9E37_79B9;
    number.wrapping_mul(GOLDEN) >> 16 & 0xFFFF < 0x1_0000 / HELD_BACK_ONE_IN
}

#[expect(clippy::cast_precision_loss, reason = "there are 2,000 corrections at most")]
fn accuracy(
    held_back: &[Correction],
    adaptation: Option<&Adaptation>,
    model: &CategoryModel,
) -> f64 {
    let is_right = |one: &&Correction| {
        let prediction = match adaptation {
            Some(adaptation) => model.predict_adapted(adaptation, &one.text),
            None => model.predict(&one.text),
        };
        prediction.category == one.category
    };
    held_back.iter().filter(is_right).count() as f64 / held_back.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use copilot_core::ticket::Category;

    use super::*;

    fn corrections(count: u32) -> Vec<NumberedCorrection> {
        let one = |number: u32| NumberedCorrection {
            number,
            correction: Correction {
                text: format!("The frobnicator grumbles, number {number}"),
                category: Category::Shipping,
            },
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn a_desk_s_own_words_are_learned_and_judged_on_others() {
        let model = CategoryModel::embedded().unwrap();
        let lesson = learn(corrections(100), None, model).unwrap().unwrap();
        assert_eq!(lesson.learned_from + lesson.judged_by, 100);
        assert!((10..=30).contains(&lesson.judged_by), "{}", lesson.judged_by);
        assert!(lesson.is_better(), "{lesson:?}");
        assert!((lesson.accuracy - 1.0).abs() < f64::EPSILON, "{lesson:?}");
        // Learned once more, nothing is better than it is.
        let again = learn(corrections(100), Some(&lesson.adaptation), model).unwrap().unwrap();
        assert!(!again.is_better());
    }

    #[test]
    fn too_few_corrections_teach_nothing() {
        let model = CategoryModel::embedded().unwrap();
        assert_eq!(learn(Vec::new(), None, model), Ok(None));
        assert_eq!(learn(corrections(15), None, model), Ok(None));
    }

    #[test]
    fn more_than_the_limit_are_left_out() {
        let model = CategoryModel::embedded().unwrap();
        let many = corrections(u32::try_from(MAX_CORRECTIONS).unwrap() + 50);
        let lesson = learn(many, None, model).unwrap().unwrap();
        assert_eq!(lesson.learned_from + lesson.judged_by, MAX_CORRECTIONS);
    }
}
