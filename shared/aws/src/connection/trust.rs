//! Which servers are trusted.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use aws_smithy_http_client::HttpClientError;
use aws_smithy_http_client::tls::TrustStore;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;

use crate::limits;

/// Made by `build.rs`.
const AWS_ROOTS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/aws-roots.pem"));

/// The root certificates that a connection may chain to.
///
/// By default only those that AWS's own endpoints chain to: Amazon Trust Services, and Starfield,
/// which signs them across. Loading the system's 145 roots costs a cold start 4 to 5 ms, and every
/// further root is one more that could vouch for a false DynamoDB. The price: a proxy that ends
/// TLS, an emulator with a certificate of its own, or a region whose endpoints chain elsewhere is
/// refused until `AWS_CA_BUNDLE` or `SSL_CERT_FILE` names a file of roots, which then takes the
/// place of the built-in ones; and new roots come with a new build.
#[derive(Debug)]
pub enum TrustedRoots {
    /// Those of AWS.
    Aws,
    /// Those in a PEM file.
    File(PathBuf),
}

/// Why a file of roots cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// It cannot be read.
    #[error("the roots in {path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is larger than [`limits::ROOTS_BYTES`].
    #[error("{0} is too large for a file of roots")]
    TooLarge(PathBuf),
    /// The HTTP client does not take it.
    #[error("the roots are refused: {0}")]
    Refused(#[source] HttpClientError),
    /// No certificate in it can be a root.
    #[error("{0} holds no root certificate in PEM")]
    NoRoots(PathBuf),
}

impl TrustedRoots {
    /// The file that `AWS_CA_BUNDLE`, or else `SSL_CERT_FILE`, names, or AWS's. `variable` reads the
    /// environment.
    pub fn choose(variable: impl Fn(&str) -> Option<String>) -> Self {
        let named = |name| variable(name).filter(|path| !path.is_empty());
        named("AWS_CA_BUNDLE")
            .or_else(|| named("SSL_CERT_FILE"))
            .map_or(Self::Aws, |path| Self::File(path.into()))
    }

    pub(super) fn load(&self) -> Result<TrustStore, TrustError> {
        let empty = TrustStore::empty();
        match self {
            Self::Aws => Ok(empty.with_pem_certificate(AWS_ROOTS)),
            Self::File(path) => read(path).map(|pem| empty.with_pem_certificate(pem)),
        }
    }
}

/// The HTTP client panics on a certificate that it cannot take, and bundles of systems hold some, so
/// only the others are handed over.
fn read(path: &Path) -> Result<String, TrustError> {
    let unreadable = |source| TrustError::Unreadable { path: path.to_owned(), source };
    let mut text = String::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(limits::ROOTS_BYTES + 1).read_to_string(&mut text).map_err(unreadable)?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > limits::ROOTS_BYTES {
        return Err(TrustError::TooLarge(path.to_owned()));
    }
    let usable: String = certificates(&text).filter_map(usable_root).collect();
    if usable.is_empty() { Err(TrustError::NoRoots(path.to_owned())) } else { Ok(usable) }
}

/// The text between the markers of each certificate.
fn certificates(pem: &str) -> impl Iterator<Item = &str> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let mut rest = pem;
    std::iter::from_fn(move || {
        let (_, from) = rest.split_once(BEGIN)?;
        let (certificate, behind) = from.split_once(END)?;
        rest = behind;
        Some(certificate)
    })
}

/// A certificate that can be a root, written anew, so that the HTTP client reads just what was
/// checked here.
///
/// `rustls_pki_types` decodes in a time that tells nothing of the text, as keys need it. Certificates
/// are no secret, and this decoder is ten times as fast.
fn usable_root(certificate: &str) -> Option<String> {
    let base64: Vec<u8> = certificate.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let der = CertificateDer::from(STANDARD.decode(base64).ok()?);
    webpki::anchor_from_trusted_cert(&der).ok()?;
    let base64 = STANDARD.encode(&der);
    Some(format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n"))
}

#[cfg(test)]
mod tests {
    use x509_parser::prelude::{FromDer, X509Certificate};

    use super::*;

    /// Nobody wants to find out on the day. AWS's roots last until 2037 and longer.
    const YEARS_LEFT: i64 = 2;

    #[test]
    fn the_roots_of_aws_are_there_and_hold() {
        let pem = std::str::from_utf8(AWS_ROOTS).unwrap();
        let mut names = Vec::new();
        for certificate in certificates(pem) {
            let der = STANDARD.decode(certificate.trim()).unwrap();
            let (_, certificate) = X509Certificate::from_der(&der).unwrap();
            let name = certificate.subject().iter_common_name().next().unwrap();
            names.push(name.as_str().unwrap().to_owned());
            assert_eq!(certificate.subject(), certificate.issuer());
            let then = chrono::Utc::now().timestamp() + YEARS_LEFT * 365 * 24 * 60 * 60;
            assert!(certificate.validity().not_after.timestamp() > then, "{names:?}");
        }
        let expected = [
            "Amazon Root CA 1",
            "Amazon Root CA 2",
            "Amazon Root CA 3",
            "Amazon Root CA 4",
            "Starfield Services Root Certificate Authority - G2",
        ];
        assert_eq!(names, expected);
        assert_eq!(certificates(pem).filter_map(usable_root).collect::<String>(), pem);
    }

    #[test]
    fn a_bundle_takes_their_place() {
        let choose = |set: &[(&str, &str)]| {
            let variable = |name: &str| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into())
            };
            match TrustedRoots::choose(variable) {
                TrustedRoots::Aws => "AWS's".to_owned(),
                TrustedRoots::File(path) => path.display().to_string(),
            }
        };
        assert_eq!(choose(&[]), "AWS's");
        assert_eq!(choose(&[("AWS_CA_BUNDLE", ""), ("SSL_CERT_FILE", "")]), "AWS's");
        assert_eq!(choose(&[("SSL_CERT_FILE", "/s")]), "/s");
        assert_eq!(choose(&[("SSL_CERT_FILE", "/s"), ("AWS_CA_BUNDLE", "/a")]), "/a");
    }

    #[test]
    fn what_cannot_be_a_root_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roots.pem");
        let load = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read(&path)
        };
        let pem = std::str::from_utf8(AWS_ROOTS).unwrap();
        let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(load(&format!("# roots\n{garbage}{pem}{garbage}")).unwrap(), pem);
        let other_lines = pem.replace('x', "x\r\n");
        assert_eq!(load(other_lines.trim_end()).unwrap(), pem);
        assert!(matches!(load(garbage), Err(TrustError::NoRoots(_))));
        assert!(matches!(load(""), Err(TrustError::NoRoots(_))));
        let large = "x".repeat(usize::try_from(limits::ROOTS_BYTES).unwrap() + 1);
        assert!(matches!(load(&large), Err(TrustError::TooLarge(_))));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(read(&path), Err(TrustError::Unreadable { .. })));
    }
}
