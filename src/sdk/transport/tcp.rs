//! A TCP connection that may still be under way.
//!
//! TLS computes its keys and its first word when it is given a connection. Given one that is under way, it
//! does so while the name is looked up, and the word is out as soon as there is somebody to hear it.

use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::BoxError;

pub(super) type Connecting = Pin<Box<dyn Future<Output = Result<TcpStream, BoxError>> + Send>>;

pub(super) enum Tcp {
    There(TcpStream),
    UnderWay(Connecting),
    Failed,
}

impl Tcp {
    /// Drives it on, to where it waits for others.
    pub(super) fn poll_there(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<Pin<&mut TcpStream>>> {
        if let Self::UnderWay(connecting) = self {
            let connected = ready!(connecting.as_mut().poll(context));
            *self = Self::Failed;
            *self = Self::There(connected.map_err(io::Error::other)?);
        }
        Poll::Ready(match self {
            Self::There(tcp) => Ok(Pin::new(tcp)),
            Self::UnderWay(_) | Self::Failed => Err(io::ErrorKind::NotConnected.into()),
        })
    }
}

impl AsyncRead for Tcp {
    /// Does not drive it on: TLS writes first, and what it has to write must not wait for another turn.
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if matches!(*self, Self::UnderWay(_)) {
            return Poll::Pending;
        }
        ready!(self.poll_there(context))?.poll_read(context, into)
    }
}

impl AsyncWrite for Tcp {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_there(context))?.poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_there(context))?.poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_there(context))?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_there(context))?.poll_shutdown(context)
    }
}

impl Connection for Tcp {
    fn connected(&self) -> Connected {
        match self {
            Self::There(tcp) => tcp.connected(),
            Self::UnderWay(_) | Self::Failed => Connected::new(),
        }
    }
}

impl fmt::Debug for Tcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::There(_) => "There",
            Self::UnderWay(_) => "UnderWay",
            Self::Failed => "Failed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn what_is_written_to_one_under_way_arrives() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tcp = Tcp::UnderWay(Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(TcpStream::connect(address).await?)
        }));
        tcp.write_all(b"first").await.unwrap();
        let (mut other, _) = listener.accept().await.unwrap();
        let mut heard = [0; 5];
        other.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"first");
        other.write_all(b"answer").await.unwrap();
        let mut answer = [0; 6];
        tcp.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"answer");
    }

    #[tokio::test]
    async fn one_that_failed_says_why_and_stays_failed() {
        let mut tcp = Tcp::UnderWay(Box::pin(async { Err("no way".into()) }));
        let error = tcp.write_all(b"first").await.unwrap_err();
        assert_eq!(error.to_string(), "no way");
        assert!(tcp.write_all(b"again").await.is_err());
        assert!(tcp.read_u8().await.is_err());
    }
}
