//! Step `policies`: no policy of template.yaml grants more than the tests used. That none grants less,
//! the tests have shown: the local stack holds each function to its policy.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use super::StepError;
use crate::project::Project;

/// Why the policies do not pass.
#[derive(Debug, thiserror::Error)]
pub enum PoliciesError {
    /// The step `test` has left no file of calls.
    #[error("{} cannot be read, so run the step test first: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not what the local stack writes.
    #[error("line {number} of {}: {source}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        number: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// No stack with template.yaml was started.
    #[error("{} tells of no function of template.yaml", .0.display())]
    Empty(PathBuf),
    /// Grants and calls differ.
    #[error("policies and calls differ:{}", lines(.0))]
    Differ(Vec<Difference>),
}

/// A permission that is only granted, or only used.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    permission: Permission,
    seen: Seen,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Permission {
    function: String,
    action: String,
    resource: String,
}

/// A line of the file of calls (`local/src/access/record.rs`).
#[derive(Deserialize)]
struct Line {
    template: PathBuf,
    kind: Kind,
    #[serde(flatten)]
    permission: Permission,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Granted,
    Used,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    granted: bool,
    used: bool,
}

/// Compares what the policies grant with what the functions did in the tests.
///
/// # Errors
/// [`PoliciesError`].
pub fn run(project: &Project) -> Result<(), StepError> {
    let path = project.calls_file();
    let unreadable = |source| PoliciesError::File { path: path.clone(), source };
    let text = std::fs::read_to_string(&path).map_err(unreadable)?;
    let template = project.root.join("template.yaml");
    let template = template.canonicalize().map_err(unreadable)?;
    let mut permissions: BTreeMap<Permission, Seen> = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line: Line = serde_json::from_str(line).map_err(|source| PoliciesError::Line {
            path: path.clone(),
            number: index + 1,
            source,
        })?;
        // Tests also run stacks with templates of their own.
        if line.template == template {
            permissions.entry(line.permission).or_default().add(line.kind);
        }
    }
    if permissions.is_empty() {
        return Err(PoliciesError::Empty(path).into());
    }
    let used = permissions.len();
    let differences = differences(permissions);
    if !differences.is_empty() {
        return Err(PoliciesError::Differ(differences).into());
    }
    println!("all {used} permissions are used");
    Ok(())
}

impl Seen {
    fn add(&mut self, kind: Kind) {
        match kind {
            Kind::Granted => self.granted = true,
            Kind::Used => self.used = true,
        }
    }
}

fn differences(permissions: BTreeMap<Permission, Seen>) -> Vec<Difference> {
    permissions
        .into_iter()
        .filter(|(_, seen)| seen.granted != seen.used)
        .map(|(permission, seen)| Difference { permission, seen })
        .collect()
}

fn lines(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("\n  {difference}")).collect()
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Permission { function, action, resource } = &self.permission;
        let what = if self.seen.used {
            "is used and not granted"
        } else {
            "is granted and no test uses it"
        };
        write!(formatter, "{function}: {action} on {resource} {what}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A project whose file of calls has `calls`, one `function kind action` each, of template.yaml.
    fn outcome(calls: &[&str], further: &str) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let mut project = Project::of_this_program();
        project.root = folder.path().canonicalize().unwrap();
        project.scratch = project.root.clone();
        let template = project.root.join("template.yaml");
        std::fs::write(&template, "").unwrap();
        let mut text = String::new();
        for call in calls {
            let [function, kind, action] = call.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let line = serde_json::json!({"template": template, "function": function,
                "kind": kind, "action": action, "resource": "arn"});
            text.push_str(&format!("{line}\n"));
        }
        std::fs::write(project.calls_file(), text + further).unwrap();
        run(&project).map_err(|error| error.to_string())
    }

    const USED: [&str; 4] = ["f granted a", "f used a", "g granted a", "g used a"];

    #[test]
    fn what_is_granted_must_be_used() {
        let other = r#"{"template": "/x.yaml", "function": "f", "kind": "granted", "action": "z",
            "resource": "arn"}"#
            .replace('\n', " ");
        assert_eq!(outcome(&USED, &other), Ok(()));
        let unused = outcome(&["f granted b", "f granted a", "f used a", "g used c"], "");
        assert_eq!(
            unused.unwrap_err(),
            "policies and calls differ:\n  f: b on arn is granted and no test uses it\n  \
             g: c on arn is used and not granted"
        );
        // What another function uses does not count.
        assert!(outcome(&["f granted a", "g granted a", "g used a"], "").is_err());
    }

    #[test]
    fn a_file_that_tells_nothing_does_not_pass() {
        assert!(outcome(&[], "").unwrap_err().contains("tells of no function"));
        assert!(outcome(&USED, "{\"template\":").unwrap_err().contains("line 5 of"));
        let mut project = Project::of_this_program();
        let folder = tempfile::tempdir().unwrap();
        project.scratch = folder.path().to_owned();
        assert!(run(&project).unwrap_err().to_string().contains("run the step test first"));
    }
}
