//! Draws that depend on nothing but the seed, a sequence and a number.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use crate::schedule::Service;

/// What a run replays from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub u64);

/// Sequences that do not influence each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequence {
    /// What the creates send.
    Creates,
    /// When services and ports are gone.
    Disruptions,
    /// What happens to connections.
    Connections(Service),
    /// What happens to calls whose create is known.
    CallsOfCreates(Service),
    /// What happens to all other calls.
    OtherCalls(Service),
    /// What happens to transactions as such.
    Transactions,
    /// What is changed on tickets.
    Cases,
}

impl Seed {
    /// A generator of its own for the element `number` of `sequence`.
    pub fn generator(self, sequence: Sequence, number: u64) -> ChaCha8Rng {
        let mut key = [0; 32];
        let (seed, rest) = key.split_at_mut(8);
        seed.copy_from_slice(&self.0.to_le_bytes());
        if let Some(first) = rest.first_mut() {
            *first = sequence.number();
        }
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(number);
        generator
    }
}

impl Sequence {
    fn number(self) -> u8 {
        match self {
            Self::Creates => 0,
            Self::Disruptions => 1,
            Self::Connections(Service::DynamoDb) => 2,
            Self::Connections(Service::Sqs) => 3,
            Self::CallsOfCreates(Service::DynamoDb) => 4,
            Self::CallsOfCreates(Service::Sqs) => 5,
            Self::OtherCalls(Service::DynamoDb) => 6,
            Self::OtherCalls(Service::Sqs) => 7,
            Self::Transactions => 8,
            Self::Cases => 9,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;

    fn draw(seed: u64, sequence: Sequence, number: u64) -> u64 {
        Seed(seed).generator(sequence, number).random()
    }

    #[test]
    fn a_draw_depends_on_seed_sequence_and_number_alone() {
        let first = draw(7, Sequence::Creates, 3);
        assert_eq!(draw(7, Sequence::Creates, 3), first);
        assert_ne!(draw(8, Sequence::Creates, 3), first);
        assert_ne!(draw(7, Sequence::Disruptions, 3), first);
        assert_ne!(draw(7, Sequence::Creates, 4), first);
    }

    #[test]
    fn draws_are_the_same_after_an_update_of_the_generator() {
        // A seed that somebody wrote down must still replay.
        assert_eq!(draw(7, Sequence::Creates, 3), 12_228_748_295_295_190_366);
    }
}
