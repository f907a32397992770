//! A second opinion on what a ticket is about.
//!
//! A small language model (all-MiniLM-L6-v2) turns a text into a vector, and a linear model over it
//! scores the categories. The triage worker asks it when the embedded model is unsure. In reading
//! order: [`SecondModel`] answers; `pieces` cuts a text into what the language model reads; [`Sentences`]
//! makes the vector; [`Head`] scores it. `triage/MODEL_CARD.md` says what it brings.
//!
//! The language model's file has 23 MB and is no part of the repository: `cargo xtask second-opinion`
//! fetches it. Without it everything else works, and [`SecondModel::load`] says that there is none.

mod head;
mod pieces;
mod sentence;

use copilot_triage::category::SecondOpinion;

pub use head::{HEAD_BYTES, Head, NotAHead};
pub use sentence::{SENTENCE_LENGTH, Sentence, SentenceError, Sentences};

/// The linear model that is part of the program.
const HEAD: &[u8] = include_bytes!("../model/category.head");

/// Gives second opinions.
pub struct SecondModel {
    sentences: Sentences,
    head: Head,
}

/// The second model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecondModelDefect {
    /// Its linear part is damaged.
    #[error(transparent)]
    Head(#[from] NotAHead),
    /// Its language model cannot be read, or does not answer as it should.
    #[error(transparent)]
    Sentence(#[from] SentenceError),
    /// The linear part was trained with another language model.
    #[error("the linear model was trained with another language model")]
    OtherLanguageModel,
}

impl SecondModel {
    /// Whether the program was built with the language model.
    pub fn is_built_in() -> bool {
        sentence::LANGUAGE_MODEL.is_some()
    }

    /// Reads the second model, which takes a tenth of a second and some 120 MB; none if the program was
    /// built without it.
    ///
    /// # Errors
    /// [`SecondModelDefect`].
    pub fn load() -> Result<Option<Self>, SecondModelDefect> {
        let Some(sentences) = Sentences::load()? else { return Ok(None) };
        let head = Head::parse(HEAD)?;
        if sentences.checksum() != head.language_model {
            return Err(SecondModelDefect::OtherLanguageModel);
        }
        Ok(Some(Self { sentences, head }))
    }

    /// What it says of a text, of which it reads the first 126 pieces of words.
    ///
    /// # Errors
    /// [`SecondModelDefect::Sentence`].
    pub fn opinion(&self, text: &str) -> Result<SecondOpinion, SecondModelDefect> {
        Ok(self.head.opinion(&self.sentences.sentence(text)?))
    }
}

#[cfg(test)]
mod tests {
    use copilot_core::ticket::Category;

    use super::*;

    /// None where the language model has not been fetched, which the step `tools` does before the tests.
    fn model() -> Option<SecondModel> {
        let model = SecondModel::load().unwrap();
        assert!(model.is_some() || std::env::var_os("CI").is_none(), "no language model");
        model
    }

    #[test]
    fn plain_texts_are_told_apart() {
        let Some(model) = model() else { return };
        for (text, wanted) in [
            ("Where is my parcel? The courier has not delivered it.", Category::Shipping),
            ("I forgot my password and cannot log in to my profile.", Category::Account),
            ("Please give me my money back for the broken shoes.", Category::Refund),
        ] {
            assert_eq!(model.opinion(text).unwrap().category(), wanted, "{text}");
        }
    }

    #[test]
    fn texts_that_mean_the_same_lie_close() {
        let Some(model) = model() else { return };
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
    fn any_text_has_an_opinion() {
        let Some(model) = model() else { return };
        let long = "word ".repeat(10_000);
        for text in ["", " ", "\0", "😀😀😀", "[SEP][CLS]", "x".repeat(5_000).as_str(), &long]
        {
            let scores = model.opinion(text).unwrap().scores;
            assert!(scores.iter().all(|score| score.is_finite() && *score <= 0.0), "{text:.20}");
        }
    }
}
