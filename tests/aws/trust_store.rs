//! The trusted certificates, with the real HTTP client against a TLS server.

use std::collections::BTreeSet;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::retry::RetryConfig;
use controltower_trusted_access::aws::HttpClient;
use controltower_trusted_access::aws::organizations::{Organizations, client_config};
use controltower_trusted_access::core::error::ApiErrorKind;
use controltower_trusted_access::core::ports::ReadTrustedAccess;
use controltower_trusted_access::settings::TrustStore;

use crate::support::scripted_organizations::{CONTROL_TOWER, LIST, ScriptedOrganizations};
use crate::support::tls::Authority;

async fn read(
    server: &ScriptedOrganizations,
    trust_store: &TrustStore,
) -> Result<(), ApiErrorKind> {
    let sdk = super::sdk_config(&server.endpoint());
    let config = client_config(&sdk)
        .http_client(HttpClient::new(trust_store).to_shared())
        .retry_config(RetryConfig::disabled());
    let organizations = Organizations::new(Client::from_conf(config.build()), BTreeSet::new());
    let observed = organizations.read().await;
    observed.map(drop).map_err(|error| error.kind)
}

/// Returns a trust store with the root of this authority only.
fn trusting_only(authority: &Authority) -> TrustStore {
    TrustStore::CaBundle(authority.pem().as_bytes().to_vec())
}

#[tokio::test]
async fn a_server_with_an_untrusted_certificate_gets_no_request() {
    let authority = Authority::with_aws_like_chain();
    let server = ScriptedOrganizations::with_tls(&[CONTROL_TOWER], &authority);
    for trust_store in [
        TrustStore::Amazon,
        TrustStore::System,
        trusting_only(&Authority::new()),
    ] {
        let result = read(&server, &trust_store).await;
        assert_eq!(result, Err(ApiErrorKind::Unavailable));
    }
    assert_eq!(server.operations(), [""; 0]);
}

#[tokio::test]
async fn a_certificate_chain_like_that_of_aws_is_trusted_up_to_its_root() {
    let authority = Authority::with_aws_like_chain();
    let server = ScriptedOrganizations::with_tls(&[CONTROL_TOWER], &authority);
    assert_eq!(read(&server, &trusting_only(&authority)).await, Ok(()));
    assert_eq!(server.operations(), [LIST]);
}
