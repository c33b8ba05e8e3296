//! Opens one TLS connection during INIT, for the first request to use.
//!
//! Lambda gives INIT a full vCPU and an invocation the share that its memory buys, 7.2 % at 128 MB, of which a TLS
//! handshake takes nearly a whole 20 ms slice. docs/performance.md has the gain. A connection is not an AWS
//! call, so the calls that the contract promises stay the same.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;
use tracing::debug;

use super::http_client::{BoxError, TcpConnector};

type Connection = MaybeHttpsStream<TokioIo<TcpStream>>;

/// The longest that INIT waits for the connection. Within a Region it takes some milliseconds.
const PRECONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// The oldest connection that is handed out. The first invocation usually follows INIT at once; if Lambda
/// initializes the function ahead of need, AWS closes the connection before it is used.
const MAX_AGE: Duration = Duration::from_secs(5);

/// Connects, and hands out a connection that was opened ahead of the first request, once.
#[derive(Debug, Clone)]
pub(super) struct PreconnectingConnector {
    https: HttpsConnector<TcpConnector>,
    preconnected: Arc<Mutex<Option<Preconnected>>>,
}

#[derive(Debug)]
struct Preconnected<C = Connection> {
    connection: C,
    endpoint: Uri,
    /// By the wall clock: the monotonic clock may stand still while Lambda has the function frozen.
    opened_at: SystemTime,
}

impl<C> Preconnected<C> {
    fn is_usable_for(&self, endpoint: &Uri, now: SystemTime) -> bool {
        let age = now.duration_since(self.opened_at);
        self.endpoint.authority() == endpoint.authority() && age.is_ok_and(|age| age <= MAX_AGE)
    }
}

impl PreconnectingConnector {
    pub(super) fn new(https: HttpsConnector<TcpConnector>) -> Self {
        let preconnected = Arc::default();
        Self {
            https,
            preconnected,
        }
    }

    pub(super) async fn preconnect(&self, endpoint: Uri) {
        let connecting = self.https.clone().call(endpoint.clone());
        match timeout(PRECONNECT_TIMEOUT, connecting).await {
            Ok(Ok(connection)) => {
                let opened_at = SystemTime::now();
                self.replace(Some(Preconnected {
                    connection,
                    endpoint,
                    opened_at,
                }));
            }
            Ok(Err(error)) => debug!(error, "preconnect failed"),
            Err(_) => debug!("preconnect timed out"),
        }
    }

    fn replace(&self, preconnected: Option<Preconnected>) -> Option<Preconnected> {
        let mut stored = self
            .preconnected
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *stored, preconnected)
    }
}

impl Service<Uri> for PreconnectingConnector {
    type Response = Connection;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, endpoint: Uri) -> Self::Future {
        let preconnected = self.replace(None);
        match preconnected.filter(|one| one.is_usable_for(&endpoint, SystemTime::now())) {
            Some(preconnected) => Box::pin(async { Ok(preconnected.connection) }),
            None => self.https.call(endpoint),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preconnected(opened_at: SystemTime) -> Preconnected<()> {
        Preconnected {
            connection: (),
            endpoint: Uri::from_static("https://organizations.example/"),
            opened_at,
        }
    }

    #[test]
    fn a_preconnected_connection_is_usable_for_its_own_endpoint_and_for_five_seconds() {
        let now = SystemTime::now();
        let endpoint = Uri::from_static("https://organizations.example/path");
        for (age, usable) in [(0, true), (5, true), (6, false)] {
            let connection = preconnected(now - Duration::from_secs(age));
            assert_eq!(connection.is_usable_for(&endpoint, now), usable, "{age} s");
        }
        let another = Uri::from_static("https://another.example/");
        assert!(!preconnected(now).is_usable_for(&another, now));
        let clock_was_put_back = now - Duration::from_secs(1);
        assert!(!preconnected(now).is_usable_for(&endpoint, clock_was_put_back));
    }
}
