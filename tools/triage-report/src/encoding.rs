//! Whether a file is text in UTF-8, before anything is made of it.

use std::io::{self, Read};

/// Bytes that are looked at in one go.
const CHUNK_BYTES: usize = 256 * 1024;

/// Why a file cannot be read as text.
#[derive(Debug, thiserror::Error)]
pub enum EncodingError {
    /// It begins as text in UTF-16 does.
    #[error("is text in UTF-16; save it as UTF-8 (in Excel: \"CSV UTF-8\") and try again")]
    Utf16,
    /// It holds bytes that no text in UTF-8 holds.
    #[error(
        "is not text in UTF-8: line {line} holds other bytes; save it as UTF-8 (in Excel: \"CSV UTF-8\") and try again"
    )]
    NotUtf8 {
        /// The line, counted from 1.
        line: u64,
    },
    #[error("cannot be read: {0}")]
    System(#[from] io::Error),
}

/// Reads all of `file` and says how many bytes it has.
///
/// # Errors
/// [`EncodingError`].
pub fn check(mut file: impl Read) -> Result<u64, EncodingError> {
    let mut chunk = vec![0; CHUNK_BYTES];
    // A character may lie across two chunks: its beginning is kept at the front.
    let mut kept = 0;
    let mut bytes = 0;
    let mut line = 1;
    loop {
        let read = match file.read(&mut chunk[kept..]) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        let filled = &chunk[..kept + read];
        if bytes == 0 && (filled.starts_with(&[0xff, 0xfe]) || filled.starts_with(&[0xfe, 0xff])) {
            return Err(EncodingError::Utf16);
        }
        bytes += read as u64;
        let valid = match std::str::from_utf8(filled) {
            Ok(text) => text.len(),
            // Without `error_len` the text only ends too early, and more may come.
            Err(error) if error.error_len().is_none() && read > 0 => error.valid_up_to(),
            Err(error) => {
                let before = &filled[..error.valid_up_to()];
                return Err(EncodingError::NotUtf8 { line: line + line_breaks(before) });
            }
        };
        if read == 0 {
            return Ok(bytes);
        }
        line += line_breaks(&filled[..valid]);
        let filled = filled.len();
        chunk.copy_within(valid..filled, 0);
        kept = filled - valid;
    }
}

fn line_breaks(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Dripping<'a>(&'a [u8]);

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let one = buffer.len().min(1);
            self.0.read(&mut buffer[..one])
        }
    }

    #[test]
    fn text_is_taken_wherever_its_chunks_end() {
        let text = "Päckchen 📦 fehlt\n";
        assert_eq!(check(Dripping(text.as_bytes())).unwrap(), text.len() as u64);
        let long = "ä".repeat(CHUNK_BYTES) + "x";
        assert_eq!(check(format!("x{long}").as_bytes()).unwrap(), long.len() as u64 + 1);
        assert_eq!(check(&b""[..]).unwrap(), 0);
    }

    #[test]
    fn other_bytes_are_refused_with_their_line() {
        let line = |bytes: &[u8]| match check(Dripping(bytes)) {
            Err(EncodingError::NotUtf8 { line }) => line,
            other => panic!("{other:?}"),
        };
        assert_eq!(line(b"a\nb\nM\xfcller\n"), 3);
        assert_eq!(line(b"\x80"), 1);
        // The text ends in the middle of a character.
        assert_eq!(line("a\nä".as_bytes().split_last().unwrap().1), 2);
        assert!(matches!(check(&b"\xff\xfea\0"[..]), Err(EncodingError::Utf16)));
        assert!(matches!(check(&b"\xfe\xff\0a"[..]), Err(EncodingError::Utf16)));
    }
}
