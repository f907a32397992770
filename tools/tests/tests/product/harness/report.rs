//! The commands that report on a file, as processes.

use std::path::Path;
use std::process::{Command, Output};

/// Runs `command` on `file`.
pub fn report(command: &str, file: &Path, further: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_local-stack-under-test"))
        .arg(command)
        .arg(file)
        .args(further)
        .output()
        .unwrap()
}

/// What it printed; it must have succeeded.
pub fn text(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "no bar where there is no terminal: {output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The one sentence of its refusal.
pub fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let sentence = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    sentence
}
