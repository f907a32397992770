//! Passages of an article: whole paragraphs and items, about a hundred words together.

use std::ops::Range;

use super::readable::{Readable, Span};
use crate::limits;

/// A heading ends a passage of at least so many words.
const SECTION_WORDS: usize = 40;

/// A part of an article that is searched, and quoted, as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Where it stands in the article's body.
    pub span: Span,
    /// What it says to the search: without the addresses of links.
    pub text: String,
    /// Its words.
    pub words: usize,
}

/// The passages of an article's body, in order. Together they are all of it, up to
/// [`limits::PASSAGES_PER_ARTICLE`].
pub fn passages(readable: &Readable) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut open: Option<(Range<usize>, usize)> = None;
    let mut close = |open: &mut Option<(Range<usize>, usize)>| {
        let Some((range, words)) = open.take() else { return };
        if let Some(span) = readable.span(&range)
            && passages.len() < limits::PASSAGES_PER_ARTICLE
        {
            passages.push(Passage { span, text: readable.searched(&range), words });
        }
    };
    for block in readable.blocks() {
        if block.is_heading && open.as_ref().is_some_and(|(_, words)| *words >= SECTION_WORDS) {
            close(&mut open);
        }
        for unit in units(readable, &block.text) {
            let words = words(readable, &unit);
            let fits = open.as_ref().is_some_and(|(range, before)| {
                before + words <= limits::PASSAGE_WORDS
                    && unit.end - range.start <= limits::PASSAGE_BYTES
            });
            match &mut open {
                Some((range, before)) if fits => {
                    range.end = unit.end;
                    *before += words;
                }
                _ => {
                    close(&mut open);
                    open = Some((unit, words));
                }
            }
        }
    }
    close(&mut open);
    passages
}

fn words(readable: &Readable, range: &Range<usize>) -> usize {
    readable.text().get(range.clone()).map_or(0, |text| text.split_whitespace().count())
}

/// The block itself or, when it is too long for one passage, its sentences.
fn units(readable: &Readable, block: &Range<usize>) -> Vec<Range<usize>> {
    let is_short = words(readable, block) <= limits::PASSAGE_WORDS_MAXIMUM
        && block.len() <= limits::PASSAGE_BYTES;
    if is_short {
        return vec![block.clone()];
    }
    let mut units = Vec::new();
    let mut start = block.start;
    let mut last_word = block.start;
    let mut count = 0;
    for (word_start, word) in words_of(readable.text(), block) {
        let end = word_start + word.len();
        // A text without spaces is cut where it grows too long.
        let is_full = count >= limits::PASSAGE_WORDS || end - start > limits::PASSAGE_BYTES;
        if is_full && last_word > start && readable.may_cut(word_start) {
            units.push(start..last_word);
            (start, count) = (word_start, 0);
        }
        for cut in long_word_cuts(readable, start, word_start, word) {
            units.push(start..cut);
            (start, count) = (cut, 0);
        }
        count += 1;
        last_word = end;
        if word.ends_with(['.', '!', '?', '。', '！', '？', ':']) && readable.may_cut(end) {
            units.push(start..end);
            start = next_word(readable.text(), end, block.end);
            (count, last_word) = (0, start);
        }
    }
    if start < block.end {
        units.push(start..block.end);
    }
    units
}

/// Where a word without end is cut.
fn long_word_cuts(readable: &Readable, start: usize, at: usize, word: &str) -> Vec<usize> {
    let mut cuts = Vec::new();
    let mut from = start;
    for (offset, character) in word.char_indices() {
        let place = at + offset;
        let is_full = place + character.len_utf8() > from + limits::PASSAGE_BYTES;
        if is_full && place > from && readable.may_cut(place) {
            cuts.push(place);
            from = place;
        }
    }
    cuts
}

fn words_of<'a>(
    text: &'a str,
    block: &Range<usize>,
) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
    let start = block.start;
    let block = text.get(block.clone()).unwrap_or_default();
    let mut from = 0;
    block.split(char::is_whitespace).filter_map(move |word| {
        let at = from;
        let rest = block.get(at + word.len()..).unwrap_or_default();
        from = at + word.len() + rest.chars().next().map_or(0, char::len_utf8);
        (!word.is_empty()).then_some((start + at, word))
    })
}

fn next_word(text: &str, from: usize, end: usize) -> usize {
    let rest = text.get(from..end).unwrap_or_default();
    from + (rest.len() - rest.trim_start().len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(markdown: &str) -> Vec<Passage> {
        passages(&Readable::of(markdown))
    }

    #[test]
    fn short_sections_stand_together_and_long_ones_do_not() {
        let short = "## A\n\none two\n\n## B\n\nthree";
        assert_eq!(cut(short).len(), 1);
        let long = format!("## A\n\n{}\n\n## B\n\nthree", "word ".repeat(60));
        let passages = cut(&long);
        assert_eq!(passages.len(), 2);
        assert_eq!(passages[1].text, "B\n\nthree");
        assert_eq!(passages[1].span.cut(&long), Some("B\n\nthree"));
    }

    #[test]
    fn a_long_paragraph_is_cut_between_sentences() {
        let text = "This sentence has six words here. ".repeat(60);
        let passages = cut(&text);
        assert!(passages.len() >= 3, "{}", passages.len());
        for passage in &passages {
            assert!(passage.words <= limits::PASSAGE_WORDS, "{}", passage.words);
            assert!(passage.text.starts_with("This") && passage.text.ends_with("here."));
        }
    }

    #[test]
    fn a_text_without_spaces_is_cut_too() {
        let text = "é".repeat(5_000);
        let passages = cut(&text);
        assert!(passages.iter().all(|passage| passage.text.len() <= limits::PASSAGE_BYTES));
        assert_eq!(passages.iter().map(|passage| passage.text.as_str()).collect::<String>(), text);
    }

    #[test]
    fn there_are_only_so_many_passages() {
        let text = format!("## H\n\n{}\n\n", "w ".repeat(60)).repeat(2_000);
        assert_eq!(cut(&text).len(), limits::PASSAGES_PER_ARTICLE);
    }

    const MARKDOWN: &str = "(# |## |\n\n|\n|- |1\\. |\\*\\*|`|```\n|\\[a\\]\\(https://b\\.example\\)|!\\[x\\]\\(y\\)|<b>|<div>|</div>|<!--|-->|&amp;|\\\\|\\| |\\|---\\|\n|> |word |é|日|[a-z. ]{1,12}){0,80}";

    proptest! {
        #[test]
        fn every_passage_is_cut_from_the_markdown(markdown in MARKDOWN) {
            let readable = Readable::of(&markdown);
            let mut end = 0;
            for passage in passages(&readable) {
                prop_assert!(passage.span.cut(&markdown).is_some());
                prop_assert!(passage.span.start() >= end, "they overlap");
                end = passage.span.end();
                let quoted = readable.quoted(passage.span);
                prop_assert!(quoted.is_some(), "{:?}", passage);
            }
        }

        #[test]
        fn no_word_is_lost(words in proptest::collection::vec("[a-z]{1,8}[.]?", 1..400)) {
            let text = words.join(" ");
            let found: Vec<String> = cut(&text).into_iter().map(|passage| passage.text).collect();
            prop_assert_eq!(found.join(" "), text);
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,300}") {
            let _ = cut(&text);
        }
    }
}
