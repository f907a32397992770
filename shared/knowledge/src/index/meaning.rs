//! Vectors of an encoder, each number in eight bits: a quarter of the memory, and the same order of hits.

/// Numbers of a vector, as the sentence encoder gives them.
pub const MEANING_LENGTH: usize = 384;
/// What the largest number of a vector becomes.
const LARGEST: f32 = 127.0;

/// Which encoder made a vector: the SHA-256 of its file. Vectors of two are never compared.
pub type Encoder = [u8; 32];

/// What a text means, according to an encoder.
#[derive(Debug, Clone, PartialEq)]
pub struct Meaning {
    numbers: [i8; MEANING_LENGTH],
    /// The vector's length, so that it need not be found again for each comparison.
    length: f32,
}

impl Meaning {
    /// Rounds an encoder's vector, whatever its length.
    pub fn of(vector: &[f32; MEANING_LENGTH]) -> Self {
        let largest = vector.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
        let scale = if largest.is_finite() && largest > 0.0 { LARGEST / largest } else { 0.0 };
        // A number that is none becomes 0.
        #[expect(clippy::cast_possible_truncation, reason = "none is over the largest")]
        let numbers = vector.map(|number| (number * scale).round() as i8);
        Self::restored(numbers)
    }

    /// As it was stored.
    pub fn restored(numbers: [i8; MEANING_LENGTH]) -> Self {
        let square: i32 = numbers.iter().map(|number| i32::from(*number).pow(2)).sum();
        #[expect(clippy::cast_precision_loss, reason = "at most 6 million")]
        let length = (square as f32).sqrt();
        Self { numbers, length }
    }

    /// What is stored of it.
    pub fn numbers(&self) -> &[i8; MEANING_LENGTH] {
        &self.numbers
    }

    /// How near two meanings are: the cosine, from -1 to 1; 0 where one means nothing.
    pub fn nearness(&self, other: &Self) -> f64 {
        let product = |(one, other): (&i8, &i8)| i32::from(*one) * i32::from(*other);
        let sum: i32 = self.numbers.iter().zip(&other.numbers).map(product).sum();
        let lengths = f64::from(self.length) * f64::from(other.length);
        if lengths > 0.0 { f64::from(sum) / lengths } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_keeps_what_is_near() {
        let mut vector = [0.05; MEANING_LENGTH];
        let one = Meaning::of(&vector);
        assert!((one.nearness(&one) - 1.0).abs() < 1e-6);
        vector.iter_mut().step_by(2).for_each(|number| *number = -*number);
        assert!(one.nearness(&Meaning::of(&vector)).abs() < 0.01);
        for odd in [f32::NAN, f32::INFINITY, 0.0] {
            let nothing = Meaning::of(&[odd; MEANING_LENGTH]);
            assert_eq!(nothing.numbers, [0; MEANING_LENGTH]);
            assert!(one.nearness(&nothing).abs() < f64::EPSILON);
        }
    }
}
