//! Stands in for DynamoDB, SQS and Secrets Manager: it answers every call at once and keeps
//! nothing, so that what is timed is the function and not a store.

mod answers;
mod certificate;
mod server;
mod ticket;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub use answers::WEBHOOK_SECRET;
pub use certificate::CertificateError;

/// The running stand-in. It stops with the program.
#[derive(Debug)]
pub struct StandIn {
    /// Its address over HTTP.
    pub http: String,
    /// Its address over HTTPS, by the name that its certificate holds.
    pub https: String,
    /// A file of roots with all those of this system and the stand-in's own.
    pub system_roots: PathBuf,
    /// A file of roots with the stand-in's alone.
    pub own_root: PathBuf,
}

/// Why there is no stand-in.
#[derive(Debug, thiserror::Error)]
pub enum StandInError {
    #[error("the stand-in for AWS cannot listen: {0}")]
    Listen(#[from] io::Error),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl StandIn {
    /// Starts it on free ports; files of roots go to `folder`. Each answer waits for
    /// `service_time`.
    ///
    /// # Errors
    /// [`StandInError`].
    pub async fn start(folder: &Path, service_time: Duration) -> Result<Self, StandInError> {
        let certificate = certificate::make(folder)?;
        let plain = TcpListener::bind(("127.0.0.1", 0)).await?;
        let secure = TcpListener::bind(("127.0.0.1", 0)).await?;
        let http = format!("http://{}", plain.local_addr()?);
        let https = format!("https://localhost:{}", secure.local_addr()?.port());
        tokio::spawn(server::serve(plain, None, service_time));
        let tls = TlsAcceptor::from(certificate.server);
        tokio::spawn(server::serve(secure, Some(tls), service_time));
        Ok(Self {
            http,
            https,
            system_roots: certificate.system_roots,
            own_root: certificate.own_root,
        })
    }
}
