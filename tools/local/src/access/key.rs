//! The access keys of a run of the stack: nobody guesses one, and each is worth nothing after the run.

use uuid::Uuid;

/// The scheme of AWS's signatures and what names the key in them ("Authenticating Requests: Using
/// the Authorization Header" of the SigV4 reference).
const SIGNATURE_SCHEME: &str = "AWS4-HMAC-SHA256";
const CREDENTIAL: &str = "Credential=";

/// An access key that was drawn for one run, and those of functions that follow from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey(String);

impl AccessKey {
    /// A key of 122 random bits. It has no hyphen.
    pub fn draw() -> Self {
        Self(Uuid::new_v4().simple().to_string())
    }

    /// The key that emulators are called with, of which each may keep tables of its own.
    pub fn of_emulators() -> Self {
        Self(crate::aws_json::EMULATOR_ACCESS_KEY.to_owned())
    }

    /// The key itself: who calls with it may do everything.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key by which a function is known, and held to its policy.
    pub fn of_function(&self, function: &str) -> String {
        format!("{}-{function}", self.0)
    }
}

/// The key in `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, …`.
pub(super) fn signing_key(authorization: &str) -> Option<&str> {
    let parameters = authorization.strip_prefix(SIGNATURE_SCHEME)?;
    let credential = parameters
        .split(',')
        .find_map(|parameter| parameter.trim_start().strip_prefix(CREDENTIAL))?;
    credential.split('/').next()
}
