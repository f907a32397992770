//! Encoded words in headers (RFC 2047), also where programs break its rules: a character cut in two by
//! two words, words inside quotes, words with nothing between them.

use base64::Engine;

use super::{charset, transfer};

/// Bytes that one or more neighbouring words of one charset stand for.
struct Run<'a> {
    charset: &'a str,
    bytes: Vec<u8>,
}

/// The text with its encoded words decoded.
pub(super) fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut run: Option<Run<'_>> = None;
    let mut rest = text;
    while let Some(start) = rest.find("=?") {
        let (before, from) = rest.split_at(start);
        let Some((word, after)) = word(from) else {
            end_run(&mut run, &mut decoded);
            decoded.push_str(before);
            decoded.push_str("=?");
            rest = &from[2..];
            continue;
        };
        let is_between_words = run.is_some() && before.chars().all(char::is_whitespace);
        if !is_between_words {
            end_run(&mut run, &mut decoded);
            decoded.push_str(before);
        }
        match &mut run {
            Some(run) if run.charset.eq_ignore_ascii_case(word.charset) => {
                run.bytes.extend(word.bytes);
            }
            _ => {
                end_run(&mut run, &mut decoded);
                run = Some(word);
            }
        }
        rest = after;
    }
    end_run(&mut run, &mut decoded);
    decoded.push_str(rest);
    decoded
}

fn end_run(run: &mut Option<Run<'_>>, into: &mut String) {
    if let Some(run) = run.take() {
        into.push_str(&charset::decode(&run.bytes, Some(run.charset)).text);
    }
}

/// The word that `text` begins with, and what follows it.
fn word(text: &str) -> Option<(Run<'_>, &str)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let takes = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'=' | b'<' | b'>');
    if charset.is_empty() || !charset.bytes().all(takes) {
        return None;
    }
    // The language behind a star (RFC 2231, section 5) says nothing about the bytes.
    let charset = charset.split_once('*').map_or(charset, |(charset, _)| charset);
    let (content, after) = rest.split_once("?=")?;
    let bytes = match encoding {
        "b" | "B" => base64(content),
        "q" | "Q" => q(content),
        _ => return None,
    };
    Some((Run { charset, bytes }, after))
}

fn base64(content: &str) -> Vec<u8> {
    // One word is rarely wrong; the tolerant reader is for the rest.
    let strict = base64::engine::general_purpose::STANDARD.decode(content);
    strict.unwrap_or_else(|_| transfer::base64(content.as_bytes()).bytes)
}

fn q(content: &str) -> Vec<u8> {
    let spaced: Vec<u8> =
        content.bytes().map(|byte| if byte == b'_' { b' ' } else { byte }).collect();
    transfer::unescaped(&spaced, b'=').0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_character_may_be_cut_in_two() {
        assert_eq!(decode("=?utf-8?B?UGFyY2VsIPCf?= =?utf-8?B?k6YgYnJva2Vu?="), "Parcel 📦 broken");
        assert_eq!(decode("=?utf-8?Q?=C3?==?UTF-8?q?=A9?="), "é");
        assert_eq!(decode("=?utf-8?B?w6?=\t=?utf-8?Q?k?="), decode("=?utf-8?B?w6?= =?utf-8?Q?k?="));
    }

    #[test]
    fn words_stand_among_text() {
        for (text, decoded) in [
            ("a =?iso-8859-1?Q?K=E4the?= b", "a Käthe b"),
            ("=?utf-8*en?Q?a_b?=  =?iso-8859-1?Q?_=E9?=", "a b é"),
            ("\"=?utf-8?q?J=C3=B6rg?=\"", "\"Jörg\""),
            ("no =? word", "no =? word"),
            ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
            ("=?utf-8?Q?unclosed", "=?utf-8?Q?unclosed"),
            ("=?nonsense?Q?caf=E9?=", "café"),
            ("=?utf-8?Q?bad=GG?=", "bad=GG"),
            ("=?gb2312?B?1tDOxA==?=", "中文"),
        ] {
            assert_eq!(super::decode(text), decoded, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in ".*|(=\\?|\\?=|[?=qQbBé_ ]|utf-8|[A-F0-9]{2}){0,40}") {
            decode(&text);
        }

        #[test]
        fn text_without_words_stays(text in "[^=]*") {
            prop_assert_eq!(decode(&text), text);
        }
    }
}
