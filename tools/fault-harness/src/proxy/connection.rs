//! One connection of a function, up to its end, which may be a hard one.

use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::Arc;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::Shared;
use super::call::{Answer, Call};

/// How a connection ends in place of an answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ending {
    /// It is closed in order (FIN).
    #[error("closed")]
    Closed,
    /// It is reset (RST).
    #[error("reset")]
    Reset,
    /// These bytes are sent, then it is closed.
    #[error("closed after other bytes")]
    ClosedAfter(Vec<u8>),
}

impl Shared {
    pub(super) async fn serve(self: Arc<Self>, stream: TcpStream, client: SocketAddr) {
        // Small answers to a client nearby: waiting to fill a packet only delays.
        let _ = stream.set_nodelay(true);
        let mut cuts = self.cuts.subscribe();
        let shared = Arc::clone(&self);
        let service = service_fn(move |request| Arc::clone(&shared).answer(request, client));
        let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        let ending = tokio::select! {
            outcome = &mut connection => match outcome {
                Ok(()) => return,
                Err(error) => take_ending(&error),
            },
            _ = cuts.changed() => Ending::Reset,
        };
        let mut stream = connection.into_parts().io.into_inner();
        match ending {
            Ending::Closed => {}
            Ending::Reset => {
                let _ = stream.set_zero_linger();
            }
            Ending::ClosedAfter(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
            }
        }
    }

    async fn answer(self: Arc<Self>, request: Request<Incoming>, client: SocketAddr) -> Answer {
        let call = Call::read(request).await.map_err(|_| Ending::Closed)?;
        // A task of its own: what has reached the service is done there even when the function has
        // given up meanwhile.
        let (sender, answer) = oneshot::channel();
        self.calls.send_modify(|calls| *calls += 1);
        tokio::spawn(async move {
            let answer = self.perform(call, client, || sender.is_closed()).await;
            let _ = sender.send(answer);
            self.calls.send_modify(|calls| *calls -= 1);
        });
        answer.await.unwrap_or(Err(Ending::Closed))
    }
}

fn take_ending(error: &hyper::Error) -> Ending {
    match error.source().and_then(|source| source.downcast_ref::<Ending>()) {
        Some(Ending::Reset) => Ending::Reset,
        Some(Ending::ClosedAfter(bytes)) => Ending::ClosedAfter(bytes.clone()),
        Some(Ending::Closed) | None => Ending::Closed,
    }
}
