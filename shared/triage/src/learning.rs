//! Learning from what agents set, and whether it helped.

use crate::category::{
    AdaptError, Adaptation, CategoryModel, Comparison, Correction, MAX_CORRECTIONS,
};

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
    /// How it does on corrections that were held back, against what is in use.
    pub comparison: Comparison,
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
        comparison: model.compare(present, &adaptation, &held_back),
        learned_from: learned.len(),
        adaptation,
    }))
}

/// Spreads numbers that may follow each other.
fn is_held_back(number: u32) -> bool {
    const GOLDEN: u32 = 0x9E37_79B9;
    number.wrapping_mul(GOLDEN) >> 16 & 0xFFFF < 0x1_0000 / HELD_BACK_ONE_IN
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
        assert_eq!(lesson.learned_from + lesson.comparison.count, 100);
        assert!((10..=30).contains(&lesson.comparison.count), "{}", lesson.comparison.count);
        assert!(lesson.comparison.is_better(), "{lesson:?}");
        assert!((lesson.comparison.after - 1.0).abs() < f32::EPSILON, "{lesson:?}");
        // Learned once more, nothing is better than it is.
        let again = learn(corrections(100), Some(&lesson.adaptation), model).unwrap().unwrap();
        assert!(!again.comparison.is_better());
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
        assert_eq!(lesson.learned_from + lesson.comparison.count, MAX_CORRECTIONS);
    }
}
