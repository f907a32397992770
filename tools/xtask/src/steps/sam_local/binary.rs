//! Whether a binary that was built runs on Lambda.

use std::fs;
use std::io;
use std::path::Path;

/// The version of glibc in `provided.al2023`, which is Amazon Linux 2023: 2.34.
const GLIBC_MINOR_VERSION: u32 = 34;
/// What the name of each version of a symbol of glibc begins with.
const GLIBC_VERSION: &[u8] = b"GLIBC_2.";
/// What every ELF file begins with.
const ELF_MAGIC: &[u8] = b"\x7fELF";
/// Where an ELF file names its processor.
const ELF_MACHINE: std::ops::Range<usize> = 18..20;
/// The number of this machine's processor in ELF.
const MACHINE: u16 = if cfg!(target_arch = "aarch64") { 183 } else { 62 };

/// Why it does not run there.
#[derive(Debug, thiserror::Error)]
pub enum BinaryError {
    /// It is not there.
    #[error("it was not built: {0}")]
    NotThere(#[from] io::Error),
    /// It is no program, or one for another processor.
    #[error("it is no program for this processor")]
    OtherProcessor,
    /// It needs a newer C library than Lambda has.
    #[error("it needs glibc 2.{0}, but Lambda has 2.{GLIBC_MINOR_VERSION}")]
    GlibcTooNew(u32),
}

/// Checks the program at `path`.
///
/// # Errors
/// [`BinaryError`].
pub fn check(path: &Path) -> Result<(), BinaryError> {
    check_bytes(&fs::read(path)?)
}

fn check_bytes(binary: &[u8]) -> Result<(), BinaryError> {
    let machine = binary.get(ELF_MACHINE).and_then(|bytes| <[u8; 2]>::try_from(bytes).ok());
    if !binary.starts_with(ELF_MAGIC) || machine.map(u16::from_le_bytes) != Some(MACHINE) {
        return Err(BinaryError::OtherProcessor);
    }
    match newest_glibc(binary) {
        Some(minor) if minor > GLIBC_MINOR_VERSION => Err(BinaryError::GlibcTooNew(minor)),
        _ => Ok(()),
    }
}

/// The newest minor version of glibc that the binary names.
fn newest_glibc(binary: &[u8]) -> Option<u32> {
    let starts = binary.windows(GLIBC_VERSION.len()).enumerate();
    let versions = starts.filter(|(_, window)| *window == GLIBC_VERSION);
    versions
        .filter_map(|(start, _)| {
            let rest = &binary[start + GLIBC_VERSION.len()..];
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).take(3);
            String::from_utf8(digits.copied().collect()).ok()?.parse().ok()
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binary(machine: u16, rest: &[u8]) -> Vec<u8> {
        let mut binary = ELF_MAGIC.to_vec();
        binary.resize(ELF_MACHINE.start, 0);
        binary.extend(machine.to_le_bytes());
        binary.extend(rest);
        binary
    }

    #[test]
    fn the_newest_version_decides() {
        assert!(check_bytes(&binary(MACHINE, b"\0GLIBC_2.2.5\0GLIBC_2.34\0")).is_ok());
        assert!(check_bytes(&binary(MACHINE, b"no version at all")).is_ok());
        let too_new = check_bytes(&binary(MACHINE, b"\0GLIBC_2.2.5\0GLIBC_2.39\0GLIBC_2.4\0"));
        assert!(matches!(too_new, Err(BinaryError::GlibcTooNew(39))), "{too_new:?}");
    }

    #[test]
    fn another_processor_is_told_from_this_one() {
        for other in [binary(3, b""), b"#!/bin/sh".to_vec(), Vec::new()] {
            let result = check_bytes(&other);
            assert!(matches!(result, Err(BinaryError::OtherProcessor)), "{result:?}");
        }
    }

    #[test]
    fn a_version_at_the_end_is_read() {
        assert_eq!(newest_glibc(b"GLIBC_2."), None);
        assert_eq!(newest_glibc(b"GLIBC_2.17"), Some(17));
    }
}
