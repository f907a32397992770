//! The ensemble: the word model and the sentence model scored together.

use copilot_core::ticket::Category;

use super::adaptation::Adaptation;
use super::model::CategoryModel;
use super::prediction::{Head, Prediction, largest};
use super::regression::CLASSES;

/// What the sentence model scores a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SentenceScores {
    /// Version of the sentence model.
    pub version: u16,
    /// Logarithm of the probability of each category, in the order of [`Category::ALL`]; -∞ for one
    /// that the sentence model does not know.
    pub log_probabilities: [f32; CLASSES],
    /// How much these scores count against those of the word model.
    pub weight: f32,
    /// The scores of both together are divided by it, so that confidence is what accuracy is.
    pub temperature: f32,
}

impl SentenceScores {
    /// The most probable category.
    pub fn category(&self) -> Category {
        Category::ALL.get(largest(&self.log_probabilities)).copied().unwrap_or(Category::General)
    }

    /// What it says of each category. Of one that it does not know it says neither yes nor no: as if all
    /// that it knows were equally probable.
    fn evidence(&self) -> [f32; CLASSES] {
        let known = self.log_probabilities.iter().filter(|score| score.is_finite()).count();
        let neither = -(known.max(1) as f32).ln();
        self.log_probabilities.map(|score| if score.is_finite() { score } else { neither })
    }
}

impl CategoryModel {
    /// As [`CategoryModel::predict_with`], together with what the sentence model scores the same text.
    pub fn predict_together(
        &self,
        adaptation: Option<&Adaptation>,
        sentence: &SentenceScores,
        text: &str,
    ) -> Prediction {
        let head = Head::new(self, adaptation);
        let vector = self.vector(text);
        let mut scores = head.scores(&vector);
        for (score, other) in scores.iter_mut().zip(sentence.evidence()) {
            *score += sentence.weight * other;
        }
        head.prediction(text, &vector, &scores, sentence.temperature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(class: usize, score: f32) -> SentenceScores {
        let mut scores = [0.0; CLASSES];
        scores[class] = score;
        SentenceScores { version: 1, log_probabilities: scores, weight: 0.5, temperature: 1.0 }
    }

    #[test]
    fn sentence_scores_move_the_word_model_towards_it() {
        let model = CategoryModel::embedded().unwrap();
        let text = "Where is my parcel?";
        let alone = model.predict(text);
        let class = Category::ALL.iter().position(|one| *one == alone.category).unwrap();
        let other = (class + 1) % CLASSES;
        let agreeing = model.predict_together(None, &scores(class, 4.0), text);
        let neutral = model.predict_together(None, &scores(class, 0.0), text);
        let opposed = model.predict_together(None, &scores(other, 4.0), text);
        assert!(agreeing.confidence > neutral.confidence);
        assert!(opposed.probabilities[other] > neutral.probabilities[other]);
        let overruled = model.predict_together(None, &scores(other, 100.0), text);
        assert_eq!(overruled.category, Category::ALL[other]);
        assert_eq!(scores(other, 1.0).category(), overruled.category);
    }

    #[test]
    fn a_category_that_the_sentence_model_does_not_know_is_as_probable_as_any() {
        let uniform = -((CLASSES - 1) as f32).ln();
        let mut scores = SentenceScores { log_probabilities: [uniform; CLASSES], ..scores(0, 0.0) };
        let known = scores;
        scores.log_probabilities[2] = f32::NEG_INFINITY;
        let model = CategoryModel::embedded().unwrap();
        let [known, unknown] =
            [known, scores].map(|one| model.predict_together(None, &one, "the app crashes"));
        assert!((known.probabilities[2] - unknown.probabilities[2]).abs() < 1e-6);
        assert_ne!(scores.category(), Category::ALL[2]);
    }

    #[test]
    fn half_a_weight_is_half_a_score() {
        let model = CategoryModel::embedded().unwrap();
        let whole = SentenceScores { weight: 1.0, ..scores(3, 1.0) };
        let half = scores(3, 2.0);
        let text = "I cannot log in";
        assert_eq!(
            model.predict_together(None, &whole, text),
            model.predict_together(None, &half, text)
        );
    }
}
