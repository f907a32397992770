//! The invariants that the README prints, checked on the source itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::workspace;

/// Every Rust file of sources below `folder`, with its code: tests, build scripts and comments taken out.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("tests") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !path.ends_with("build.rs")
            {
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
    let functions = ::workspace::functions(&workspace()).unwrap();
    functions.into_values().map(|folder| workspace().join(folder)).collect()
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

/// What is deployed.
fn product() -> Vec<(PathBuf, String)> {
    let mut files = sources(&workspace().join("shared"));
    for function in functions() {
        files.extend(sources(&function.join("src")));
    }
    files
}

/// The names of the crates that `package` is built with, tests and build scripts apart.
fn dependencies(package: &str) -> BTreeSet<String> {
    let mut tree = ::workspace::cargo(&workspace());
    tree.args(["tree", "--locked", "--offline", "--package", package, "--all-features"]);
    tree.args(["--edges", "normal", "--prefix", "none", "--format", "{lib}"]);
    let output = tree.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).unwrap();
    names.lines().map(|line| line.trim().trim_end_matches(" (*)").to_owned()).collect()
}

fn is_foreign_to_the_domain(name: &str) -> bool {
    let foreign = ["aws_", "lambda_", "http", "hyper", "tokio", "axum", "reqwest"];
    foreign.iter().any(|prefix| name.starts_with(prefix))
}

#[test]
fn the_domain_is_built_without_aws_http_and_tokio() {
    for package in [
        "copilot-core",
        "copilot-channels",
        "copilot-mail",
        "copilot-triage",
        "copilot-embedding",
        "copilot-forecast",
        "copilot-knowledge",
    ] {
        let dependencies = dependencies(package);
        assert!(!dependencies.is_empty(), "{package}");
        let foreign = dependencies.iter().find(|name| is_foreign_to_the_domain(name));
        assert_eq!(foreign, None, "{package}");
    }
    // The check sees what it looks for.
    assert!(dependencies("copilot-aws").iter().any(|name| is_foreign_to_the_domain(name)));
}

#[test]
fn arrows_between_the_shared_crates_go_one_way() {
    let allowed: [(&str, &[&str]); 9] = [
        ("copilot-core", &[]),
        ("copilot-embedding", &[]),
        ("copilot-forecast", &["copilot_core"]),
        ("copilot-channels", &["copilot_core"]),
        ("copilot-knowledge", &["copilot_channels", "copilot_core"]),
        ("copilot-mail", &["copilot_channels", "copilot_core"]),
        ("copilot-triage", &["copilot_core", "copilot_embedding"]),
        ("copilot-aws", &["copilot_channels", "copilot_core"]),
        ("copilot-service", &["copilot_aws", "copilot_channels", "copilot_core"]),
    ];
    for (package, allowed) in allowed {
        let own = package.replace('-', "_");
        let ours: Vec<String> = dependencies(package)
            .into_iter()
            .filter(|name| name.starts_with("copilot_") && *name != own)
            .collect();
        assert_eq!(ours, allowed, "{package}");
    }
}

#[test]
fn only_the_store_names_dynamodb() {
    let others = |path: &str| !path.starts_with("shared/aws/src/store/");
    nowhere(&product(), &["dynamodb", "serde_dynamo"], others);
}

#[test]
fn only_the_queue_names_sqs() {
    nowhere(&product(), &["aws_sdk_sqs"], |path| path != "shared/aws/src/queue.rs");
}

#[test]
fn only_the_secret_module_names_secrets_manager() {
    nowhere(&product(), &["aws_sdk_secretsmanager"], |path| path != "shared/aws/src/secret.rs");
}

#[test]
fn only_the_bedrock_module_names_bedrock() {
    let others = |path: &str| !path.starts_with("functions/triage/triage-ticket/src/bedrock/");
    nowhere(&product(), &["aws_sdk_bedrockruntime"], others);
}

#[test]
fn only_the_http_module_names_status_codes() {
    let others = |path: &str| !path.starts_with("shared/service/src/http/");
    nowhere(&product(), &["StatusCode", "status_code"], others);
}

#[test]
fn only_the_encoder_names_what_runs_its_model() {
    let others = |path: &str| !path.starts_with("shared/embedding/src/");
    nowhere(&product(), &["rten::", "rten_"], others);
}

#[test]
fn triage_encoder_forecast_and_knowledge_read_no_files() {
    let pure = |path: &str| {
        ["triage", "embedding", "forecast", "knowledge"]
            .iter()
            .any(|crate_| path.starts_with(&format!("shared/{crate_}/src/")))
    };
    nowhere(&product(), &["env::var", "std::fs"], pure);
}

#[test]
fn mail_is_read_without_files_and_the_envelope_alone_says_who_is_meant() {
    let pure = |path: &str| path.starts_with("shared/mail/src/");
    // What a mail says of its own checks and ways is the sender's claim.
    let claims = ["std::fs", "authentication-results", "received-spf", "delivered-to", "x-ses-"];
    nowhere(&product(), &claims, pure);
}

#[test]
fn a_body_counts_as_verified_only_by_its_signature_or_from_the_store_of_kept_bodies() {
    let others = |path: &str| {
        path != "shared/channels/src/signature.rs" && path != "shared/aws/src/store/unreadable.rs"
    };
    nowhere(&product(), &["verified_before"], others);
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
        let folder = folder.strip_prefix(workspace()).unwrap().display().to_string();
        let line = format!("CodeUri: {folder}\n");
        assert_eq!(template.matches(&line).count(), 1, "{folder}");
    }
    assert_eq!(template.matches("CodeUri:").count(), functions().len());
}
