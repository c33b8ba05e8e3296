//! The HTTP client of the SDK: hyper over rustls, HTTP/1.1 only.
//!
//! It is assembled from the libraries that the SDK's own client uses. The SDK's own brings HTTP/2, a second copy
//! of hyper and a trust store that is parsed three times; docs/performance.md has the costs.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_sdk_organizations::config::SharedHttpClient;
use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http::uri::Scheme;
use http::{Request, Uri};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{self, capture_connection};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs::default_provider;
use tokio::net::TcpStream;
use tower_service::Service;

use super::preconnect::PreconnectingConnector;
use super::trust_store::root_certificates;
use crate::settings::TrustStore;

pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// The time for one TCP connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// An HTTP client for the SDK that trusts the certificates of one trust store.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client<PreconnectingConnector, SdkBody>,
    connector: PreconnectingConnector,
}

impl HttpClient {
    /// Builds the client, with the proxy that the environment names.
    #[must_use]
    pub fn new(trust_store: &TrustStore) -> Self {
        let https = HttpsConnector::from((TcpConnector::from_env(), tls_config(trust_store)));
        let connector = PreconnectingConnector::new(https);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(connector.clone());
        Self { client, connector }
    }

    /// Returns this client as the SDK takes it. All SDK clients share its one connector.
    #[must_use]
    pub fn to_shared(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// Opens a TLS connection to `endpoint` for the first request, if the endpoint is `https`. A failure is only
    /// logged at DEBUG: the first request opens its own connection and reports what is wrong.
    pub async fn preconnect(&self, endpoint: Option<Uri>) {
        if let Some(endpoint) = endpoint.filter(|uri| uri.scheme() == Some(&Scheme::HTTPS)) {
            self.connector.preconnect(endpoint).await;
        }
    }
}

fn tls_config(trust_store: &TrustStore) -> Arc<ClientConfig> {
    // Named once, so that rustls does not have to guess the cryptography library.
    let _ = default_provider().install_default();
    let mut tls = ClientConfig::builder()
        .with_root_certificates(root_certificates(trust_store))
        .with_no_client_auth();
    // There are at most two servers; the default allocates room for 256 sessions.
    tls.resumption = Resumption::in_memory_sessions(2);
    Arc::new(tls)
}

impl HttpConnector for HttpClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        let poison = connection_poisoner(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(poison);
        }
        let response = self.client.request(request);
        HttpConnectorFuture::new(async move {
            let response = response
                .await
                .map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Lets the SDK keep the next attempt off a connection that returned a 5xx.
fn connection_poisoner(
    request: &mut Request<SdkBody>,
) -> impl Fn() -> Option<ConnectionMetadata> + Send + Sync + 'static {
    let connection = capture_connection(request);
    move || {
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
    }
}

/// Opens TCP connections, through a tunnel of the environment's proxy if there is one for an `https` endpoint.
#[derive(Debug, Clone)]
pub(super) struct TcpConnector {
    tcp: connect::HttpConnector,
    proxies: Arc<Matcher>,
}

impl TcpConnector {
    fn from_env() -> Self {
        let mut tcp = connect::HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let proxies = Arc::new(Matcher::from_env());
        Self { tcp, proxies }
    }
}

impl Service<Uri> for TcpConnector {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, endpoint: Uri) -> Self::Future {
        let is_https = endpoint.scheme() == Some(&Scheme::HTTPS);
        let Some(proxy) = self.proxies.intercept(&endpoint).filter(|_| is_https) else {
            let connecting = self.tcp.call(endpoint);
            return Box::pin(async { Ok(connecting.await?) });
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.tcp.clone());
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        let connecting = tunnel.call(endpoint);
        Box::pin(async { Ok(connecting.await?) })
    }
}
