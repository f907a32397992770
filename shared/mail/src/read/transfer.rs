//! Transfer encodings, undone as far as they go.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// How a part's bytes were made fit for the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transfer {
    /// As they are: `7bit`, `8bit`, `binary`, nothing, or a name that is not known.
    #[default]
    Plain,
    /// `base64`.
    Base64,
    /// `quoted-printable`.
    QuotedPrintable,
    /// `x-uuencode`.
    Uuencode,
}

/// What an encoding stood for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Undone<'a> {
    pub bytes: Cow<'a, [u8]>,
    /// What was added behind the encoded bytes, such as a mailing list's words.
    pub behind: &'a [u8],
    /// Whether all of it was written as the encoding is.
    pub is_exact: bool,
}

/// The tolerant reader's answer for base64.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Base64 {
    pub bytes: Vec<u8>,
    /// Where other words begin, if they do.
    end: usize,
    is_exact: bool,
}

impl Transfer {
    /// What the field `Content-Transfer-Encoding` means.
    pub(super) fn parse(value: &str) -> Self {
        match value.trim().to_ascii_lowercase().as_str() {
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            "x-uuencode" | "x-uue" | "uuencode" => Self::Uuencode,
            _ => Self::Plain,
        }
    }

    pub(super) fn undo(self, bytes: &[u8]) -> Undone<'_> {
        match self {
            Self::Plain => Undone { bytes: bytes.into(), behind: b"", is_exact: true },
            Self::Base64 => {
                let read = base64(bytes);
                let behind = bytes.get(read.end..).unwrap_or_default();
                Undone { bytes: read.bytes.into(), behind, is_exact: read.is_exact }
            }
            Self::QuotedPrintable => {
                let (bytes, is_exact) = quoted_printable(bytes);
                Undone { bytes: bytes.into(), behind: b"", is_exact }
            }
            Self::Uuencode => {
                let (bytes, is_exact) = uuencode(bytes);
                Undone { bytes: bytes.into(), behind: b"", is_exact }
            }
        }
    }
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// Reads base64 in which lines end anywhere, several encoded texts stand one behind the other, or
/// characters are damaged. Ends at a line of other words once padding has ended the encoded text.
pub(super) fn base64(bytes: &[u8]) -> Base64 {
    // Nearly all is right, and may be large.
    let code: Vec<u8> = bytes.iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
    if let Ok(decoded) = base64::engine::general_purpose::STANDARD.decode(&code) {
        return Base64 { bytes: decoded, end: bytes.len(), is_exact: true };
    }
    drop(code);
    tolerant_base64(bytes)
}

fn tolerant_base64(bytes: &[u8]) -> Base64 {
    let mut read =
        Base64 { bytes: Vec::with_capacity(bytes.len() / 4 * 3), end: 0, is_exact: true };
    let mut quads = Vec::with_capacity(bytes.len());
    let mut was_padded = false;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let is_code = |byte: &u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\r' | b'\n')
        };
        let all_code = line.iter().all(is_code);
        if was_padded && !all_code && !line.trim_ascii().is_empty() {
            break;
        }
        read.end += line.len();
        for byte in line {
            match byte {
                b'=' => {
                    flush(&mut quads, &mut read);
                    was_padded = true;
                }
                byte if is_code(byte) && !matches!(byte, b'\r' | b'\n') => quads.push(*byte),
                b'\r' | b'\n' | b' ' | b'\t' => {}
                _ => read.is_exact = false,
            }
        }
    }
    read.is_exact &= quads.len() % 4 == 0;
    flush(&mut quads, &mut read);
    read
}

fn flush(quads: &mut Vec<u8>, read: &mut Base64) {
    if quads.len() % 4 == 1 {
        // Six bits are no byte.
        quads.pop();
        read.is_exact = false;
    }
    match LENIENT.decode(&*quads) {
        Ok(bytes) => read.bytes.extend(bytes),
        Err(_) => read.is_exact = false,
    }
    quads.clear();
}

/// The bytes in which each `mark` with two hex digits stands for one byte, and whether all were so. A
/// mark without digits stays.
pub(super) fn unescaped(source: &[u8], mark: u8) -> (Vec<u8>, bool) {
    let (mut bytes, mut is_exact) = (Vec::with_capacity(source.len()), true);
    let mut at = 0;
    while let Some(byte) = source.get(at) {
        let escaped = (*byte == mark).then(|| hex_pair(source, at + 1)).flatten();
        is_exact &= *byte != mark || escaped.is_some();
        bytes.push(escaped.unwrap_or(*byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    (bytes, is_exact)
}

/// The byte that the two hex digits at `at` stand for.
fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    u8::try_from(digit(at)? * 16 + digit(at + 1)?).ok()
}

/// An escape that is none stays as it was written.
fn quoted_printable(bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut is_exact = true;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let content = line.trim_ascii_end();
        let end = if line.ends_with(b"\r\n") { &b"\r\n"[..] } else { b"\n" };
        let has_end = line.ends_with(b"\n");
        let (content, is_soft) = match content.strip_suffix(b"=") {
            Some(content) => (content, true),
            None => (content, false),
        };
        let (line, is_exact_line) = unescaped(content, b'=');
        decoded.extend(line);
        is_exact &= is_exact_line;
        if has_end && !is_soft {
            decoded.extend(end);
        }
    }
    (decoded, is_exact)
}

fn uuencode(bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut decoded = Vec::new();
    let mut is_exact = true;
    let value = |byte: Option<&u8>| byte.map_or(0, |byte| byte.wrapping_sub(32) & 63);
    for line in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end) {
        if line.is_empty() || line.starts_with(b"begin ") || line == b"end" {
            continue;
        }
        let length = usize::from(value(line.first()));
        let mut row = Vec::with_capacity(length + 2);
        for quad in line.get(1..).unwrap_or_default().chunks(4) {
            let [a, b, c, d] = [0, 1, 2, 3].map(|at| value(quad.get(at)));
            row.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
        }
        is_exact &= row.len() >= length;
        row.truncate(length);
        decoded.extend(row);
    }
    (decoded, is_exact)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn damaged_base64_gives_what_can_be_read() {
        let read = base64(b"aGVs*!\r\nbG8=\r\n");
        assert_eq!((read.bytes.as_slice(), read.is_exact), (&b"hello"[..], false));
        assert_eq!(base64(b"aGVsbG8").bytes, b"hello");
        assert_eq!(base64(b"aGU=bGxv").bytes, b"hello");
        assert_eq!(base64(b"aGVsbG8gd").bytes, b"hello ");
    }

    #[test]
    fn a_lists_footer_is_no_base64() {
        let undone = Transfer::Base64.undo(b"aGVsbG8=\r\n____\r\nThe list of all\r\n");
        assert_eq!(undone.bytes.as_ref(), b"hello");
        assert_eq!(undone.behind, b"____\r\nThe list of all\r\n");
    }

    #[test]
    fn bad_escapes_stay() {
        let undone = Transfer::QuotedPrintable.undo(b"a=3D=\r\nb =ZZ=E9  \r\nc=");
        assert_eq!(undone.bytes.as_ref(), b"a=b =ZZ\xe9\r\nc");
        assert!(!undone.is_exact);
        assert!(Transfer::QuotedPrintable.undo(b"=C3=A9\r\n").is_exact);
    }

    #[test]
    fn uuencoded_parts_are_read() {
        let undone = Transfer::Uuencode.undo(b"begin 644 a.txt\r\n%:&5L;&\\\r\n`\r\nend\r\n");
        assert_eq!(undone.bytes.as_ref(), b"hello");
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for transfer in [Transfer::Base64, Transfer::QuotedPrintable, Transfer::Uuencode] {
                transfer.undo(&bytes);
            }
        }

        #[test]
        fn well_formed_base64_is_read_exactly(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let text = base64::engine::general_purpose::STANDARD.encode(&bytes);
            let lines: Vec<&[u8]> = text.as_bytes().chunks(76).collect();
            let undone = base64(&lines.join(&b"\r\n"[..]));
            prop_assert!(undone.is_exact);
            prop_assert_eq!(undone.bytes, bytes);
        }
    }
}
