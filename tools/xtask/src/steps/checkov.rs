//! Step `checkov`: the template keeps to the rules that checkov knows for AWS. `.checkov.yaml` says
//! which of them do not hold here, and why.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use super::StepError;
use super::tools::python::CHECKOV;
use crate::process;
use crate::project::Project;

/// How long the check may take. It takes about 4 s.
const LIMIT: Duration = Duration::from_secs(5 * 60);
const CONFIGURATION: &str = ".checkov.yaml";
/// The name that checkov gives its report as JSON.
const REPORT: &str = "results_json.json";

/// Why the template does not pass.
#[derive(Debug, thiserror::Error)]
pub enum CheckovError {
    /// There is no report, or it cannot be read.
    #[error("{}: {source}", path.display())]
    NoReport {
        /// The report.
        path: PathBuf,
        /// What the system said, or what is wrong with it.
        source: std::io::Error,
    },
    /// checkov ended well all the same, as it does for a file that it cannot read.
    #[error("checkov did not check everything: {0:?}")]
    NotChecked(Summary),
}

/// What checkov counted.
#[derive(Debug, Deserialize, PartialEq, Eq)]
pub struct Summary {
    passed: u32,
    failed: u32,
    parsing_errors: u32,
}

#[derive(Deserialize)]
struct Report {
    summary: Summary,
}

/// Checks the template. Nothing is sent anywhere.
///
/// # Errors
/// [`CheckovError`], or a rule does not hold.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let report = project.scratch.join("checkov").join(REPORT);
    remove(&report)
        .map_err(|source| StepError::System { action: "remove checkov's report", source })?;
    let mut command = Command::new(CHECKOV.program(project, "checkov")?);
    command
        .current_dir(&project.root)
        .args(["--config-file", CONFIGURATION, "--output", "cli", "--output", "json"])
        .arg("--output-file-path")
        .arg(format!("console,{}", report.display()))
        // It looks for a newer version of itself otherwise.
        .env("CKV_SKIP_PACKAGE_UPDATE_CHECK", "true");
    process::run(command, LIMIT).await?;
    Ok(read(&report)?.judge()?)
}

/// A report of an earlier run must not stand for this one.
fn remove(report: &Path) -> std::io::Result<()> {
    if report.exists() { std::fs::remove_file(report) } else { Ok(()) }
}

fn read(path: &Path) -> Result<Summary, CheckovError> {
    let report = std::fs::read(path).and_then(|text| Ok(serde_json::from_slice::<Report>(&text)?));
    let no_report = |source| CheckovError::NoReport { path: path.to_owned(), source };
    report.map(|report| report.summary).map_err(no_report)
}

impl Summary {
    fn judge(self) -> Result<(), CheckovError> {
        let complete = self.passed > 0 && self.failed == 0 && self.parsing_errors == 0;
        if complete { Ok(()) } else { Err(CheckovError::NotChecked(self)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(passed: u32, failed: u32, parsing_errors: u32) -> bool {
        Summary { passed, failed, parsing_errors }.judge().is_ok()
    }

    #[test]
    fn a_check_of_nothing_does_not_pass() {
        assert!(judge(1, 0, 0));
        assert!(!judge(0, 0, 0));
        assert!(!judge(1, 1, 0));
        assert!(!judge(1, 0, 1));
    }

    #[test]
    fn a_report_without_a_summary_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join(REPORT);
        assert!(read(&report).is_err());
        std::fs::write(&report, r#"{"passed": 0, "failed": 0}"#).unwrap();
        assert!(read(&report).is_err());
        std::fs::write(
            &report,
            r#"{"summary": {"passed": 2, "failed": 0, "skipped": 0, "parsing_errors": 0}}"#,
        )
        .unwrap();
        assert_eq!(read(&report).unwrap(), Summary { passed: 2, failed: 0, parsing_errors: 0 });
    }
}
