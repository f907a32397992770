//! Hands on what containers send: the local stack takes connections of this machine alone.

use std::io;
use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// How many connections may be open at once; each function has a few.
const CONNECTIONS: usize = 100;

/// A relay; it ends, and its connections with it, when this is dropped.
pub struct Relay {
    task: JoinHandle<()>,
}

impl Relay {
    /// Hands connections to `address` on to `target`, which is `127.0.0.1:8001` or the like.
    ///
    /// # Errors
    /// The address cannot be used.
    pub async fn start(address: SocketAddr, target: String) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { task: tokio::spawn(serve(listener, target)) })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, target: String) {
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= CONNECTIONS {
            connections.join_next().await;
        }
        // A connection that is gone before it is taken is no trouble of the next.
        let Ok((mut client, _)) = listener.accept().await else { continue };
        let target = target.clone();
        connections.spawn(async move {
            // What fails here fails for the client too, which tells of it.
            if let Ok(mut server) = TcpStream::connect(target).await {
                let _ = copy_bidirectional(&mut client, &mut server).await;
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// An address that nothing listens on at this moment.
    async fn free_address() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
    }

    #[tokio::test(flavor = "current_thread")]
    async fn bytes_go_both_ways_until_the_relay_ends() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = server.local_addr().unwrap().to_string();
        let address = free_address().await;
        let relay = Relay::start(address, target).await.unwrap();
        let mut client = TcpStream::connect(address).await.unwrap();
        let (mut connection, _) = server.accept().await.unwrap();
        client.write_all(b"question").await.unwrap();
        let mut received = [0; 8];
        connection.read_exact(&mut received).await.unwrap();
        assert_eq!(&received, b"question");
        connection.write_all(b"answer").await.unwrap();
        let mut answer = [0; 6];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"answer");

        drop(relay);
        assert!(matches!(client.read(&mut answer).await, Ok(0) | Err(_)));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_target_that_is_gone_closes_the_connection() {
        let address = free_address().await;
        let relay = Relay::start(address, free_address().await.to_string()).await.unwrap();
        let mut client = TcpStream::connect(address).await.unwrap();
        assert!(matches!(client.read(&mut [0; 1]).await, Ok(0) | Err(_)));
        drop(relay);
    }
}
