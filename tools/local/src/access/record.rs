//! A file that tells what functions may do and what they did, for the check that no policy grants
//! more than is used.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::Permission;
use sam_template::is_of_embedded_service;

/// Why the file cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("The file of calls {} cannot be used: {source}", path.display())]
pub struct CallRecordError {
    path: PathBuf,
    source: std::io::Error,
}

/// A file with one line of JSON for each permission that is granted, and for each that was used,
/// once a record. Many records may add to one file.
#[derive(Debug)]
pub struct CallRecord {
    file: File,
    /// Tells the lines of one template from those of others.
    template: String,
    written: Mutex<HashSet<String>>,
}

#[derive(Serialize)]
struct Line<'a> {
    template: &'a str,
    function: &'a str,
    kind: &'static str,
    action: &'a str,
    resource: &'a str,
}

impl CallRecord {
    /// Opens the file, or makes it. `template` is what the policies stand in.
    ///
    /// # Errors
    /// [`CallRecordError`].
    pub fn open(path: &Path, template: &Path) -> Result<Self, CallRecordError> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.map_err(|source| CallRecordError { path: path.to_owned(), source })?;
        // By whatever path it was found, it is the same template.
        let template = template.canonicalize().unwrap_or_else(|_| template.to_owned());
        let template = template.display().to_string();
        Ok(Self { file, template, written: Mutex::default() })
    }

    /// Notes a permission that a policy grants. Those for services that the local stack does not
    /// see are left out: nothing could tell that they are used.
    pub(super) fn granted(&self, function: &str, permission: &Permission) {
        if is_of_embedded_service(&permission.action) {
            self.note(function, "granted", permission);
        }
    }

    /// Notes a permission that a call needed and had.
    pub(super) fn used(&self, function: &str, permission: &Permission) {
        self.note(function, "used", permission);
    }

    fn note(&self, function: &str, kind: &'static str, permission: &Permission) {
        let Permission { action, resource } = permission;
        let line = Line { template: &self.template, function, kind, action, resource };
        let Ok(mut line) = serde_json::to_string(&line) else { return };
        line.push('\n');
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.contains(&line) {
            return;
        }
        // One write to the end of the file: a line is there as a whole or not at all, also when
        // several stacks write and when one of them is killed.
        match (&self.file).write_all(line.as_bytes()) {
            Ok(()) => {
                written.insert(line);
            }
            Err(error) => tracing::warn!(%error, "a call was not recorded"),
        }
    }
}
