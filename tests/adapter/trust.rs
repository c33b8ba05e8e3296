//! Whose certificates are believed, by the real HTTP client against a TLS server.

use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::retry::RetryConfig;
use controltower_trusted_access::error::ApiErrorKind;
use controltower_trusted_access::organizations::{Organizations, client_config};
use controltower_trusted_access::ports::ReadTrustedAccess;
use controltower_trusted_access::sdk::http_client;
use controltower_trusted_access::settings::Trust;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::support::scripted_organizations::{CONTROL_TOWER, LIST, ScriptedOrganizations};
use crate::support::tls::Authority;

async fn read(server: &ScriptedOrganizations, trust: Trust) -> Result<(), ApiErrorKind> {
    let sdk = super::sdk_config(&server.endpoint());
    let config = client_config(&sdk)
        .http_client(http_client(trust))
        .retry_config(RetryConfig::disabled());
    let organizations = Organizations::new(Client::from_conf(config.build()));
    let observed = organizations.read().await;
    observed.map(drop).map_err(|error| error.kind)
}

fn only(authority: &Authority) -> Trust {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(authority.pem().as_bytes());
    roots.add(root.unwrap()).unwrap();
    Trust::Bundle(roots)
}

#[tokio::test]
async fn a_server_that_amazon_did_not_sign_for_is_not_talked_to() {
    let authority = Authority::like_amazons();
    let server = ScriptedOrganizations::behind_tls(&[CONTROL_TOWER], &authority);
    for trust in [Trust::Amazon, Trust::System, only(&Authority::new())] {
        let refused = read(&server, trust).await;
        assert_eq!(refused, Err(ApiErrorKind::Unavailable));
    }
    assert_eq!(server.operations(), [""; 0]);
}

#[tokio::test]
async fn a_chain_as_long_as_awss_up_to_a_trusted_root_is_believed() {
    let authority = Authority::like_amazons();
    let server = ScriptedOrganizations::behind_tls(&[CONTROL_TOWER], &authority);
    assert_eq!(read(&server, only(&authority)).await, Ok(()));
    assert_eq!(server.operations(), [LIST]);
}
