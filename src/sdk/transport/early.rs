//! A connection that is made before it is needed.
//!
//! Lambda runs a function's start on a whole CPU and its invocations on the share that their memory
//! buys, 7.2 % at 128 MB, of which a TLS handshake takes nearly a whole slice of 20 ms. A connection is
//! no call, so the contract's calls stay what they are. What it brings is in `docs/performance.md`.

use std::future::{Ready, poll_fn, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use aws_sdk_organizations::config::SharedHttpClient;
use http::Uri;
use http::uri::{Authority, Scheme};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tower_service::Service;

use super::{BoxError, Route, Tcp, Transport, tls};
use crate::settings::Trust;

type Connection = MaybeHttpsStream<TokioIo<Tcp>>;

/// How long the start may wait for it. Within a Region it takes some milliseconds; where it takes
/// longer, the first call makes its own connection and says what is wrong.
const PATIENCE: Duration = Duration::from_millis(500);
/// How old it may be when it is first used. An invocation mostly follows the start at once; where
/// Lambda starts a function ahead of need, AWS would have closed the connection by then.
const LIFE: Duration = Duration::from_secs(5);

/// The connector of the client, with at most one connection made early.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    https: HttpsConnector<Route>,
    early: Arc<Mutex<Option<Early>>>,
}

#[derive(Debug)]
struct Early {
    made: Made,
    connection: Connection,
}

/// Where a connection leads and since when.
#[derive(Debug)]
struct Made {
    to: Option<Authority>,
    /// By the wall clock: the other one may stand still while Lambda has the function frozen.
    at: SystemTime,
}

impl Made {
    fn fits(&self, destination: &Uri, now: SystemTime) -> bool {
        let age = now.duration_since(self.at);
        self.to.as_ref() == destination.authority() && age.is_ok_and(|age| age <= LIFE)
    }
}

/// What `build` makes of the HTTP client, with a connection made to `destination`, if there is one and
/// TLS speaks to it. That it fails is not told above DEBUG: it is the first call that matters.
///
/// What has to be computed is computed while others are waited for: the roots and TLS's first word while
/// the name is looked up; what `build` does while the other side computes its answer to that word.
pub(in crate::sdk) async fn connected<T>(
    destination: Option<Uri>,
    trust: Trust,
    build: impl AsyncFnOnce(SharedHttpClient) -> T,
) -> T {
    let mut route = Route::of_the_environment();
    let (there, is_there) = oneshot::channel::<()>();
    let destination = destination.filter(|uri| uri.scheme() == Some(&Scheme::HTTPS));
    let mut reached = destination.map(|to| {
        let connecting = route.connect(to.clone());
        let connecting = async move {
            let _told_when_over = there;
            connecting.await
        };
        (Tcp::UnderWay(Box::pin(connecting)), to)
    });
    if let Some((tcp, _)) = &mut reached {
        poll_fn(|context| Poll::Ready(tcp.poll_there(context).is_ready())).await;
    }
    let tls = tls(trust);
    let transport = Transport::over(route, Arc::clone(&tls));
    let connector = transport.connector.clone();
    let handshake = async {
        if let Some((tcp, to)) = reached {
            connector.keep(tcp, to, tls).await;
        }
    };
    let client = async {
        // Nothing is ever sent; the sender is dropped.
        let _ = is_there.await;
        build(transport.into()).await
    };
    tokio::join!(handshake, client).1
}

impl Connector {
    pub(super) fn new(https: HttpsConnector<Route>) -> Self {
        let early = Arc::default();
        Self { https, early }
    }

    /// Keeps the connection over `tcp` for the first call.
    async fn keep(&self, tcp: Tcp, to: Uri, tls: Arc<ClientConfig>) {
        let spoken = HttpsConnector::from((Given(Some(tcp)), tls)).call(to.clone());
        match timeout(PATIENCE, spoken).await {
            Ok(Ok(connection)) => {
                let at = SystemTime::now();
                let to = to.into_parts().authority;
                let made = Made { to, at };
                *self.early() = Some(Early { made, connection });
            }
            Ok(Err(error)) => tracing::debug!(error, "no connection ahead of the first call"),
            Err(_) => tracing::debug!("no connection within the time given at the start"),
        }
    }

    fn early(&self) -> MutexGuard<'_, Option<Early>> {
        self.early.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The connection that it is given, for whoever asks for one.
struct Given(Option<Tcp>);

impl Service<Uri> for Given {
    type Response = TokioIo<Tcp>;
    type Error = BoxError;
    type Future = Ready<Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let given = self.0.take().map(TokioIo::new);
        ready(given.ok_or_else(|| "given away already".into()))
    }
}

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        let now = SystemTime::now();
        let early = self.early().take();
        match early.filter(|early| early.made.fits(&destination, now)) {
            Some(early) => Box::pin(async { Ok(early.connection) }),
            None => self.https.call(destination),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(at: SystemTime) -> Made {
        let to = Some(Authority::from_static("organizations.example"));
        Made { to, at }
    }

    #[test]
    fn a_connection_is_for_its_own_destination_and_for_five_seconds() {
        let now = SystemTime::now();
        let there = Uri::from_static("https://organizations.example/");
        for (age, fits) in [(0, true), (5, true), (6, false)] {
            let made = made(now - Duration::from_secs(age));
            assert_eq!(made.fits(&there, now), fits, "{age} s");
        }
        let elsewhere = Uri::from_static("https://elsewhere.example/");
        assert!(!made(now).fits(&elsewhere, now));
        let clock_was_put_back = now - Duration::from_secs(1);
        assert!(!made(now).fits(&there, clock_was_put_back));
    }
}
