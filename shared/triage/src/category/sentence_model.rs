//! The sentence model: the sentence encoder and a linear model over its vectors.

use copilot_embedding::{SentenceError, Sentences};

use super::ensemble::SentenceScores;
use super::sentence_head::{ParseSentenceHeadError, SentenceHead};

/// The linear model that is part of the program.
pub(super) const HEAD: &[u8] = include_bytes!("../../model/category.head");

/// Scores the categories by the meaning of a text.
pub struct SentenceModel {
    sentences: Sentences,
    head: SentenceHead,
}

/// The sentence model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SentenceModelError {
    /// Its linear part is damaged.
    #[error(transparent)]
    Head(#[from] ParseSentenceHeadError),
    /// Its language model cannot be read, or does not answer as it should.
    #[error(transparent)]
    Sentence(#[from] SentenceError),
    /// The linear part was trained with another language model.
    #[error("the linear model was trained with another language model")]
    OtherLanguageModel,
}

impl SentenceModel {
    /// Reads the model, which takes a tenth of a second and some 120 MB; none if the program was built
    /// without the language model.
    ///
    /// # Errors
    /// [`SentenceModelError`].
    pub fn load() -> Result<Option<Self>, SentenceModelError> {
        let Some(sentences) = Sentences::load()? else { return Ok(None) };
        let head = SentenceHead::parse(HEAD)?;
        if sentences.checksum() != head.language_model {
            return Err(SentenceModelError::OtherLanguageModel);
        }
        Ok(Some(Self { sentences, head }))
    }

    /// The scores of a text, of which it reads the first 126 pieces of words.
    ///
    /// # Errors
    /// [`SentenceModelError::Sentence`].
    pub fn scores(&self, text: &str) -> Result<SentenceScores, SentenceModelError> {
        Ok(self.head.scores(&self.sentences.sentence(text)?))
    }
}

#[cfg(test)]
mod tests {
    use copilot_core::ticket::Category;
    use copilot_embedding::Sentence;

    use super::*;

    fn model() -> SentenceModel {
        SentenceModel::load().unwrap().expect("the language model is missing")
    }

    #[test]
    #[ignore = "needs the language model, which `cargo xtask second-opinion` fetches"]
    fn plain_texts_are_told_apart() {
        let model = model();
        for (text, wanted) in [
            ("Where is my parcel? The courier has not delivered it.", Category::Shipping),
            ("I forgot my password and cannot log in to my profile.", Category::Account),
            ("Please give me my money back for the broken shoes.", Category::Refund),
        ] {
            assert_eq!(model.scores(text).unwrap().category(), wanted, "{text}");
        }
    }

    #[test]
    #[ignore = "needs the language model, which `cargo xtask second-opinion` fetches"]
    fn texts_that_mean_the_same_lie_close() {
        let model = model();
        let read = |text| model.sentences.sentence(text).unwrap();
        let closeness =
            |a: &Sentence, b: &Sentence| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let late = read("My order has not arrived yet");
        assert!((closeness(&late, &late) - 1.0).abs() < 1e-4);
        let same = closeness(&late, &read("I am still waiting for the delivery of my package"));
        let other = closeness(&late, &read("How do I change the colour of the menu?"));
        assert!(same > other + 0.2, "{same} {other}");
    }

    #[test]
    #[ignore = "needs the language model, which `cargo xtask second-opinion` fetches"]
    fn any_text_has_scores() {
        let model = model();
        let long = "word ".repeat(10_000);
        for text in ["", " ", "\0", "😀😀😀", "[SEP][CLS]", "x".repeat(5_000).as_str(), &long]
        {
            let scores = model.scores(text).unwrap().log_probabilities;
            assert!(scores.iter().all(|score| score.is_finite() && *score <= 0.0), "{text:.20}");
        }
    }
}
