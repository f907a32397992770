//! What the model sees of a text: how often each row of its table occurs in it.
//!
//! N-grams of one and two words, and of three to five characters within words (a space stands for
//! the edge of a word), are hashed into one table. Sorted counts, rather than a hash map, make the
//! order of every later sum the same in each run.

use super::normalise::{Word, words};

/// log2 of [`TABLE_ROWS`].
pub const TABLE_BITS: u8 = 16;
/// Rows of the table that n-grams are hashed into. Four times fewer cost half a point of accuracy.
pub const TABLE_ROWS: usize = 1 << TABLE_BITS;
/// Lengths of the n-grams within words, in characters.
const CHARACTER_LENGTHS: [usize; 3] = [3, 4, 5];
/// Keep the n-grams of words and of characters apart: they are hashed before the n-gram.
const OF_WORDS: u8 = b'w';
const OF_CHARACTERS: u8 = b'c';

/// A row of the table and how often the n-grams that fall into it occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowCount {
    /// Less than [`TABLE_ROWS`].
    pub row: u32,
    /// At least 1.
    pub count: u32,
}

/// Counts the rows that occur in `text`, in the order of the rows.
pub fn count_rows(text: &str) -> Vec<RowCount> {
    let mut rows = Vec::new();
    let words = words(text);
    for (position, word) in words.iter().enumerate() {
        rows.push(word_row(word));
        if let Some(next) = words.get(position + 1) {
            rows.push(pair_row(word, next));
        }
        character_rows(word, &mut rows);
    }
    count(rows)
}

/// The row of a word.
pub fn word_row(word: &Word) -> u32 {
    row_of(OF_WORDS, &[&word.normalised])
}

/// The row of two words that follow one another.
pub fn pair_row(first: &Word, second: &Word) -> u32 {
    row_of(OF_WORDS, &[&first.normalised, " ", &second.normalised])
}

/// Adds the rows of the characters of a word, once for each time that they occur.
pub fn character_rows(word: &Word, rows: &mut Vec<u32>) {
    let padded = format!(" {} ", word.normalised);
    let mut edges: Vec<usize> = padded.char_indices().map(|(edge, _)| edge).collect();
    edges.push(padded.len());
    for length in CHARACTER_LENGTHS {
        for window in edges.windows(length + 1) {
            if let [start, .., end] = window
                && let Some(part) = padded.get(*start..*end)
            {
                rows.push(row_of(OF_CHARACTERS, &[part]));
            }
        }
    }
}

fn count(mut rows: Vec<u32>) -> Vec<RowCount> {
    rows.sort_unstable();
    rows.chunk_by(|a, b| a == b)
        .filter_map(|same| {
            let row = *same.first()?;
            Some(RowCount { row, count: u32::try_from(same.len()).unwrap_or(u32::MAX) })
        })
        .collect()
}

/// FNV-1a of 32 bits, folded to the bits of the table as its authors recommend.
fn row_of(kind: u8, parts: &[&str]) -> u32 {
    const OFFSET_BASIS: u32 = 0x811c_9dc5;
    const PRIME: u32 = 0x0100_0193;
    let bytes = parts.iter().flat_map(|part| part.bytes());
    let hash = std::iter::once(kind)
        .chain(bytes)
        .fold(OFFSET_BASIS, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(PRIME));
    let mask = (1 << TABLE_BITS) - 1;
    (hash >> TABLE_BITS ^ hash) & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_has_the_ngrams_of_its_words() {
        // "ab": one word; " ab", "ab " and " ab ". "ab ab": twice each, and one pair.
        assert_eq!(count_rows("ab").len(), 4);
        let twice = count_rows("ab AB");
        assert_eq!(twice.len(), 5);
        assert_eq!(twice.iter().filter(|row| row.count == 2).count(), 4);
    }

    #[test]
    fn rows_are_sorted_and_inside_the_table() {
        let counts = count_rows("Où est ma commande n° 123 ? I paid £15 and it hasn't shipped.");
        assert!(counts.is_sorted_by(|a, b| a.row < b.row));
        assert!(counts.iter().all(|count| (count.row as usize) < TABLE_ROWS && count.count > 0));
    }

    #[test]
    fn what_is_masked_makes_no_difference() {
        assert_eq!(count_rows("Order #1, a@example.com"), count_rows("order #2021, b@example.org"));
    }

    #[test]
    fn the_hash_is_the_published_one() {
        // FNV-1a of "wfoobar" computed by hand from the reference: folded to sixteen bits.
        let mut hash = 0x811c_9dc5_u32;
        for byte in b"wfoobar" {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
        assert_eq!(row_of(OF_WORDS, &["foo", "bar"]), (hash >> 16) ^ (hash & 0xffff));
    }

    #[test]
    fn a_text_without_words_has_no_rows() {
        assert!(count_rows("").is_empty());
        assert!(count_rows("?! … — \u{200b}").is_empty());
    }
}
