//! Turns a text into a vector: texts that mean much the same have vectors that lie close.

use std::sync::Arc;

use rten::{Model, NodeId, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

use crate::pieces::pieces;

/// Numbers of a sentence's vector.
pub const SENTENCE_LENGTH: usize = 384;
/// A text's vector, of length 1.
pub type Sentence = [f32; SENTENCE_LENGTH];

/// all-MiniLM-L6-v2 with weights of eight bits (Apache-2.0), if it has been fetched.
pub(crate) const LANGUAGE_MODEL: Option<LanguageModel> =
    include!(concat!(env!("OUT_DIR"), "/language_model.rs"));

/// A file in ONNX.
pub(crate) struct LanguageModel {
    bytes: &'static [u8],
    /// SHA-256 of the bytes.
    checksum: [u8; 32],
}

/// The language model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SentenceError {
    /// It cannot be read.
    #[error("the language model cannot be read")]
    Load(#[from] rten::LoadError),
    /// It cannot be run.
    #[error("the language model cannot be run")]
    Run(#[from] rten::RunError),
    /// It answers something else than a vector for each piece.
    #[error("the language model does not answer as it should")]
    Shape,
}

/// Makes vectors of texts.
pub struct Sentences {
    model: Model,
    inputs: [NodeId; 3],
    output: NodeId,
    /// A Lambda has one processor or less, and several texts are read one after another.
    one_thread: Arc<ThreadPool>,
    checksum: [u8; 32],
}

impl Sentences {
    /// Reads the language model; none if the program was built without it.
    ///
    /// # Errors
    /// [`SentenceError`].
    pub fn load() -> Result<Option<Self>, SentenceError> {
        let Some(LanguageModel { bytes, checksum }) = LANGUAGE_MODEL else { return Ok(None) };
        let model = Model::load_static_slice(bytes)?;
        let input = |name| model.node_id(name);
        Ok(Some(Self {
            inputs: [input("input_ids")?, input("attention_mask")?, input("token_type_ids")?],
            output: model.node_id("last_hidden_state")?,
            one_thread: Arc::new(ThreadPool::with_num_threads(1)),
            checksum,
            model,
        }))
    }

    /// SHA-256 of the language model's file.
    pub fn checksum(&self) -> [u8; 32] {
        self.checksum
    }

    /// The vector of a text: the mean of the vectors of its pieces.
    ///
    /// # Errors
    /// [`SentenceError`].
    pub fn sentence(&self, text: &str) -> Result<Sentence, SentenceError> {
        let pieces = pieces(text);
        let shape = [1, pieces.len()];
        let ids = NdTensor::from_data(shape, pieces);
        let all = NdTensor::<i32, 2>::full(shape, 1);
        let first_text = NdTensor::<i32, 2>::zeros(shape);
        let [ids_at, mask_at, type_at] = self.inputs;
        let inputs =
            vec![(ids_at, ids.into()), (mask_at, all.into()), (type_at, first_text.into())];
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.one_thread)));
        let [output] = self.model.run_n(inputs, [self.output], Some(options))?;
        let vectors: NdTensorView<f32, 3> =
            (&output).try_into().map_err(|_| SentenceError::Shape)?;
        if vectors.shape() != [1, shape[1], SENTENCE_LENGTH] {
            return Err(SentenceError::Shape);
        }
        let mut sum = [0.0; SENTENCE_LENGTH];
        for (place, value) in vectors.iter().enumerate() {
            if let Some(sum) = sum.get_mut(place % SENTENCE_LENGTH) {
                *sum += *value;
            }
        }
        Ok(of_length_one(sum))
    }
}

fn of_length_one(vector: Sentence) -> Sentence {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 { vector.map(|value| value / length) } else { vector }
}
