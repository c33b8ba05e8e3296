//! The SDK's client: where its configuration comes from, how patient it is, whom it trusts.

use std::time::Duration;

use aws_config::environment::{
    EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider,
};
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::ProvideRegion;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sdk_organizations::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_organizations::config::timeout::TimeoutConfig;
use aws_sdk_organizations::config::{Builder, Region, SharedCredentialsProvider, SharedHttpClient};
use http::Uri;

use super::failure::RetryAsClassified;
use super::transport::Transport;
use crate::settings::Network;

/// Attempts of one call, the first included. The contract promises at most five.
const ATTEMPTS: u32 = 5;
/// The longest pause before an attempt, also where AWS asks for more in `x-amz-retry-after`.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// How long one attempt may take in all. Five of them and the usual pauses between them (at most
/// 1, 2, 4 and 8 s) are 45 s: two such calls and the 20 s that a write is given to show fit into the
/// function's timeout of 120 s.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(6);

/// A client for what the environment says, over `network`.
///
/// A connection is made, and nothing is called yet: credentials are looked up by the first call.
pub async fn connect(network: Network) -> Client {
    let region = EnvironmentVariableRegionProvider::new().region().await;
    let endpoint = endpoint(region.as_ref(), &network).await;
    let transport = Transport::new(network.trust.clone());
    let connector = transport.connector.clone();
    // The client is put together while names are resolved and the other side computes.
    let client = async { client(region, transport.into(), network) };
    tokio::join!(connector.connect_early(endpoint), client).1
}

/// The client over `http`.
///
/// Region and credentials come from aws-config's providers for the environment, and not from its
/// default chain, which links clients of STS, of EC2's and of ECS's metadata into every function and
/// builds them at every start: 0.4 MiB of the zip, for sources that Lambda does not have.
fn client(region: Option<Region>, http: SharedHttpClient, network: Network) -> Client {
    // A chain of one, for its words: the provider by itself says "environment variable not set".
    let credentials = CredentialsProviderChain::first_try(
        "environment",
        EnvironmentVariableCredentialsProvider::new(),
    );
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http)
        .use_fips(network.fips)
        .use_dual_stack(network.dual_stack);
    let mut config = client_config(&sdk.build());
    config.set_endpoint_url(network.endpoint);
    Client::from_conf(config.build())
}

/// Where the SDK will call, by its own rules; `None` where it will refuse to.
async fn endpoint(region: Option<&Region>, network: &Network) -> Option<Uri> {
    let parameters = Params::builder()
        .set_region(region.map(Region::to_string))
        .use_fips(network.fips)
        .use_dual_stack(network.dual_stack)
        .set_endpoint(network.endpoint.clone())
        .build();
    let parameters = parameters.ok()?;
    let endpoint = DefaultResolver::new().resolve_endpoint(&parameters).await;
    endpoint.ok()?.url().parse().ok()
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
                .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                .build(),
        )
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_max_backoff(LONGEST_PAUSE)
}
