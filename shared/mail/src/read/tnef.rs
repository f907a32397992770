//! `winmail.dat`: Outlook's own container (MS-OXTNEF), in which the words and files of a mail may hide.
//!
//! Read are the plain text, the files and their names. Words that exist only as formatted text in
//! Outlook's properties are not: then the container itself stays an attachment.

use std::collections::VecDeque;

use super::charset;
use crate::limits;

const SIGNATURE: u32 = 0x223E_9F78;

/// Ids of attributes: the lower half of the number; the upper half is the type of what they hold.
const BODY: u16 = 0x800C;
const FILE_DATA: u16 = 0x800F;
const FILE_TITLE: u16 = 0x8010;
const FILE_BEGINS: u16 = 0x9002;
const CODE_PAGE: u16 = 0x9007;

/// What a container holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tnef {
    /// The plain text, if there is one.
    pub body: Option<String>,
    pub files: Vec<TnefFile>,
}

/// A file in a container.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TnefFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

struct Attribute<'a> {
    id: u16,
    data: &'a [u8],
}

/// Reads as much of a container as there is; `None` when it is none.
pub(super) fn read(bytes: &[u8]) -> Option<Tnef> {
    let mut input = Input(bytes);
    if input.u32()? != SIGNATURE {
        return None;
    }
    input.take(2)?;
    let attributes: VecDeque<Attribute<'_>> =
        std::iter::from_fn(|| attribute(&mut input)).take(limits::TNEF_ENTRIES).collect();
    let page = attributes.iter().find(|attribute| attribute.id == CODE_PAGE);
    let page = page.and_then(|attribute| Input(attribute.data).u32()).unwrap_or(1252);
    let label = if page == 65_001 { "utf-8".to_owned() } else { format!("windows-{page}") };
    let text = |data: &[u8]| {
        let data = data.split(|byte| *byte == 0).next().unwrap_or_default();
        charset::decode(data, Some(&label)).text
    };
    let mut tnef = Tnef::default();
    for Attribute { id, data } in attributes {
        match id {
            BODY => tnef.body = Some(charset::clean(&text(data))),
            FILE_BEGINS => tnef.files.push(TnefFile::default()),
            FILE_TITLE => {
                if let Some(file) = tnef.files.last_mut() {
                    file.name = text(data);
                }
            }
            FILE_DATA => {
                if let Some(file) = tnef.files.last_mut() {
                    file.bytes = data.to_vec();
                }
            }
            _ => {}
        }
    }
    tnef.body = tnef.body.filter(|body| !body.trim().is_empty());
    Some(tnef)
}

fn attribute<'a>(input: &mut Input<'a>) -> Option<Attribute<'a>> {
    let level = input.take(1)?;
    if !matches!(level, [1 | 2]) {
        return None;
    }
    let id = input.u32()?;
    let length = usize::try_from(input.u32()?).ok()?;
    let data = input.take(length)?;
    // A checksum, which wrong programs get wrong.
    let _ = input.take(2);
    Some(Attribute { id: u16::try_from(id & 0xFFFF).unwrap_or_default(), data })
}

/// Bytes that are read from the front; numbers have their lowest byte first.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        let bytes: [u8; 4] = self.take(4)?.try_into().ok()?;
        Some(u32::from_le_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn container(attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_le_bytes().to_vec();
        bytes.extend([1, 0]);
        for (id, data) in attributes {
            bytes.push(if *id == BODY || *id == CODE_PAGE { 1 } else { 2 });
            bytes.extend(u32::from(*id).to_le_bytes());
            bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
            bytes.extend(*data);
            bytes.extend([0, 0]);
        }
        bytes
    }

    #[test]
    fn words_and_files_are_found() {
        let page = 1251_u32.to_le_bytes();
        let bytes = container(&[
            (CODE_PAGE, &page),
            (BODY, b"\xef\xf0\xe8\0"),
            (0x9003, b"skipped"),
            (FILE_BEGINS, b""),
            (FILE_TITLE, b"a.csv\0"),
            (FILE_DATA, b"1;2"),
        ]);
        let tnef = read(&bytes).unwrap();
        assert_eq!(tnef.body.as_deref(), Some("при"));
        let file = TnefFile { name: "a.csv".to_owned(), bytes: b"1;2".to_vec() };
        assert_eq!(tnef.files, [file]);
        for end in 0..bytes.len() {
            let _ = read(&bytes[..end]);
        }
    }

    #[test]
    fn other_bytes_are_no_container() {
        assert_eq!(read(b""), None);
        assert_eq!(read(b"PK\x03\x04 and more"), None);
        let long = container(&[(BODY, b"x")]);
        let mut lying = long.clone();
        lying[11] = 0xFF;
        assert_eq!(read(&lying).unwrap(), Tnef::default());
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut whole = SIGNATURE.to_le_bytes().to_vec();
            whole.extend(bytes);
            let _ = read(&whole);
        }
    }
}
