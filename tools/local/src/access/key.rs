//! The access keys that functions are known by.

/// Begins the access key of each function; the rest is the function's name.
const ACCESS_KEY_PREFIX: &str = "local-";
/// The scheme of AWS's signatures and what names the key in them ("Authenticating Requests: Using
/// the Authorization Header" of the SigV4 reference).
const SIGNATURE_SCHEME: &str = "AWS4-HMAC-SHA256";
const CREDENTIAL: &str = "Credential=";

/// The access key of a function. Only the local stack's own services know it.
pub fn access_key(function: &str) -> String {
    format!("{ACCESS_KEY_PREFIX}{function}")
}

/// The key in `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, …`.
pub(super) fn signing_key(authorization: &str) -> Option<&str> {
    let parameters = authorization.strip_prefix(SIGNATURE_SCHEME)?;
    let credential = parameters
        .split(',')
        .find_map(|parameter| parameter.trim_start().strip_prefix(CREDENTIAL))?;
    credential.split('/').next()
}
