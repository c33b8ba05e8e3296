//! The adapters on the wire: the real AWS SDK against a scripted AWS on loopback.

pub mod control_tower;
mod error_classification;
mod http_client;
mod organizations;
mod preconnect;
mod response_limit;
mod retry;
mod trust_store;

use std::collections::BTreeSet;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::retry::RetryConfig;
use aws_sdk_organizations::config::timeout::TimeoutConfig;
use aws_sdk_organizations::config::{Credentials, SharedCredentialsProvider};
use controltower_trusted_access::aws::HttpClient;
use controltower_trusted_access::aws::organizations::{Organizations, client_config};
use controltower_trusted_access::core::error::ApiError;
use controltower_trusted_access::core::model::{Observation, TrustedAccess};
use controltower_trusted_access::core::plan::{Plan, Step};
use controltower_trusted_access::core::ports::{ReadTrustedAccess, WriteTrustedAccess};
use controltower_trusted_access::settings::TrustStore;

use crate::support::scripted_organizations::{ENABLE, LIST, ScriptedOrganizations};

/// An attempt timeout that a busy machine does not reach.
const UNREACHED_TIMEOUT: Duration = Duration::from_mins(1);

/// Returns the adapter with its own configuration, except for a short back-off and a long attempt timeout. It reads
/// nothing from the environment.
pub fn adapter(endpoint: &str) -> Organizations {
    adapter_with(endpoint, UNREACHED_TIMEOUT, BTreeSet::new())
}

/// Returns the adapter with the attempt timeout and the watched principals.
fn adapter_with(endpoint: &str, timeout: Duration, watched: BTreeSet<String>) -> Organizations {
    let retries = RetryConfig::standard()
        .with_max_attempts(5)
        .with_initial_backoff(Duration::from_millis(1));
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(timeout)
        .build();
    let config = client_config(&sdk_config(endpoint))
        .retry_config(retries)
        .timeout_config(timeouts);
    Organizations::new(Client::from_conf(config.build()), watched)
}

async fn read(server: &ScriptedOrganizations) -> Result<Observation, ApiError> {
    adapter(&server.endpoint()).read().await
}

async fn write(server: &ScriptedOrganizations, target: TrustedAccess) -> Result<(), ApiError> {
    adapter(&server.endpoint()).write(step_to(target)).await
}

/// Makes the call of one operation.
async fn call(server: &ScriptedOrganizations, operation: &str) -> Result<(), ApiError> {
    match operation {
        LIST => read(server).await.map(drop),
        ENABLE => write(server, TrustedAccess::Enabled).await,
        _ => write(server, TrustedAccess::Disabled).await,
    }
}

/// Returns an SDK configuration for an endpoint without TLS.
fn sdk_config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("AKIAEXAMPLE", "secret", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(HttpClient::new(&TrustStore::CaBundle(Vec::new())).to_shared())
        .endpoint_url(endpoint)
        .build()
}

/// Returns the step that ends in `target`.
pub fn step_to(target: TrustedAccess) -> Step {
    let opposite = match target {
        TrustedAccess::Enabled => Observation::disabled(),
        TrustedAccess::Disabled => Observation::enabled(None),
    };
    Plan::compare(target, &opposite)
        .step()
        .expect("opposites differ")
}
