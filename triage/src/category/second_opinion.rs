//! What another model says of a text, and what both say together.

use copilot_core::ticket::Category;

use super::adaptation::Adaptation;
use super::model::CategoryModel;
use super::prediction::{Head, Prediction, largest};
use super::regression::CLASSES;

/// What a second model says of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SecondOpinion {
    /// Of the second model.
    pub version: u16,
    /// Logarithm of the probability of each category, in the order of [`Category::ALL`].
    pub scores: [f32; CLASSES],
    /// How much the scores weigh against those of the first model.
    pub share: f32,
    /// The scores of both together are divided by it, so that confidence is what accuracy is.
    pub temperature: f32,
}

impl SecondOpinion {
    /// The category that the second model holds for the most probable.
    pub fn category(&self) -> Category {
        Category::ALL.get(largest(&self.scores)).map_or(Category::General, |(_, one)| *one)
    }
}

impl CategoryModel {
    /// As [`CategoryModel::predict_with`], together with a second opinion on the same text.
    pub fn predict_together(
        &self,
        adaptation: Option<&Adaptation>,
        second: &SecondOpinion,
        text: &str,
    ) -> Prediction {
        let head = Head::new(self, adaptation);
        let vector = self.vector(text);
        let mut scores = head.scores(&vector);
        for (score, other) in scores.iter_mut().zip(&second.scores) {
            *score += second.share * other;
        }
        head.prediction(text, &vector, &scores, second.temperature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opinion(class: usize, score: f32) -> SecondOpinion {
        let mut scores = [0.0; CLASSES];
        scores[class] = score;
        SecondOpinion { version: 1, scores, share: 0.5, temperature: 1.0 }
    }

    #[test]
    fn an_opinion_moves_the_first_model_towards_it() {
        let model = CategoryModel::embedded().unwrap();
        let text = "Where is my parcel?";
        let alone = model.predict(text);
        let class = Category::ALL.iter().position(|(_, one)| *one == alone.category).unwrap();
        let other = (class + 1) % CLASSES;
        let agreeing = model.predict_together(None, &opinion(class, 4.0), text);
        let neutral = model.predict_together(None, &opinion(class, 0.0), text);
        let opposed = model.predict_together(None, &opinion(other, 4.0), text);
        assert!(agreeing.confidence > neutral.confidence);
        assert!(opposed.probabilities[other] > neutral.probabilities[other]);
        let overruled = model.predict_together(None, &opinion(other, 100.0), text);
        assert_eq!(overruled.category, Category::ALL[other].1);
        assert_eq!(opinion(other, 1.0).category(), overruled.category);
    }

    #[test]
    fn half_a_share_is_half_a_score() {
        let model = CategoryModel::embedded().unwrap();
        let whole = SecondOpinion { share: 1.0, ..opinion(3, 1.0) };
        let half = opinion(3, 2.0);
        let text = "I cannot log in";
        assert_eq!(
            model.predict_together(None, &whole, text),
            model.predict_together(None, &half, text)
        );
    }
}
