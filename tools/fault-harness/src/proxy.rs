//! A proxy between the functions and one service, which injects the faults of the schedule.

mod call;
mod connection;
mod injection;
mod refusal;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

use crate::schedule::{FaultKind, Service};

pub use injection::Injection;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1_024;
/// Pause after a port could not be had back or a connection could not be accepted.
const PAUSE: Duration = Duration::from_millis(20);
/// Longest wait for an answer of the real service.
const UPSTREAM_TIMEOUT: Duration = Duration::from_secs(30);

/// A proxy that listens. Dropping it ends nothing; its tasks end with the runtime.
#[derive(Debug, Clone)]
pub struct Proxy {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    service: Service,
    address: SocketAddr,
    injection: Arc<Injection>,
    /// The base address of the real service, once it runs.
    upstream: OnceLock<String>,
    client: reqwest::Client,
    connections: AtomicU64,
    /// Changes when all connections are to be reset.
    cuts: watch::Sender<u64>,
    /// Calls that are under way, also those that nobody waits for any more.
    calls: watch::Sender<usize>,
}

/// Why there is no proxy.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// No port is to be had.
    #[error("no port for a proxy: {0}")]
    Port(#[source] std::io::Error),
    /// No calls can be made.
    #[error("no client for a proxy: {0}")]
    Client(#[source] reqwest::Error),
}

impl Proxy {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// [`ProxyError`].
    pub fn start(service: Service, injection: Arc<Injection>) -> Result<Self, ProxyError> {
        let listener = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .and_then(|socket| socket.listen(BACKLOG))
            .map_err(ProxyError::Port)?;
        let client = reqwest::Client::builder().no_proxy().timeout(UPSTREAM_TIMEOUT);
        let shared = Arc::new(Shared {
            service,
            address: listener.local_addr().map_err(ProxyError::Port)?,
            injection,
            upstream: OnceLock::new(),
            client: client.build().map_err(ProxyError::Client)?,
            connections: AtomicU64::new(0),
            cuts: watch::Sender::new(0),
            calls: watch::Sender::new(0),
        });
        tokio::spawn(Arc::clone(&shared).listen(listener));
        Ok(Self { shared })
    }

    /// Where functions find it: `http://127.0.0.1:40000`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.shared.address)
    }

    /// Passes calls on to the service at `endpoint` from now on. The first one counts.
    pub fn pass_on_to(&self, endpoint: &str) {
        let _ = self.shared.upstream.set(endpoint.to_owned());
    }

    /// Waits until no call is under way.
    pub async fn idle(&self) {
        let mut calls = self.shared.calls.subscribe();
        // The sender lives as long as `self`.
        let _ = calls.wait_for(|calls| *calls == 0).await;
    }
}

impl Shared {
    async fn listen(self: Arc<Self>, mut listener: TcpListener) {
        loop {
            let window = tokio::select! {
                () = self.accept(&listener) => return,
                window = self.injection.closed_port(self.service) => window,
            };
            drop(listener);
            self.injection.tally.injected(self.service, FaultKind::PortClosed);
            self.cuts.send_modify(|cuts| *cuts += 1);
            let socket = self.take_port().await;
            tokio::time::sleep(window.end.saturating_sub(self.injection.elapsed())).await;
            listener = match socket.listen(BACKLOG) {
                Ok(listener) => listener,
                Err(_) => self.listen_again().await,
            };
        }
    }

    /// Never ends.
    async fn accept(self: &Arc<Self>, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, client)) => self.connected(stream, client),
                // Too many open files, or a client that has gone: neither is for ever.
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    fn connected(self: &Arc<Self>, stream: TcpStream, client: SocketAddr) {
        let number = self.connections.fetch_add(1, Ordering::Relaxed);
        if self.injection.resets_connection(self.service, number) {
            self.injection.tally.injected(self.service, FaultKind::ConnectionReset);
            let _ = stream.set_zero_linger();
            return;
        }
        tokio::spawn(Arc::clone(self).serve(stream, client));
    }

    /// The port without a listener: whoever connects is refused, and nobody else gets the port.
    async fn take_port(&self) -> TcpSocket {
        loop {
            match bind(self.address) {
                Ok(socket) => return socket,
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    async fn listen_again(&self) -> TcpListener {
        loop {
            match self.take_port().await.listen(BACKLOG) {
                Ok(listener) => return listener,
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}

fn bind(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Its connections may still stand when the port is taken again.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

#[cfg(test)]
mod tests;
