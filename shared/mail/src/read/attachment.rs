//! Files of a mail: where their bytes are, and names that are data and nothing else.

use std::borrow::Cow;
use std::ops::Range;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::parts::Leaf;
use super::transfer::Transfer;
use crate::address::is_invisible;
use crate::limits;

/// A file that came with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: FileName,
    /// The media type that the sender claims, in lower case: `type/subtype`, else
    /// `application/octet-stream`. Not to be believed.
    pub media_type: String,
    /// The id by which the mail's HTML shows it in place, if it does.
    pub content_id: Option<String>,
    /// Where its bytes are.
    pub content: Content,
    /// How many they are.
    pub length: usize,
    /// The SHA-256 of its bytes.
    pub digest: [u8; 32],
    /// Whether it was damaged: what could be read of it is kept.
    pub is_damaged: bool,
}

/// Where a file's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// In the raw mail.
    Encoded {
        /// From which byte to which.
        range: Range<usize>,
        /// How they are encoded there.
        transfer: Transfer,
    },
    /// Unpacked from a container of Outlook's.
    Unpacked(Vec<u8>),
}

impl Attachment {
    /// The file's bytes, out of the raw mail that was read.
    pub fn bytes<'a>(&'a self, raw: &'a [u8]) -> Cow<'a, [u8]> {
        match &self.content {
            Content::Encoded { range, transfer } => {
                transfer.undo(raw.get(range.clone()).unwrap_or_default()).bytes
            }
            Content::Unpacked(bytes) => Cow::Borrowed(bytes),
        }
    }

    /// The part as a file.
    pub(super) fn of(leaf: &Leaf, raw: &[u8], number: usize) -> Self {
        let named = leaf.disposition.get("filename").or_else(|| leaf.content_type.get("name"));
        let media_type = media_type(&leaf.content_type.word);
        let name = named.and_then(FileName::clean);
        let name = name.unwrap_or_else(|| FileName::unnamed(number, &media_type));
        let undone = leaf.transfer.undo(raw.get(leaf.body.clone()).unwrap_or_default());
        Self {
            name,
            media_type,
            content_id: leaf.content_id.clone().filter(|id| !id.is_empty()),
            content: Content::Encoded { range: leaf.body.clone(), transfer: leaf.transfer },
            length: undone.bytes.len(),
            digest: Sha256::digest(&undone.bytes).into(),
            is_damaged: !undone.is_exact,
        }
    }

    /// A file out of a container.
    pub(super) fn unpacked(name: FileName, bytes: Vec<u8>) -> Self {
        Self {
            name,
            media_type: media_type(""),
            content_id: None,
            length: bytes.len(),
            digest: Sha256::digest(&bytes).into(),
            content: Content::Unpacked(bytes),
            is_damaged: false,
        }
    }

    /// The raw mail itself.
    pub(super) fn of_mail(raw: &[u8]) -> Self {
        Self {
            name: FileName("mail.eml".to_owned()),
            media_type: "message/rfc822".to_owned(),
            content_id: None,
            content: Content::Encoded { range: 0..raw.len(), transfer: Transfer::Plain },
            length: raw.len(),
            digest: Sha256::digest(raw).into(),
            is_damaged: false,
        }
    }
}

/// The type if it is written as one is, else that of bytes of any kind.
pub(crate) fn media_type(word: &str) -> String {
    let takes = |c: char| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c);
    let is_type = word.len() <= 127
        && word.split_once('/').is_some_and(|(kind, subtype)| {
            !kind.is_empty()
                && !subtype.is_empty()
                && (kind.chars().chain(subtype.chars())).all(takes)
        });
    if is_type { word.to_owned() } else { "application/octet-stream".to_owned() }
}

/// A file's name: one segment of at most [`limits::FILE_NAME_BYTES`] bytes in Unicode's form NFKC,
/// without control and format characters, which could turn its letters around.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

/// Names of devices on Windows, with whatever ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Endings of files that run when they are opened: what Amazon SES refuses to send, and kin.
const PROGRAMS: [&str; 62] = [
    "ade", "adp", "app", "asp", "bas", "bat", "cer", "chm", "cmd", "com", "cpl", "crt", "csh",
    "der", "dll", "exe", "fxp", "gadget", "hlp", "hta", "inf", "ins", "isp", "jar", "js", "jse",
    "ksh", "lib", "lnk", "mad", "maf", "mag", "mam", "mda", "mdb", "mde", "mst", "msc", "msh",
    "msi", "msp", "ops", "pcd", "pif", "plg", "prf", "prg", "ps1", "reg", "scf", "scr", "sct",
    "shb", "shs", "sys", "tmp", "url", "vb", "vbe", "vbs", "wsf", "wsh",
];

impl FileName {
    /// Makes a name of any text; `None` when nothing is left of it.
    pub fn clean(text: &str) -> Option<Self> {
        let normal: String = text.nfkc().filter(|c| !is_invisible(*c)).collect();
        let segment = normal.rsplit(['/', '\\']).next().unwrap_or_default();
        let allowed: String =
            segment.chars().map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
        let spaced = allowed.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = spaced.trim_end_matches(['.', ' ']).trim_start_matches(['.', ' ']);
        let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
        let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit());
        let name = if DEVICES.contains(&stem) { format!("_{name}") } else { name.to_owned() };
        (!name.is_empty()).then(|| Self(cut(&name)))
    }

    /// The name of a file that has none.
    fn unnamed(number: usize, media_type: &str) -> Self {
        let ending = match media_type {
            "text/plain" => "txt",
            "text/html" => "html",
            "text/calendar" => "ics",
            "text/csv" => "csv",
            "message/rfc822" => "eml",
            "image/jpeg" => "jpg",
            "image/png" => "png",
            "image/gif" => "gif",
            "application/pdf" => "pdf",
            _ => "bin",
        };
        Self(format!("attachment-{number}.{ending}"))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the file runs when it is opened, going by its ending.
    pub fn is_program(&self) -> bool {
        let ending = self.0.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        PROGRAMS.contains(&ending.trim())
    }
}

/// The name with at most so many bytes; its ending stays.
fn cut(name: &str) -> String {
    if name.len() <= limits::FILE_NAME_BYTES {
        return name.to_owned();
    }
    let ending =
        name.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| ending.len() <= 16);
    let ending = ending.map(|ending| format!(".{ending}")).unwrap_or_default();
    let mut end = limits::FILE_NAME_BYTES - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", &name[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clean(text: &str) -> String {
        FileName::clean(text).map(|name| name.0).unwrap_or_default()
    }

    #[test]
    fn a_name_is_one_segment_that_reads_as_it_is() {
        for (text, name) in [
            ("Grundriß Küche.pdf", "Grundriß Küche.pdf"),
            ("invoice_\u{202e}fdp.exe", "invoice_fdp.exe"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\a\\b.pdf", "b.pdf"),
            ("a／b．pdf", "b.pdf"),
            ("..", ""),
            ("．．／", ""),
            (".htaccess", "htaccess"),
            ("a.exe. . ", "a.exe"),
            ("a\r\nb\0.pdf", "ab.pdf"),
            ("a\tb\u{2028}c.pdf", "abc.pdf"),
            ("CON.txt", "_CON.txt"),
            ("com1", "_com1"),
            ("a\"b.pdf", "a_b.pdf"),
            ("e\u{301}.pdf", "é.pdf"),
            ("\u{200b}", ""),
        ] {
            assert_eq!(clean(text), name, "{text:?}");
        }
    }

    #[test]
    fn programs_are_told_by_their_ending() {
        for name in
            ["a.exe", "invoice_\u{202e}fdp.exe", "a.pdf.JS", "a.scr", "a.pdf .exe", "a.ｅｘｅ"]
        {
            assert!(FileName::clean(name).unwrap().is_program(), "{name:?}");
        }
        for name in ["a.pdf", "exe", "a.zip", "a.executable"] {
            assert!(!FileName::clean(name).unwrap().is_program(), "{name:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = clean(&format!("{}.pdf", "é".repeat(300)));
        assert!(name.len() <= 255 && name.ends_with("é.pdf"));
        assert!(clean(&"a".repeat(1_000)).len() == 255);
    }

    proptest! {
        #[test]
        fn a_clean_name_is_clean(text in "\\PC{0,300}|.{0,40}") {
            if let Some(name) = FileName::clean(&text) {
                prop_assert!(name.0.len() <= 255);
                prop_assert!(!name.0.contains(['/', '\\', '"', '\r', '\n']));
                prop_assert!(!name.0.chars().any(is_invisible));
                prop_assert!(!name.0.starts_with('.'));
            }
        }
    }
}
