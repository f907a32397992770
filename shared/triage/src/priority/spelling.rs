//! Finds the word that was meant when letters slipped: "acount", "chnaged", "passsword".

use std::collections::HashMap;

/// Shortest word that is mended, in characters: among shorter ones, too many are words themselves.
const SHORTEST: usize = 6;

/// What a slip leaves as it is. First letters are seldom wrong, and a change at the end makes another
/// form of the word.
#[derive(PartialEq, Eq, Hash)]
struct Outline {
    first: char,
    last: char,
    /// Number of characters.
    length: usize,
}

/// Words that are known when one letter of them slipped: left out, written once too often, or swapped
/// with its neighbour.
#[derive(Default)]
pub(super) struct Spellings {
    words: HashMap<Outline, Vec<(u16, &'static str)>>,
}

impl Spellings {
    /// Knows `word` by `number` from now on. When two words may have been meant, it is the one with the
    /// smaller number.
    pub(super) fn add(&mut self, number: u16, word: &'static str) {
        let letters: Vec<char> = word.chars().collect();
        if letters.len() >= SHORTEST
            && let Some(outline) = Outline::of(&letters, letters.len())
        {
            self.words.entry(outline).or_default().push((number, word));
        }
    }

    /// The number of the word that was meant by `written`, which is none itself.
    pub(super) fn meant(&self, written: &str) -> Option<u16> {
        let written: Vec<char> = written.chars().collect();
        let length = written.len();
        if length < SHORTEST {
            return None;
        }
        let left_out = self.find(&written, length + 1, |word| is_without_one(&written, word));
        let swapped = self.find(&written, length, |word| is_swapped(&written, word));
        let slipped = [left_out, swapped].into_iter().flatten().min();
        slipped.or_else(|| self.find(&written, length - 1, |word| is_without_one(word, &written)))
    }

    fn find(&self, written: &[char], length: usize, fits: impl Fn(&[char]) -> bool) -> Option<u16> {
        let words = self.words.get(&Outline::of(written, length)?)?;
        let fitting = words.iter().filter(|(_, word)| fits(&word.chars().collect::<Vec<char>>()));
        fitting.map(|(number, _)| *number).min()
    }
}

impl Outline {
    /// That of a word of `length` that begins and ends as `letters` do.
    fn of(letters: &[char], length: usize) -> Option<Self> {
        Some(Self { first: *letters.first()?, last: *letters.last()?, length })
    }
}

/// Whether `shorter` is `longer`, which has one letter more, without one of its letters.
fn is_without_one(shorter: &[char], longer: &[char]) -> bool {
    let same = same_at_the_beginning(shorter, longer);
    shorter.get(same..) == longer.get(same + 1..)
}

/// Whether `written` is `word` with two neighbours swapped.
fn is_swapped(written: &[char], word: &[char]) -> bool {
    let same = same_at_the_beginning(written, word);
    match (written.get(same..), word.get(same..)) {
        (Some([a, b, rest @ ..]), Some([c, d, other_rest @ ..])) => {
            (a, b) == (d, c) && rest == other_rest
        }
        _ => false,
    }
}

fn same_at_the_beginning(one: &[char], other: &[char]) -> usize {
    one.iter().zip(other).take_while(|(letter, other)| letter == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(written: &str) -> Option<u16> {
        let mut spellings = Spellings::default();
        let words = ["account", "password", "twice", "fire", "tables", "stable"];
        for (number, word) in (0..).zip(words) {
            spellings.add(number, word);
        }
        spellings.meant(written)
    }

    #[test]
    fn a_letter_less_or_swapped_is_a_slip_and_another_ending_is_not() {
        assert_eq!(meant("acount"), Some(0));
        assert_eq!(meant("accuont"), Some(0));
        assert_eq!(meant("pasword"), Some(1));
        assert_eq!(meant("passwrod"), Some(1));
        assert_eq!(meant("accoun"), None);
        assert_eq!(meant("accoutn"), None);
        assert_eq!(meant("ccount"), None);
        assert_eq!(meant("caccount"), None);
    }

    #[test]
    fn a_letter_too_many_is_mended_and_a_plural_is_not() {
        assert_eq!(meant("passsword"), Some(1));
        assert_eq!(meant("accountt"), Some(0));
        assert_eq!(meant("accounts"), None);
    }

    #[test]
    fn two_slips_are_another_word() {
        assert_eq!(meant("acuont"), None);
        assert_eq!(meant("passwrdo"), None);
        assert_eq!(meant("psasowrd"), None);
    }

    #[test]
    fn short_words_are_left_alone() {
        assert_eq!(meant("twcie"), None);
        assert_eq!(meant("firre"), None);
        assert_eq!(meant("table"), None);
        assert_eq!(meant(""), None);
    }

    #[test]
    fn of_two_words_the_first_was_meant() {
        let mut spellings = Spellings::default();
        spellings.add(7, "charged");
        spellings.add(3, "changed");
        // One letter less than either.
        assert_eq!(spellings.meant("chaged"), Some(3));
    }
}
