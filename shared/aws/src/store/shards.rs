//! Over how many partitions each list index is spread.

use std::ops::Range;
use std::str::FromStr;

use crate::limits;

/// Partitions that each list index is spread over: 1 to [`limits::LIST_SHARDS_MAXIMUM`]. Every
/// function of a stack must be told the same number.
///
/// It may be raised at any time and never lowered. A ticket stays in the partition that it was
/// written to, under a number below the one that held then, and whoever reads all partitions below
/// a higher number reads that one too. A lower number would leave tickets in partitions that nobody
/// reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListShards(u32);

/// The text is no number of partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("LIST_SHARDS must be a number from 1 to {}", limits::LIST_SHARDS_MAXIMUM)]
pub struct ParseListShardsError;

impl ListShards {
    /// The number of each partition.
    pub fn numbers(self) -> Range<u32> {
        0..self.0
    }

    /// The partition that a ticket with these digits is written to.
    pub(super) fn of(self, digits: u32) -> u32 {
        digits % self.0
    }

    /// The numbers of all partitions, beginning at one that `turn` names: as it counts up, each
    /// partition is the first in its turn.
    pub fn numbers_from(self, turn: u32) -> impl Iterator<Item = u32> {
        self.numbers().map(move |index| (index + turn % self.0) % self.0)
    }
}

impl FromStr for ListShards {
    type Err = ParseListShardsError;

    fn from_str(text: &str) -> Result<Self, ParseListShardsError> {
        let number = text.parse().map_err(|_| ParseListShardsError)?;
        if (1..=limits::LIST_SHARDS_MAXIMUM).contains(&number) {
            Ok(Self(number))
        } else {
            Err(ParseListShardsError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_of_partitions_is_taken() {
        for wrong in ["", "0", "65", "-1", "16.0", " 16", "4294967297", "sixteen"] {
            assert_eq!(wrong.parse::<ListShards>(), Err(ParseListShardsError), "{wrong}");
        }
        for right in ["1", "16", "64"] {
            assert!(right.parse::<ListShards>().is_ok(), "{right}");
        }
    }

    #[test]
    fn a_higher_number_reads_what_a_lower_one_wrote() {
        let [few, many]: [ListShards; 2] = ["4", "16"].map(|text| text.parse().unwrap());
        for digits in [0, 3, 4, 15, 16, u32::MAX] {
            assert!(many.numbers().contains(&few.of(digits)));
            assert!(many.numbers().contains(&many.of(digits)));
        }
    }

    #[test]
    fn each_partition_is_the_first_in_its_turn() {
        let shards: ListShards = "3".parse().unwrap();
        let orders: Vec<Vec<u32>> =
            (0..4).map(|turn| shards.numbers_from(turn).collect()).collect();
        assert_eq!(orders, [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 1, 2]]);
    }
}
