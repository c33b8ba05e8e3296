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

use super::transport::connected;
use crate::settings::{Network, Trust};

/// Where Organizations is called from every Region of the partition `aws`.
const IN_PARTITION_AWS: &str = "https://organizations.us-east-1.amazonaws.com";

/// What `clients` makes of the SDK's configuration for what the environment says, over `network`.
///
/// A connection to Organizations is made, and nothing is called yet: credentials are looked up by the
/// first call.
pub async fn connect<C>(network: &Network, clients: impl AsyncFnOnce(&SdkConfig) -> C) -> C {
    let region = EnvironmentVariableRegionProvider::new().region().await;
    let destination = destination(region.as_ref(), network).await;
    let trust = network.trust.clone();
    connected(destination, trust, async |http| {
        clients(&configuration(region, http, network)).await
    })
    .await
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
///
/// Its rules begin with parsing the table of all partitions, so what they say is said here for the plain
/// cases. Where it is not what the first call asks for, the connection is dropped and one call is slower.
async fn destination(region: Option<&Region>, network: &Network) -> Option<Uri> {
    match (&network.organizations, &network.trust) {
        _ if network.fips || network.dual_stack => by_rules(region, network).await,
        (Some(endpoint), _) => endpoint.parse().ok(),
        (None, Trust::Amazon) => Some(Uri::from_static(IN_PARTITION_AWS)),
        (None, Trust::System | Trust::Bundle(_)) => by_rules(region, network).await,
    }
}

async fn by_rules(region: Option<&Region>, network: &Network) -> Option<Uri> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::RootCertStore;

    fn network(trust: Trust, endpoint: Option<&str>) -> Network {
        let endpoint = endpoint.map(str::to_owned);
        Network {
            trust,
            organizations: endpoint,
            control_tower: None,
            fips: false,
            dual_stack: false,
        }
    }

    #[tokio::test]
    async fn the_early_connection_goes_where_the_sdk_will_call() {
        for name in ["us-east-1", "eu-central-2", "ap-southeast-7", "mx-new-9"] {
            let region = Region::new(name);
            for (trust, endpoint) in [
                (Trust::Amazon, None),
                (Trust::System, Some("https://own.example:8443")),
                (Trust::Bundle(RootCertStore::empty()), None),
            ] {
                let mut network = network(trust, endpoint);
                for (fips, dual_stack) in [(false, false), (true, false), (false, true)] {
                    (network.fips, network.dual_stack) = (fips, dual_stack);
                    let said = destination(Some(&region), &network).await;
                    let ruled = by_rules(Some(&region), &network).await;
                    assert_eq!(said, ruled, "{name} {network:?}");
                }
            }
        }
    }
}
