//! Whose certificates are believed, by the real HTTP client against a TLS server.

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

fn only(authority: &Authority) -> TrustStore {
    TrustStore::CaBundle(authority.pem().as_bytes().to_vec())
}

#[tokio::test]
async fn a_server_that_amazon_did_not_sign_for_is_not_talked_to() {
    let authority = Authority::like_amazons();
    let server = ScriptedOrganizations::behind_tls(&[CONTROL_TOWER], &authority);
    for trust_store in [
        TrustStore::Amazon,
        TrustStore::System,
        only(&Authority::new()),
    ] {
        let refused = read(&server, &trust_store).await;
        assert_eq!(refused, Err(ApiErrorKind::Unavailable));
    }
    assert_eq!(server.operations(), [""; 0]);
}

#[tokio::test]
async fn a_chain_as_long_as_awss_up_to_a_trusted_root_is_believed() {
    let authority = Authority::like_amazons();
    let server = ScriptedOrganizations::behind_tls(&[CONTROL_TOWER], &authority);
    assert_eq!(read(&server, &only(&authority)).await, Ok(()));
    assert_eq!(server.operations(), [LIST]);
}
