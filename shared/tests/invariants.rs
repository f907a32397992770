//! The invariants that the README prints, checked on the source itself.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every Rust file below `folder`, with its code: tests and comments taken out.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.clone(), code(&fs::read_to_string(path).unwrap())));
            }
        }
    }
    assert!(!found.is_empty(), "no sources below {}", folder.display());
    found
}

fn code(text: &str) -> String {
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn functions() -> Vec<PathBuf> {
    let folders = fs::read_dir(workspace().join("functions")).unwrap();
    folders.map(|entry| entry.unwrap().path()).collect()
}

/// Fails for each of `words` in the files that `applies` picks.
fn nowhere(files: &[(PathBuf, String)], words: &[&str], applies: impl Fn(&str) -> bool) {
    let mut checked = 0;
    for (path, code) in files {
        let path = path.strip_prefix(workspace()).unwrap().to_string_lossy().into_owned();
        if !applies(&path) {
            continue;
        }
        checked += 1;
        for word in words {
            assert!(!code.contains(word), "{path} names {word}");
        }
    }
    assert!(checked > 0, "the rule applies to no file");
}

fn product() -> Vec<(PathBuf, String)> {
    let mut files = sources(&workspace().join("shared/src"));
    for function in functions() {
        files.extend(sources(&function.join("src")));
    }
    files
}

#[test]
fn the_domain_imports_no_aws_no_http_no_tokio() {
    let domain = |path: &str| {
        ["limits.rs", "error.rs", "ticket/", "signature.rs", "intake/"]
            .iter()
            .any(|part| path.starts_with(&format!("shared/src/{part}")))
    };
    let foreign = [
        "aws_",
        "lambda_",
        "http::",
        "tokio",
        "crate::store",
        "crate::queue",
        "crate::aws",
        "crate::acceptance",
    ];
    nowhere(&product(), &foreign, domain);
}

#[test]
fn only_the_store_names_dynamodb() {
    let others = |path: &str| !path.starts_with("shared/src/store/");
    nowhere(&product(), &["dynamodb", "serde_dynamo"], others);
}

#[test]
fn only_the_queue_names_sqs() {
    nowhere(&product(), &["aws_sdk_sqs"], |path| path != "shared/src/queue.rs");
}

#[test]
fn only_the_secret_module_names_secrets_manager() {
    nowhere(&product(), &["aws_sdk_secretsmanager"], |path| path != "shared/src/secret.rs");
}

#[test]
fn only_the_bedrock_module_names_bedrock() {
    let others = |path: &str| !path.starts_with("functions/triage-ticket/src/bedrock/");
    nowhere(&product(), &["aws_sdk_bedrockruntime"], others);
}

#[test]
fn only_the_http_module_names_status_codes() {
    let others = |path: &str| !path.starts_with("shared/src/http/");
    nowhere(&product(), &["StatusCode", "status_code"], others);
}

#[test]
fn the_triage_imports_no_aws_no_http_no_tokio() {
    let files = sources(&workspace().join("triage/src"));
    let foreign = ["aws_", "lambda_", "http::", "tokio", "env::var", "std::fs"];
    nowhere(&files, &foreign, |path| path.starts_with("triage/src/"));
}

#[test]
fn only_the_second_opinion_names_what_runs_its_model() {
    let mut files = product();
    files.extend(sources(&workspace().join("triage/src")));
    nowhere(&files, &["rten::", "rten_"], |_| true);
    let second = sources(&workspace().join("second-opinion/src"));
    nowhere(&second, &["aws_", "lambda_", "http::", "tokio", "env::var", "std::fs"], |_| true);
}

#[test]
fn only_main_reads_the_environment() {
    nowhere(&product(), &["env::var", "env::vars"], |path| !path.ends_with("/main.rs"));
}

#[test]
fn nothing_is_printed_past_the_log() {
    nowhere(&product(), &["println!", "eprintln!", "dbg!"], |_| true);
}

#[test]
fn every_function_crate_has_the_same_shape() {
    let manifest = |folder: &Path| fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for folder in functions() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        assert!(manifest(&folder).contains(&format!("name = \"{name}\"")), "{name}");
        assert!(folder.join("src/handler.rs").is_file(), "{name}");
        let main = fs::read_to_string(folder.join("src/main.rs")).unwrap();
        assert!(main.lines().count() <= 35, "{name}: main.rs is wiring only");
    }
}

#[test]
fn every_function_is_in_the_template_once() {
    let template = fs::read_to_string(workspace().join("template.yaml")).unwrap();
    for folder in functions() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let line = format!("CodeUri: functions/{name}\n");
        assert_eq!(template.matches(&line).count(), 1, "{name}");
    }
    assert_eq!(template.matches("CodeUri:").count(), functions().len());
}
