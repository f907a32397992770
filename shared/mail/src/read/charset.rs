//! Bytes as text. A declared charset is believed as long as the bytes are possible in it; where it is
//! missing, unknown or impossible, UTF-8 is tried and then, byte by byte, Windows-1252.

use encoding_rs::{Encoding, ISO_2022_JP, ISO_8859_8_I, SHIFT_JIS, WINDOWS_1252};

/// A text and whether it was readable as it was declared.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub text: String,
    pub as_declared: bool,
}

/// The text of `bytes`, which are said to be in the charset `label`.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> Decoded {
    let declared = label.map(str::trim).filter(|label| !label.is_empty());
    let Some(encoding) = declared.and_then(known) else {
        let is_ascii = declared.is_none_or(is_ascii_label) && bytes.is_ascii();
        return Decoded { text: undeclared(bytes), as_declared: declared.is_none() || is_ascii };
    };
    let (text, _, has_errors) = encoding.decode(bytes);
    if !has_errors {
        return Decoded { text: text.into_owned(), as_declared: true };
    }
    let text = if encoding == encoding_rs::UTF_8
        || std::str::from_utf8(bytes).is_ok_and(|_| {
            // Escape sequences are ASCII, and so possible in UTF-8 without being it.
            encoding != ISO_2022_JP
        }) {
        utf8_or_windows_1252(bytes)
    } else {
        text.replace('\u{fffd}', "?")
    };
    Decoded { text, as_declared: false }
}

/// The text of bytes that declare nothing.
pub(super) fn undeclared(bytes: &[u8]) -> String {
    let has_escapes = bytes.windows(2).any(|pair| matches!(pair, b"\x1b$" | b"\x1b("));
    if bytes.is_ascii() && has_escapes {
        let (text, _, has_errors) = ISO_2022_JP.decode(bytes);
        if !has_errors {
            return text.into_owned();
        }
    }
    utf8_or_windows_1252(bytes)
}

/// The text of a header's bytes: UTF-8 if they are, else the charset that the body declares, else
/// Windows-1252.
pub(super) fn of_header(bytes: &[u8], body: Option<&str>) -> String {
    if bytes.is_ascii() || std::str::from_utf8(bytes).is_ok() {
        return undeclared(bytes);
    }
    match body.and_then(known) {
        Some(encoding) if encoding != encoding_rs::UTF_8 => {
            let (text, _, has_errors) = encoding.decode(bytes);
            if has_errors { utf8_or_windows_1252(bytes) } else { text.into_owned() }
        }
        _ => utf8_or_windows_1252(bytes),
    }
}

/// Where an HTML text may say which charset it is in: browsers look at the first 1,024 bytes.
const DECLARED_WITHIN: usize = 1_024;

/// The charset that an HTML text declares of itself, if it does.
pub(super) fn of_html(bytes: &[u8]) -> Option<String> {
    let start = bytes.get(..bytes.len().min(DECLARED_WITHIN))?;
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let metas = start.split("<meta").skip(1).filter_map(|meta| meta.split('>').next());
    let mut labels = metas.filter_map(|meta| meta.split_once("charset=")).map(|(_, label)| {
        let label = label.trim_start_matches(['"', '\'', ' ']);
        let end = label.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c)));
        label.get(..end.unwrap_or(label.len())).unwrap_or_default().to_owned()
    });
    labels.find(|label| !label.is_empty())
}

/// What a label means, if it says anything of use.
fn known(label: &str) -> Option<&'static Encoding> {
    let lower = label.to_ascii_lowercase();
    match lower.as_str() {
        "cp932" | "ms932" | "windows-932" => Some(SHIFT_JIS),
        "_iso-2022-jp$sio" | "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-3"
        | "iso-2022-jp-ms" | "cp50220" | "cp50221" => Some(ISO_2022_JP),
        "iso-8859-8-e" => Some(ISO_8859_8_I),
        "cp1252" | "ansi" => Some(WINDOWS_1252),
        "x-user-defined" => None,
        label if is_ascii_label(label) => None,
        label => {
            let windows = label.strip_prefix("cp").map(|number| format!("windows-{number}"));
            Encoding::for_label_no_replacement(label.as_bytes()).or_else(|| {
                windows.and_then(|label| Encoding::for_label_no_replacement(label.as_bytes()))
            })
        }
    }
}

/// ASCII is part of nearly everything, and programs that say it send anything.
fn is_ascii_label(label: &str) -> bool {
    ["us-ascii", "ascii", "ansi_x3.4-1968", "us"]
        .iter()
        .any(|ascii| ascii.eq_ignore_ascii_case(label))
}

/// UTF-8 where the bytes are, and the bytes that are not as Windows-1252: one damaged byte does not
/// spoil the letters around it.
fn utf8_or_windows_1252(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let (rest, _) = WINDOWS_1252.decode_without_bom_handling(chunk.invalid());
        text.push_str(&rest);
    }
    text
}

/// A text as it is kept: line ends are `\n`; of control characters only these and tabs stay; no white
/// space at the end.
pub(super) fn clean(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut characters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{c}' => kept.push('\n'),
            '\t' => kept.push('\t'),
            character if character.is_control() => {}
            character => kept.push(character),
        }
    }
    kept.truncate(kept.trim_end().len());
    kept
}

/// A text as one line.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], label: &str) -> (String, bool) {
        let decoded = decode(bytes, Some(label));
        (decoded.text, decoded.as_declared)
    }

    #[test]
    fn a_declaration_that_is_possible_is_believed() {
        assert_eq!(read("größer".as_bytes(), "utf-8"), ("größer".to_owned(), true));
        assert_eq!(read(b"gr\xf6\xdfer", "ISO-8859-1"), ("größer".to_owned(), true));
        assert_eq!(read(b"\xf9\xec\xe5\xed", "iso-8859-8-i"), ("שלום".to_owned(), true));
        assert_eq!(read(b"\xf9\xec\xe5\xed", "iso-8859-8-e").0, "שלום");
        assert_eq!(read(b"\xef\xf0\xe8", "cp1251"), ("при".to_owned(), true));
        assert_eq!(read(b"\x82\xa0", "cp932"), ("あ".to_owned(), true));
        // Valid Latin-1 that would also be valid UTF-8 stays what it says it is.
        assert_eq!(read("ü".as_bytes(), "iso-8859-1"), ("Ã¼".to_owned(), true));
        assert_eq!(read(b"\x1b$B-!-\"\x1b(B", "ISO-2022-JP").0, "①②");
    }

    #[test]
    fn a_wrong_declaration_is_mended_and_reported() {
        assert_eq!(read(b"gr\xf6\xdfer", "utf-8"), ("größer".to_owned(), false));
        assert_eq!(read(b"\x96 caf\xe9 \xc3\xa9", "utf8"), ("– café é".to_owned(), false));
        assert_eq!(read("größer".as_bytes(), "us-ascii"), ("größer".to_owned(), false));
        assert_eq!(read("größer".as_bytes(), "unknown-8bit"), ("größer".to_owned(), false));
        assert_eq!(read("größer".as_bytes(), "gb18030x").0, "größer");
        assert_eq!(read(b"hello", "us-ascii"), ("hello".to_owned(), true));
        assert!(!read(b"\x82\xff\x82", "shift_jis").0.contains('\u{fffd}'));
    }

    #[test]
    fn nothing_declared_is_utf8_japanese_or_windows_1252() {
        assert_eq!(undeclared("日本".as_bytes()), "日本");
        assert_eq!(undeclared(b"\x1b$BF|K\\\x1b(B"), "日本");
        assert_eq!(undeclared(b"gr\xf6\xdfer"), "größer");
        assert_eq!(of_header(b"\xef\xf0\xe8", Some("windows-1251")), "при");
        assert_eq!(of_header(b"J\xf6rg", Some("utf-8")), "Jörg");
    }

    #[test]
    fn only_lines_and_tabs_are_left_of_control_characters() {
        assert_eq!(clean("a\r\nb\rc\0\u{1b}\td\u{85}e \n\n"), "a\nb\nc\td\ne");
        assert_eq!(one_line(" a\r\n\tb\0c "), "a b c");
    }
}
