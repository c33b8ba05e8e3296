//! The SDK's client: where its configuration comes from, how patient it is, whom it trusts.

use std::sync::OnceLock;
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_organizations::config::timeout::TimeoutConfig;
use aws_sdk_organizations::config::{Builder, SharedHttpClient};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext};
use aws_smithy_runtime_api::client::http::{SharedHttpConnector, http_client_fn};

use super::failure::RetryAsClassified;
use crate::settings::CaBundle;

/// Attempts of one call, the first included. The contract promises at most five.
const ATTEMPTS: u32 = 5;
/// The longest pause before an attempt, also where AWS asks for more in `x-amz-retry-after`.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// How long one attempt may wait for its connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long one attempt may take in all. Five of them and the usual pauses between them (at most
/// 1, 2, 4 and 8 s) are 45 s: two such calls and the 20 s that a write is given to show fit into the
/// function's timeout of 120 s.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(6);

/// A client configured by the environment, which trusts `ca_bundle` alone where one is given.
///
/// Nothing is called yet: credentials are looked up by the first call.
pub async fn connect(ca_bundle: Option<CaBundle>) -> Client {
    // Given here as well, because without it the SDK evaluates AWS_MAX_ATTEMPTS and AWS_RETRY_MODE
    // and panics on a value that it does not like.
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).retry_config(retries());
    if let Some(bundle) = ca_bundle {
        loader = loader.http_client(trusting(bundle.into_tls_context()));
    }
    Client::from_conf(client_config(&loader.load().await).build())
}

/// What every client of this program is set to, over the given SDK configuration.
///
/// The SDK's quota of retries is switched off: it is shared by all calls of a process, so a long
/// outage seen by a warm function would use up the retries of the first run after it.
#[must_use]
pub fn client_config(sdk: &SdkConfig) -> Builder {
    let unlimited = RetryPartition::custom("organizations")
        .token_bucket(TokenBucket::unlimited())
        .build();
    Builder::from(sdk)
        .retry_config(retries())
        .retry_partition(unlimited)
        .retry_classifier(RetryAsClassified)
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                .build(),
        )
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_max_backoff(LONGEST_PAUSE)
}

/// The SDK's default HTTP client with other roots: proxies from the environment stay in force.
///
/// The connector is made once, by the first call; the SDK asks for it at every call.
fn trusting(roots: TlsContext) -> SharedHttpClient {
    let made = OnceLock::new();
    http_client_fn(move |settings, components| {
        let connector = made.get_or_init(|| {
            let mut builder = Connector::builder()
                .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                .tls_context(roots.clone())
                .connector_settings(settings.clone())
                .proxy_config(ProxyConfig::from_env());
            builder.set_sleep_impl(components.sleep_impl());
            SharedHttpConnector::new(builder.build())
        });
        connector.clone()
    })
}
