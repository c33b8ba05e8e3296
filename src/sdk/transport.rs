//! The HTTP client that is given to the SDK: hyper over rustls, HTTP/1.1 alone.
//!
//! It is put together from the same libraries as the SDK's own, which brings HTTP/2, a second copy of
//! itself and a trust store that is parsed three times: what that costs is in `docs/performance.md`.

mod early;
mod tcp;

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use aws_sdk_organizations::config::SharedHttpClient;
use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http::Uri;
use http::uri::Scheme;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{self, capture_connection};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs::default_provider;
use tower_service::Service;

use super::trust::roots;
use crate::settings::Trust;
use early::Connector;
use tcp::{Connecting, Tcp};

pub(super) use early::connected;

type BoxError = Box<dyn Error + Send + Sync>;

/// How long one attempt may wait for its TCP connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// An HTTP client that believes the certificates of `trust`.
#[must_use]
pub fn http_client(trust: Trust) -> SharedHttpClient {
    Transport::over(Route::of_the_environment(), tls(trust)).into()
}

#[derive(Debug)]
struct Transport {
    client: Client<Connector, SdkBody>,
    connector: Connector,
}

/// The connector is made once: the SDK asks for one at every call.
impl From<Transport> for SharedHttpClient {
    fn from(transport: Transport) -> Self {
        let transport = SharedHttpConnector::new(transport);
        http_client_fn(move |_, _| transport.clone())
    }
}

impl Transport {
    fn over(route: Route, tls: Arc<ClientConfig>) -> Self {
        let connector = Connector::new(HttpsConnector::from((route, tls)));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(connector.clone());
        Self { client, connector }
    }
}

/// TLS as it is spoken to whoever shows a certificate of `trust`.
fn tls(trust: Trust) -> Arc<ClientConfig> {
    // Said once which library does the cryptography, so that none has to be guessed.
    let _ = default_provider().install_default();
    let mut tls = ClientConfig::builder()
        .with_root_certificates(roots(trust))
        .with_no_client_auth();
    // There is one server, or two; room for the sessions of 256 would be taken at once.
    tls.resumption = Resumption::in_memory_sessions(1);
    Arc::new(tls)
}

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        // So that the SDK can keep the next attempt off a connection that gave a 5xx.
        let connection = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || {
                let used = connection.clone();
                let poison = move || {
                    if let Some(connected) = used.connection_metadata().as_ref() {
                        connected.poison();
                    }
                };
                Some(
                    ConnectionMetadata::builder()
                        .proxied(false)
                        .poison_fn(poison)
                        .build(),
                )
            });
        }
        let exchange = self.client.request(request);
        HttpConnectorFuture::new(async move {
            let response = exchange
                .await
                .map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// TCP, through a tunnel of the proxy that the environment names for an `https` destination.
#[derive(Debug, Clone)]
struct Route {
    tcp: connect::HttpConnector,
    proxies: Arc<Matcher>,
}

impl Route {
    fn of_the_environment() -> Self {
        let mut tcp = connect::HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let proxies = Arc::new(Matcher::from_env());
        Self { tcp, proxies }
    }

    fn connect(&mut self, destination: Uri) -> Connecting {
        let proxy = self
            .proxies
            .intercept(&destination)
            .filter(|_| destination.scheme() == Some(&Scheme::HTTPS));
        let Some(proxy) = proxy else {
            let connected = self.tcp.call(destination);
            return Box::pin(async move { Ok(connected.await?.into_inner()) });
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.tcp.clone());
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        let connected = tunnel.call(destination);
        Box::pin(async move { Ok(connected.await?.into_inner()) })
    }
}

impl Service<Uri> for Route {
    type Response = TokioIo<Tcp>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        ready!(self.tcp.poll_ready(context))?;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        let connected = self.connect(destination);
        Box::pin(async { Ok(TokioIo::new(Tcp::There(connected.await?))) })
    }
}
