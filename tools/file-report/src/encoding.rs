//! In which encoding a file is written, and its text in UTF-8.
//!
//! What begins with a byte order mark is what the mark says. What holds a zero byte in every other
//! place is UTF-16. All else is UTF-8 if it is valid, or if it is so but for a few bytes, and
//! otherwise Windows-1252, in which older programs of Windows write most western languages.

use std::fmt;
use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes that are looked at in one go.
const CHUNK_BYTES: usize = 256 * 1024;
/// Bytes at the beginning that tell UTF-16 without a byte order mark.
const UTF_16_BYTES: usize = 4096;
/// Beginnings of files that are no text, and what they are.
const OTHER_FILES: [(&[u8], &str); 5] = [
    (b"PK\x03\x04", "a ZIP file or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\xff\xfe\0\0", "text in UTF-32"),
    (b"\0\0\xfe\xff", "text in UTF-32"),
];

/// Why a file cannot be read as text.
#[derive(Debug, thiserror::Error)]
pub enum EncodingError {
    #[error(
        "cannot be read, it is {what}; save it as text (in Excel: \"CSV UTF-8\") and try again"
    )]
    OtherFile { what: &'static str },
    /// It holds bytes that no text holds.
    #[error(
        "is not text: line {line} holds a zero byte, and it is neither UTF-8 nor UTF-16; save it as UTF-8 (in Excel: \"CSV UTF-8\") and try again"
    )]
    NotText {
        /// The line, counted from 1.
        line: u64,
    },
    #[error("cannot be read: {0}")]
    System(#[from] io::Error),
}

/// What is known of a file's text before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextFacts {
    pub encoding: &'static Encoding,
    /// How many bytes the text has in UTF-8.
    pub bytes: u64,
    /// Sequences of bytes that are no character; each is read as U+FFFD.
    pub damaged: u64,
    /// The line of the first of them, counted from 1.
    pub first_damaged_line: u64,
}

impl TextFacts {
    /// Those of an undamaged text in UTF-8.
    pub fn utf_8(bytes: u64) -> Self {
        Self { encoding: UTF_8, bytes, damaged: 0, first_damaged_line: 0 }
    }
}

impl TextFacts {
    /// What is to be said of it: the encoding, where it is not the usual one or not all of it was read.
    pub fn remark(&self) -> Option<String> {
        let name = self.encoding.name();
        if self.damaged > 0 {
            return Some(format!(
                "The file was read as {name}; {} of its characters are damaged, the first on line {}.",
                self.damaged, self.first_damaged_line
            ));
        }
        (self.encoding != UTF_8).then(|| {
            format!(
                "The file was read as {name}; --encoding names another if its words look wrong."
            )
        })
    }
}

/// Reads all of the file and says what text it holds: in the encoding `named`, or as its bytes tell.
///
/// # Errors
/// [`EncodingError`].
pub fn examine<R: Read>(
    open: impl Fn() -> io::Result<R>,
    named: Option<&'static Encoding>,
) -> Result<TextFacts, EncodingError> {
    let counts = Counts::of(open()?)?;
    let encoding = match named {
        Some(named) => named,
        None => counts.encoding()?,
    };
    let is_utf_8 = encoding == UTF_8;
    let bytes = if is_utf_8 && counts.faults == 0 && !counts.beginning.starts_with(b"\xef\xbb\xbf")
    {
        counts.bytes
    } else {
        io::copy(&mut DecodedText::new(open()?, encoding), &mut io::sink())?
    };
    Ok(TextFacts {
        encoding,
        bytes,
        damaged: if is_utf_8 { counts.faults } else { 0 },
        first_damaged_line: counts.first_fault_line,
    })
}

/// What the bytes of a file are, taken as UTF-8.
#[derive(Debug, Default)]
struct Counts {
    beginning: Vec<u8>,
    bytes: u64,
    line_breaks: u64,
    /// Characters beyond ASCII.
    characters: u64,
    /// Sequences of bytes that are no character.
    faults: u64,
    first_fault_line: u64,
    /// The line of the first zero byte.
    zero_line: Option<u64>,
}

impl Counts {
    fn of(mut file: impl Read) -> io::Result<Self> {
        let mut counts = Self::default();
        let mut chunk = vec![0; CHUNK_BYTES];
        // A character may lie across two chunks: its beginning is kept at the front.
        let mut kept = 0;
        loop {
            let read = match file.read(&mut chunk[kept..]) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let filled = kept + read;
            let missing = UTF_16_BYTES.saturating_sub(counts.beginning.len());
            counts.beginning.extend(chunk[kept..filled].iter().take(missing));
            counts.bytes += read as u64;
            let done = counts.add(&chunk[..filled], read == 0);
            if read == 0 {
                return Ok(counts);
            }
            chunk.copy_within(done..filled, 0);
            kept = filled - done;
        }
    }

    /// Counts the bytes and says how many were counted: a character that only ends too early waits
    /// for more unless this `is_last`.
    fn add(&mut self, bytes: &[u8], is_last: bool) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let (valid, fault) = match std::str::from_utf8(rest) {
                Ok(text) => (text.len(), 0),
                Err(error) => {
                    let valid = error.valid_up_to();
                    match error.error_len() {
                        Some(length) => (valid, length),
                        None if is_last => (valid, rest.len() - valid),
                        None => {
                            self.add_valid(&rest[..valid]);
                            return at + valid;
                        }
                    }
                }
            };
            self.add_valid(&rest[..valid]);
            if fault > 0 {
                self.faults += 1;
                if self.faults == 1 {
                    self.first_fault_line = self.line_breaks + 1;
                }
            }
            at += valid + fault;
        }
        at
    }

    fn add_valid(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\n' => self.line_breaks += 1,
                0 => self.zero_line = self.zero_line.or(Some(self.line_breaks + 1)),
                // The first byte of a character of several.
                0xc0.. => self.characters += 1,
                _ => {}
            }
        }
    }

    fn encoding(&self) -> Result<&'static Encoding, EncodingError> {
        let beginning = &self.beginning;
        if let Some((_, what)) = OTHER_FILES.iter().find(|(mark, _)| beginning.starts_with(mark)) {
            return Err(EncodingError::OtherFile { what });
        }
        if let Some((marked, _)) = Encoding::for_bom(beginning) {
            return Ok(marked);
        }
        if let Some(encoding) = utf_16_without_mark(beginning) {
            return Ok(encoding);
        }
        if self.faults == 0 {
            return Ok(UTF_8);
        }
        if let Some(line) = self.zero_line {
            return Err(EncodingError::NotText { line });
        }
        Ok(if self.characters > self.faults { UTF_8 } else { WINDOWS_1252 })
    }
}

/// UTF-16 as the zero bytes tell: of a text whose headings or names are in Latin letters, one byte
/// of most pairs is zero, and always the same one.
fn utf_16_without_mark(beginning: &[u8]) -> Option<&'static Encoding> {
    let pairs = beginning.chunks_exact(2);
    let count = pairs.len();
    let zeros = |place: usize| pairs.clone().filter(|pair| pair[place] == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    if second * 4 >= count && second > first * 10 {
        Some(UTF_16LE)
    } else if first * 4 >= count && first > second * 10 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// A file's text in UTF-8, without a byte order mark.
pub struct DecodedText<R> {
    file: R,
    decoder: Decoder,
    chunk: Vec<u8>,
    text: Vec<u8>,
    /// How many bytes of `text` were handed on.
    at: usize,
    is_ended: bool,
}

impl<R> DecodedText<R> {
    pub fn new(file: R, encoding: &'static Encoding) -> Self {
        Self {
            file,
            decoder: encoding.new_decoder_with_bom_removal(),
            chunk: vec![0; CHUNK_BYTES],
            text: Vec::new(),
            at: 0,
            is_ended: false,
        }
    }
}

impl<R: Read> Read for DecodedText<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.is_ended {
            let read = self.file.read(&mut self.chunk)?;
            self.is_ended = read == 0;
            let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(4 * CHUNK_BYTES);
            self.text.resize(room, 0);
            let bytes = &self.chunk[..read];
            let (_, _, written, _) =
                self.decoder.decode_to_utf8(bytes, &mut self.text, self.is_ended);
            self.text.truncate(written);
            self.at = 0;
        }
        let left = &self.text[self.at..];
        let taken = left.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&left[..taken]);
        self.at += taken;
        Ok(taken)
    }
}

impl<R> fmt::Debug for DecodedText<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DecodedText")
            .field("encoding", &self.decoder.encoding().name())
            .finish_non_exhaustive()
    }
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

    /// The encoding, the text, and how many characters are damaged.
    fn read(bytes: &[u8]) -> (&'static str, String, u64) {
        let facts = examine(|| Ok(Dripping(bytes)), None).unwrap();
        assert_eq!(examine(|| Ok(bytes), None).unwrap(), facts);
        let mut text = String::new();
        DecodedText::new(Dripping(bytes), facts.encoding).read_to_string(&mut text).unwrap();
        assert_eq!(facts.bytes, text.len() as u64);
        (facts.encoding.name(), text, facts.damaged)
    }

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf_8_is_read_with_and_without_a_mark() {
        for text in ["", "body\n", "Päckchen 📦 fehlt\n", "件名,本文\n"] {
            assert_eq!(read(text.as_bytes()), ("UTF-8", text.to_owned(), 0));
            let marked = format!("\u{feff}{text}");
            assert_eq!(read(marked.as_bytes()), ("UTF-8", text.to_owned(), 0));
        }
        let long = format!("x{}", "ä".repeat(CHUNK_BYTES));
        let facts = examine(|| Ok(long.as_bytes()), None).unwrap();
        assert_eq!((facts.encoding, facts.bytes), (UTF_8, long.len() as u64));
    }

    #[test]
    fn utf_16_is_read_in_both_orders_with_and_without_a_mark() {
        for text in
            ["Subject\tBody\r\nPäckchen\t📦 fehlt\r\n", "[{\"body\": \"x\"}]", "a,b\n件名,本文"]
        {
            for (name, bytes) in [
                ("UTF-16LE", u16::to_le_bytes as fn(u16) -> [u8; 2]),
                ("UTF-16BE", u16::to_be_bytes),
            ] {
                assert_eq!(read(&utf_16(text, bytes)), (name, text.to_owned(), 0));
                let marked = utf_16(&format!("\u{feff}{text}"), bytes);
                assert_eq!(read(&marked), (name, text.to_owned(), 0));
            }
        }
    }

    #[test]
    fn other_bytes_are_windows_1252() {
        for (bytes, text) in [
            (&b"a\nM\xfcller\n"[..], "a\nMüller\n"),
            (b"\x93Wo ist mein P\xe4ckchen?\x94 \x96 12 \x80", "“Wo ist mein Päckchen?” – 12 €"),
            (b"Le colis est arriv\xe9 cass\xe9, \xe7a va", "Le colis est arrivé cassé, ça va"),
            (b"\xbfD\xf3nde est\xe1?", "¿Dónde está?"),
        ] {
            assert_eq!(read(bytes), ("windows-1252", text.to_owned(), 0));
        }
    }

    #[test]
    fn a_few_bad_bytes_in_utf_8_damage_only_themselves() {
        let (name, text, damaged) = read("ä\nö ü\n".as_bytes());
        assert_eq!((name, text.as_str(), damaged), ("UTF-8", "ä\nö ü\n", 0));
        let bytes = ["ä\nö ü ".as_bytes(), b"\xff", "ß\n".as_bytes(), b"\xc3"].concat();
        let (name, text, damaged) = read(&bytes);
        assert_eq!((name, damaged), ("UTF-8", 2));
        assert_eq!(text, "ä\nö ü \u{fffd}ß\n\u{fffd}");
        assert_eq!(examine(|| Ok(&bytes[..]), None).unwrap().first_damaged_line, 2);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let refusal = |bytes: &[u8]| examine(|| Ok(Dripping(bytes)), None).unwrap_err().to_string();
        assert!(refusal(b"PK\x03\x04\x14\0").contains("Excel workbook"));
        assert!(refusal(b"\x1f\x8b\x08").contains("gzip"));
        assert!(refusal(b"\xff\xfe\0\0a\0\0\0").contains("UTF-32"));
        assert!(refusal(b"a\nb\n\xff\xd8 c\0d efghijkl").contains("line 3 holds a zero byte"));
    }

    #[test]
    fn an_encoding_that_is_named_is_taken() {
        let named = Encoding::for_label(b"shift_jis");
        let facts = examine(|| Ok(&b"\x96\x7b\x95\xb6\n"[..]), named).unwrap();
        let mut text = String::new();
        DecodedText::new(&b"\x96\x7b\x95\xb6\n"[..], facts.encoding)
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!((text.as_str(), facts.bytes), ("本文\n", 7));
    }
}
