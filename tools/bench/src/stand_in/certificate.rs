//! The certificate of the stand-in, and the files of roots with which clients trust it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// Where systems keep the roots that they trust: Debian, Amazon Linux, macOS.
const SYSTEM_ROOTS: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// What the stand-in shows, and what clients must trust.
pub struct Certificate {
    /// How the stand-in speaks TLS.
    pub server: Arc<ServerConfig>,
    /// All roots of this system and the stand-in's own, as large as a real file of roots.
    pub system_roots: PathBuf,
    /// The stand-in's root alone.
    pub own_root: PathBuf,
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("no certificate could be made: {0}")]
    NotMade(#[from] rcgen::Error),
    #[error("the certificate cannot be used: {0}")]
    NotUsable(#[from] rustls::Error),
    #[error("none of {SYSTEM_ROOTS:?} is there; they are what a client usually loads")]
    NoSystemRoots,
    /// A file of roots could not be read or written.
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
}

/// Makes an authority and a certificate of it for `localhost`, and writes the files of roots.
///
/// # Errors
/// [`CertificateError`].
pub fn make(folder: &Path) -> Result<Certificate, CertificateError> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "Root of the stand-in for AWS");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut leaf = CertificateParams::new(names)?;
    leaf.use_authority_key_identifier_extension = true;
    leaf.distinguished_name.push(DnType::CommonName, "localhost");
    let leaf = leaf.signed_by(&key, &authority)?;

    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let mut server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];

    let own = authority.pem();
    let mut all = system_roots()?;
    all.extend_from_slice(own.as_bytes());
    let certificate = Certificate {
        server: Arc::new(server),
        system_roots: folder.join("system-roots.pem"),
        own_root: folder.join("own-root.pem"),
    };
    write(&certificate.system_roots, &all)?;
    write(&certificate.own_root, own.as_bytes())?;
    Ok(certificate)
}

fn system_roots() -> Result<Vec<u8>, CertificateError> {
    let path = SYSTEM_ROOTS.map(Path::new).into_iter().find(|path| path.is_file());
    let path = path.ok_or(CertificateError::NoSystemRoots)?;
    std::fs::read(path).map_err(|source| CertificateError::File { path: path.to_owned(), source })
}

fn write(path: &Path, pem: &[u8]) -> Result<(), CertificateError> {
    std::fs::write(path, pem)
        .map_err(|source| CertificateError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_of_roots_is_of_real_size_and_one_as_small_as_can_be() {
        let folder = tempfile::tempdir().unwrap();
        let certificate = make(folder.path()).unwrap();
        let count = |path| std::fs::read_to_string(path).unwrap().matches("BEGIN CERT").count();
        assert_eq!(count(&certificate.own_root), 1);
        assert!(count(&certificate.system_roots) > 50);
    }
}
