//! Finds the word that was meant when letters slipped: "acount", "chnaged", "passsword".

/// Shortest word that is mended, in characters: among shorter ones, too many are words themselves.
const SHORTEST: usize = 6;

/// The spellings of a word with one letter less, or with two neighbours swapped, from the second
/// letter up to the last but one. First letters are seldom wrong, and a change at the end makes
/// another form of the word.
pub(super) fn slips(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < SHORTEST {
        return Vec::new();
    }
    let mut slips = without_one_letter(&letters);
    slips.retain(|slip| slip.chars().count() >= SHORTEST);
    for index in 1..letters.len() - 2 {
        let mut swapped = letters.clone();
        swapped.swap(index, index + 1);
        if swapped != letters {
            slips.push(swapped.into_iter().collect());
        }
    }
    slips
}

/// What a word may be that has one letter too many.
pub(super) fn mended(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() <= SHORTEST { Vec::new() } else { without_one_letter(&letters) }
}

fn without_one_letter(letters: &[char]) -> Vec<String> {
    let mut words: Vec<String> = (1..letters.len() - 1)
        .map(|left_out| {
            let kept = letters.iter().enumerate().filter(|(index, _)| *index != left_out);
            kept.map(|(_, letter)| letter).collect()
        })
        .collect();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_less_or_swapped_is_a_slip_and_another_ending_is_not() {
        let slips = slips("account");
        assert!(slips.contains(&"acount".to_owned()));
        assert!(slips.contains(&"accuont".to_owned()));
        assert!(!slips.contains(&"accoun".to_owned()));
        assert!(!slips.contains(&"ccount".to_owned()));
    }

    #[test]
    fn a_letter_too_many_is_mended_and_a_plural_is_not() {
        assert!(mended("passsword").contains(&"password".to_owned()));
        assert!(!mended("accounts").contains(&"account".to_owned()));
    }

    #[test]
    fn short_words_are_left_alone() {
        assert!(slips("twice").is_empty());
        assert!(mended("firre").is_empty());
    }
}
