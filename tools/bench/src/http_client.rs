//! One kept connection with one request at a time: what the load and the bare calls are made with.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::HOST;
use hyper::rt::{Read, Write};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

pub struct HttpClient {
    connection: SendRequest<Full<Bytes>>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub body: Bytes,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error("no connection: {0}")]
    NotConnected(#[from] std::io::Error),
    #[error("the roots cannot be read: {0}")]
    Roots(#[from] rustls::pki_types::pem::Error),
    #[error("no TLS: {0}")]
    Tls(#[from] rustls::Error),
    #[error("no such request: {0}")]
    Request(#[from] hyper::http::Error),
    #[error("the call failed: {0}")]
    Failed(#[from] hyper::Error),
}

impl HttpClient {
    /// Connects over HTTP.
    ///
    /// # Errors
    /// [`CallError::NotConnected`].
    pub async fn connect(address: SocketAddr) -> Result<Self, CallError> {
        Self::over(TokioIo::new(tcp(address).await?)).await
    }

    /// Connects over HTTPS to `localhost`, trusting the roots in the PEM file `roots`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn connect_tls(port: u16, roots: &Path) -> Result<Self, CallError> {
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(roots)? {
            store.add(certificate?)?;
        }
        let tls = ClientConfig::builder().with_root_certificates(store).with_no_client_auth();
        let stream = tcp(SocketAddr::from(([127, 0, 0, 1], port))).await?;
        let name = ServerName::DnsName(
            "localhost"
                .try_into()
                .map_err(|_| rustls::Error::General("localhost is no name".to_owned()))?,
        );
        let stream = TlsConnector::from(Arc::new(tls)).connect(name, stream).await?;
        Self::over(TokioIo::new(stream)).await
    }

    async fn over(stream: impl Read + Write + Unpin + Send + 'static) -> Result<Self, CallError> {
        let (client, connection) = http1::handshake(stream).await?;
        // A failure of the connection is that of the request on it.
        tokio::spawn(connection);
        Ok(Self { connection: client })
    }

    /// Sends a GET.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn get(&mut self, path: &str) -> Result<Reply, CallError> {
        self.call(Method::GET, path, &[], Bytes::new()).await
    }

    /// Sends a POST.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn post(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Reply, CallError> {
        self.call(Method::POST, path, headers, body).await
    }

    async fn call(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Reply, CallError> {
        let mut request = Request::builder().method(method).uri(path).header(HOST, "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.connection.ready().await?;
        let response = self.connection.send_request(request.body(Full::from(body))?).await?;
        let status = response.status();
        Ok(Reply { status, body: response.into_body().collect().await?.to_bytes() })
    }
}

async fn tcp(address: SocketAddr) -> Result<TcpStream, CallError> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
