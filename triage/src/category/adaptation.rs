//! What the agents of one tenant taught: corrections of the model's weights.

use super::regression::CLASSES;

/// Sparse corrections of a model's weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Adaptation {
    model_version: u16,
    intercepts: [f32; CLASSES],
    scales: [f32; CLASSES],
    /// In the order of the rows, each once.
    rows: Vec<(u16, [i8; CLASSES])>,
}

impl Adaptation {
    /// The version of the model that it corrects.
    pub fn model_version(&self) -> u16 {
        self.model_version
    }

    pub(super) fn intercepts(&self) -> [f32; CLASSES] {
        self.intercepts
    }

    pub(super) fn row_weights(&self, row: u32) -> Option<[f32; CLASSES]> {
        let place = self.rows.binary_search_by_key(&row, |(known, _)| u32::from(*known)).ok()?;
        let (_, steps) = self.rows.get(place)?;
        let mut weights = self.scales;
        for (weight, step) in weights.iter_mut().zip(steps) {
            *weight *= f32::from(*step);
        }
        Some(weights)
    }
}
