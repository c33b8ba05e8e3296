//! The SDK's configuration: Region and credentials from the environment, and Organizations' endpoint.

use aws_config::environment::{
    EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider,
};
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::ProvideRegion;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_organizations::config::SharedCredentialsProvider;
use aws_sdk_organizations::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use http::Uri;

use super::http_client::HttpClient;
use crate::settings::{NetworkSettings, TrustStore};

/// The endpoint of Organizations for every Region of the partition `aws`.
///
/// <https://docs.aws.amazon.com/general/latest/gr/ao.html>
const ORGANIZATIONS_IN_PARTITION_AWS: &str = "https://organizations.us-east-1.amazonaws.com";

/// Returns the SDK's configuration, over `http`.
///
/// Region and credentials come from aws-config's providers for the environment. Its default chain would link
/// clients of STS and of the metadata services of EC2 and ECS, and build them at every start: 0.4 MiB of the zip,
/// for sources that Lambda does not have. Credentials are read by the first call.
pub async fn sdk_config(network: &NetworkSettings, http: &HttpClient) -> SdkConfig {
    // A chain of one provider, for its error message: the provider alone says "environment variable not set".
    let credentials = CredentialsProviderChain::first_try(
        "environment",
        EnvironmentVariableCredentialsProvider::new(),
    );
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(EnvironmentVariableRegionProvider::new().region().await)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http.to_shared())
        .use_fips(network.fips)
        .use_dual_stack(network.dual_stack)
        .build()
}

/// Returns the URI that the SDK will call for Organizations, or `None` if it will refuse to.
///
/// Its resolver begins by parsing the table of all partitions, so the two plain cases are answered without it. If
/// the answer were wrong, the preconnected connection would be dropped and the first call would be slower.
pub async fn organizations_endpoint(sdk: &SdkConfig, network: &NetworkSettings) -> Option<Uri> {
    match (&network.organizations_endpoint, &network.trust_store) {
        _ if network.fips || network.dual_stack => resolve_endpoint(sdk, network).await,
        (Some(endpoint), _) => endpoint.parse().ok(),
        (None, TrustStore::Amazon) => Some(Uri::from_static(ORGANIZATIONS_IN_PARTITION_AWS)),
        (None, TrustStore::System | TrustStore::CaBundle(_)) => {
            resolve_endpoint(sdk, network).await
        }
    }
}

async fn resolve_endpoint(sdk: &SdkConfig, network: &NetworkSettings) -> Option<Uri> {
    let parameters = Params::builder()
        .set_region(sdk.region().map(ToString::to_string))
        .use_fips(network.fips)
        .use_dual_stack(network.dual_stack)
        .set_endpoint(network.organizations_endpoint.clone())
        .build();
    let parameters = parameters.ok()?;
    let endpoint = DefaultResolver::new().resolve_endpoint(&parameters).await;
    endpoint.ok()?.url().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_config::Region;

    /// The European Sovereign Cloud is another partition with domains of its own.
    #[tokio::test]
    async fn the_endpoint_of_the_european_sovereign_cloud_is_known() {
        let sdk = SdkConfig::builder()
            .region(Region::new("eusc-de-east-1"))
            .build();
        let network = NetworkSettings {
            trust_store: TrustStore::System,
            organizations_endpoint: None,
            control_tower_endpoint: None,
            fips: false,
            dual_stack: false,
        };
        let endpoint = organizations_endpoint(&sdk, &network).await;
        let endpoint = endpoint.map(|uri| uri.to_string());
        assert_eq!(
            endpoint.as_deref(),
            Some("https://organizations.eusc-de-east-1.amazonaws.eu/")
        );
    }

    #[tokio::test]
    async fn the_preconnected_endpoint_is_the_one_that_the_sdk_resolves() {
        for name in ["us-east-1", "eu-central-2", "ap-southeast-7", "mx-new-9"] {
            let sdk = SdkConfig::builder().region(Region::new(name)).build();
            for (trust_store, endpoint) in [
                (TrustStore::Amazon, None),
                (
                    TrustStore::System,
                    Some("https://own.example:8443".to_owned()),
                ),
                (TrustStore::CaBundle(Vec::new()), None),
            ] {
                for (fips, dual_stack) in [(false, false), (true, false), (false, true)] {
                    let network = NetworkSettings {
                        trust_store: trust_store.clone(),
                        organizations_endpoint: endpoint.clone(),
                        control_tower_endpoint: None,
                        fips,
                        dual_stack,
                    };
                    let endpoint = organizations_endpoint(&sdk, &network).await;
                    let resolved = resolve_endpoint(&sdk, &network).await;
                    assert_eq!(endpoint, resolved, "{name} {network:?}");
                }
            }
        }
    }
}
