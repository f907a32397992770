//! Step `binaries`: a function's program holds one TLS stack, which is rustls with ring, and one HTTP
//! stack, which is hyper. A second one costs a cold start its size, and aws-lc costs it start-up work
//! besides. What the manifests ask for does not tell what is linked in the end; the program does.
//!
//! Each panic in a program names its source file, and so the crate and the version that it is from:
//! `…/hyper-1.12.0/src/…`. That holds for stripped programs too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::StepError;
use crate::project::Project;

/// Where the step `sam-local` leaves the functions that SAM has built, each in a folder of its own.
const BUILT: &str = "sam-local/build";
/// A function's program in its folder.
const PROGRAM: &str = "bootstrap";

/// Crates of other TLS and HTTP stacks.
const FORBIDDEN: [&str; 22] = [
    "attohttpc",
    "aws-lc-fips-sys",
    "aws-lc-rs",
    "aws-lc-sys",
    "boring",
    "boring-sys",
    "curl",
    "curl-sys",
    "hyper-openssl",
    "hyper-tls",
    "isahc",
    "mbedtls",
    "minreq",
    "native-tls",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "s2n-tls",
    "s2n-tls-sys",
    "ureq",
    "wolfssl",
];
/// Crates of which a second version is a second stack.
const ONCE: [&str; 7] = ["h2", "http", "hyper", "hyper-rustls", "ring", "rustls", "tokio-rustls"];
/// What libraries in C leave behind, which no panic names.
const TRACES: [&str; 6] = ["AWS-LC", "aws_lc_", "BoringSSL", "OpenSSL ", "libcurl/", "libssl.so"];
/// Every function is a client of Lambda's Runtime API. A program that does not show this crate shows
/// none, as when it was built with other paths, so nothing can be told from it.
const SURELY_THERE: &str = "hyper";
/// The longest name or version that is looked for, in bytes.
const CRATE_BYTES: usize = 64;

/// Why a program is not as it should be.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BinaryError {
    /// There is nothing to look at.
    #[error("no function is built in {}; run the step sam-local first", .0.display())]
    NothingBuilt(PathBuf),
    /// It cannot be read.
    #[error("{} cannot be read: {reason}", program.display())]
    Unreadable {
        /// The program.
        program: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// It does not tell what it is made of.
    #[error("{} does not tell what it is made of: not even {SURELY_THERE} shows", .0.display())]
    Blind(PathBuf),
    /// It holds what it should not.
    #[error("{} holds {}", program.display(), found.iter().cloned().collect::<Vec<_>>().join(", "))]
    Holds {
        /// The program.
        program: PathBuf,
        /// What it holds.
        found: BTreeSet<String>,
    },
}

/// Checks every function that is built.
///
/// # Errors
/// [`BinaryError`], of the first one that is not as it should be.
pub fn run(project: &Project) -> Result<(), StepError> {
    let folder = project.scratch.join(BUILT);
    let mut programs: Vec<PathBuf> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join(PROGRAM))
        .filter(|program| program.is_file())
        .collect();
    programs.sort();
    if programs.is_empty() {
        return Err(BinaryError::NothingBuilt(folder).into());
    }
    for program in &programs {
        check(program)?;
        println!("{} has one TLS stack and one HTTP stack.", program.display());
    }
    Ok(())
}

/// Checks one program.
///
/// # Errors
/// [`BinaryError`].
pub fn check(program: &Path) -> Result<(), BinaryError> {
    let found = other_stacks(program)?;
    if found.is_empty() {
        return Ok(());
    }
    Err(BinaryError::Holds { program: program.to_owned(), found })
}

/// The stacks in a program that should not be there, by the names of crates and libraries.
///
/// # Errors
/// [`BinaryError::Unreadable`], [`BinaryError::Blind`].
pub fn other_stacks(program: &Path) -> Result<BTreeSet<String>, BinaryError> {
    let bytes = std::fs::read(program).map_err(|error| BinaryError::Unreadable {
        program: program.to_owned(),
        reason: error.to_string(),
    })?;
    let crates = crates_in(&bytes);
    if !crates.contains_key(SURELY_THERE) {
        return Err(BinaryError::Blind(program.to_owned()));
    }
    Ok(judge(&crates, &bytes))
}

type Crates = BTreeMap<String, BTreeSet<String>>;

fn judge(crates: &Crates, bytes: &[u8]) -> BTreeSet<String> {
    let forbidden = FORBIDDEN.iter().filter(|name| crates.contains_key(**name));
    let twice = ONCE.iter().filter_map(|name| {
        let versions = crates.get(*name).filter(|versions| versions.len() > 1)?;
        Some(format!("{name} {}", versions.iter().cloned().collect::<Vec<_>>().join(" and ")))
    });
    let traces = TRACES.iter().filter(|trace| contains(bytes, trace.as_bytes()));
    forbidden.chain(traces).map(|name| (*name).to_owned()).chain(twice).collect()
}

/// The crates and versions that paths in `bytes` name.
fn crates_in(bytes: &[u8]) -> Crates {
    let mut crates = Crates::new();
    let mut parts = bytes.split(|byte| *byte == b'/').peekable();
    // What stands before the first slash is no folder below another.
    parts.next();
    while let Some(part) = parts.next() {
        // Nor is what stands behind the last one.
        if parts.peek().is_some()
            && part.len() <= CRATE_BYTES
            && let Some((name, version)) = std::str::from_utf8(part).ok().and_then(crate_of)
        {
            crates.entry(name.to_owned()).or_default().insert(version.to_owned());
        }
    }
    crates
}

/// The name and the version of the crate whose sources are in this folder of cargo's registry.
fn crate_of(folder: &str) -> Option<(&str, &str)> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    folder
        .match_indices('-')
        .filter_map(|(at, _)| Some((folder.get(..at)?, folder.get(at + 1..)?)))
        .find(|(name, version)| {
            !name.is_empty() && name.bytes().all(is_name) && is_version(version)
        })
}

/// `1.2.3`, and what may follow it.
fn is_version(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = text.splitn(3, '.');
    let (major, minor, rest) = (parts.next(), parts.next(), parts.next());
    major.is_some_and(is_number)
        && minor.is_some_and(is_number)
        && rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a program holds its panics' places: one behind the other.
    fn program(crates: &[&str], rest: &str) -> tempfile::NamedTempFile {
        let mut bytes = b"\x7fELF\x02\xff/\x00".to_vec();
        for name in crates {
            bytes.extend_from_slice(
                b"/home/a/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/",
            );
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b"/src/lib.rs\x01\x00");
        }
        bytes.extend_from_slice(rest.as_bytes());
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, bytes).unwrap();
        file
    }

    const RIGHT: [&str; 5] =
        ["hyper-1.12.0", "h2-0.4.20", "rustls-0.23.46", "ring-0.17.14", "aws-config-1.13.0"];

    #[test]
    fn one_stack_is_right() {
        check(program(&RIGHT, "TLS 1.3").path()).unwrap();
    }

    #[test]
    fn every_other_stack_is_found() {
        for name in FORBIDDEN {
            let other = format!("{name}-1.2.3");
            let crates = [&RIGHT[..], &[other.as_str()]].concat();
            let found = other_stacks(program(&crates, "").path()).unwrap();
            assert_eq!(found, BTreeSet::from([name.to_owned()]));
        }
        for name in ONCE {
            let (old, new) = (format!("{name}-0.1.2"), format!("{name}-9.8.7"));
            let crates = ["hyper-9.8.7", old.as_str(), new.as_str()];
            let found = other_stacks(program(&crates, "").path()).unwrap();
            assert!(found.len() == 1 && found.first().unwrap().starts_with(name), "{found:?}");
        }
        for trace in TRACES {
            let found = other_stacks(program(&RIGHT, &format!("x{trace}1.1")).path()).unwrap();
            assert_eq!(found, BTreeSet::from([trace.to_owned()]));
        }
    }

    #[test]
    fn a_real_program_tells_what_it_is_made_of() {
        // This one holds reqwest, which the steps are written with.
        let found = other_stacks(&std::env::current_exe().unwrap()).unwrap();
        assert!(found.contains("reqwest"), "{found:?}");
    }

    #[test]
    fn a_program_that_tells_nothing_is_not_taken_for_right() {
        let silent = program(&["tokio-1.54.1"], "");
        assert_eq!(check(silent.path()), Err(BinaryError::Blind(silent.path().to_owned())));
        assert!(matches!(check(Path::new("/nowhere")), Err(BinaryError::Unreadable { .. })));
    }

    #[test]
    fn no_functions_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let project = Project { scratch: folder.path().to_owned(), ..Project::of_this_program() };
        let built = folder.path().join(BUILT);
        let error = run(&project).unwrap_err();
        assert!(matches!(error, StepError::Binary(BinaryError::NothingBuilt(at)) if at == built));
    }

    #[test]
    fn folders_of_crates_are_told_from_others() {
        assert_eq!(crate_of("aws-lc-rs-1.19.0"), Some(("aws-lc-rs", "1.19.0")));
        assert_eq!(crate_of("md-5-0.10.6"), Some(("md-5", "0.10.6")));
        assert_eq!(crate_of("a-1.0.0-rc.1"), Some(("a", "1.0.0-rc.1")));
        for other in
            ["src", "index.crates.io-1949cf8c6b5b557f", "-1.2.3", "a-b", "a-1.2", "ü-1.2.3"]
        {
            assert_eq!(crate_of(other), None, "{other}");
        }
    }
}
