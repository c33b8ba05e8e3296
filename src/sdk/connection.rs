//! The SDK's clients: where their configuration comes from, and the connection that they start with.

use aws_config::environment::{
    EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider,
};
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::ProvideRegion;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_organizations::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sdk_organizations::config::{Region, SharedCredentialsProvider, SharedHttpClient};
use http::Uri;

use super::transport::Transport;
use crate::settings::Network;

/// What `clients` makes of the SDK's configuration for what the environment says, over `network`.
///
/// A connection to Organizations is made, and nothing is called yet: credentials are looked up by the
/// first call.
pub async fn connect<C>(network: &Network, clients: impl FnOnce(&SdkConfig) -> C) -> C {
    let region = EnvironmentVariableRegionProvider::new().region().await;
    let endpoint = endpoint(region.as_ref(), network).await;
    let transport = Transport::new(network.trust.clone());
    let connector = transport.connector.clone();
    // The clients are put together while names are resolved and the other side computes.
    let clients = async { clients(&configuration(region, transport.into(), network)) };
    tokio::join!(connector.connect_early(endpoint), clients).1
}

/// Region and credentials come from aws-config's providers for the environment, and not from its
/// default chain, which links clients of STS, of EC2's and of ECS's metadata into every function and
/// builds them at every start: 0.4 MiB of the zip, for sources that Lambda does not have.
fn configuration(region: Option<Region>, http: SharedHttpClient, network: &Network) -> SdkConfig {
    // A chain of one, for its words: the provider by itself says "environment variable not set".
    let credentials = CredentialsProviderChain::first_try(
        "environment",
        EnvironmentVariableCredentialsProvider::new(),
    );
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http)
        .use_fips(network.fips)
        .use_dual_stack(network.dual_stack)
        .build()
}

/// Where the SDK will call Organizations, by its own rules; `None` where it will refuse to.
async fn endpoint(region: Option<&Region>, network: &Network) -> Option<Uri> {
    let parameters = Params::builder()
        .set_region(region.map(Region::to_string))
        .use_fips(network.fips)
        .use_dual_stack(network.dual_stack)
        .set_endpoint(network.organizations.clone())
        .build();
    let parameters = parameters.ok()?;
    let endpoint = DefaultResolver::new().resolve_endpoint(&parameters).await;
    endpoint.ok()?.url().parse().ok()
}
