//! Turns counts of rows into the vector that weights are applied to: sublinear counts, times the
//! inverse frequency of the row, scaled to length 1.

use super::features::{RowCount, TABLE_ROWS};

/// The logarithmic inverse document frequency of each row, in one byte.
///
/// A row that training never saw has 0, so that it does not take part: what is unknown should not
/// weaken what is known.
#[derive(Debug, Clone, PartialEq)]
pub struct InverseFrequencies {
    /// [`TABLE_ROWS`] steps.
    steps: Vec<u8>,
    /// What one step is worth.
    scale: f32,
}

impl InverseFrequencies {
    /// Counts in how many documents a row occurs: `ln((1 + documents) / (1 + occurrences)) + 1`.
    pub fn of_documents<'a>(documents: impl IntoIterator<Item = &'a [RowCount]>) -> Self {
        let mut occurrences = vec![0_u32; TABLE_ROWS];
        let mut count = 0_u32;
        for document in documents {
            count += 1;
            for row in document {
                if let Some(occurrences) = occurrences.get_mut(row.row as usize) {
                    *occurrences += 1;
                }
            }
        }
        let frequency =
            |occurrences: u32| (f64::from(1 + count) / f64::from(1 + occurrences)).ln() + 1.0;
        let scale = frequency(1) / f64::from(u8::MAX);
        let step = |occurrences: &u32| match occurrences {
            0 => 0,
            _ => (frequency(*occurrences) / scale).round().clamp(1.0, f64::from(u8::MAX)) as u8,
        };
        Self { steps: occurrences.iter().map(step).collect(), scale: scale as f32 }
    }

    /// `None` unless there is one step for each row of the table.
    pub(super) fn from_parts(steps: Vec<u8>, scale: f32) -> Option<Self> {
        (steps.len() == TABLE_ROWS).then_some(Self { steps, scale })
    }

    pub(super) fn steps(&self) -> &[u8] {
        &self.steps
    }

    pub(super) fn scale(&self) -> f32 {
        self.scale
    }

    /// The vector of a text; empty if no row of it is known.
    pub fn vector(&self, counts: &[RowCount]) -> Vec<(u32, f32)> {
        let mut vector: Vec<(u32, f32)> = counts
            .iter()
            .filter_map(|count| {
                let step = *self.steps.get(count.row as usize)?;
                let value = (1.0 + (count.count as f32).ln()) * f32::from(step) * self.scale;
                (value > 0.0).then_some((count.row, value))
            })
            .collect();
        let length = vector.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        for (_, value) in &mut vector {
            *value /= length;
        }
        vector
    }
}

#[cfg(test)]
mod tests {
    use super::super::features::count_rows;
    use super::*;

    fn frequencies(texts: &[&str]) -> InverseFrequencies {
        let documents: Vec<Vec<RowCount>> = texts.iter().map(|text| count_rows(text)).collect();
        InverseFrequencies::of_documents(documents.iter().map(Vec::as_slice))
    }

    #[test]
    fn a_vector_has_length_1_and_rare_rows_weigh_more() {
        let frequencies = frequencies(&["my order", "my refund", "my parcel"]);
        let vector = frequencies.vector(&count_rows("my parcel"));
        let length: f32 = vector.iter().map(|(_, value)| value * value).sum();
        assert!((length - 1.0).abs() < 1e-5);
        let of = |text: &str| {
            let row = count_rows(text)[0].row;
            vector.iter().find(|(known, _)| *known == row).map(|(_, value)| *value)
        };
        assert!(of("my parcel").is_some());
        assert!(frequencies.steps.iter().max() == Some(&u8::MAX));
    }

    #[test]
    fn unknown_rows_take_no_part() {
        let frequencies = frequencies(&["my order"]);
        assert!(frequencies.vector(&count_rows("xyz")).is_empty());
        let known: f32 = frequencies.vector(&count_rows("my order")).iter().map(|row| row.1).sum();
        let mixed: f32 =
            frequencies.vector(&count_rows("order xyz my")).iter().map(|row| row.1).sum();
        assert!(known > 0.0 && mixed > 0.0);
    }

    #[test]
    fn no_documents_make_no_vector() {
        assert!(frequencies(&[]).vector(&count_rows("my order")).is_empty());
    }
}
