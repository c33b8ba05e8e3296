//! The adapter on the wire: the real SDK against a scripted Organizations on loopback.

mod failures;
pub mod landing_zone;
mod trust;

use std::collections::BTreeSet;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::retry::RetryConfig;
use aws_sdk_organizations::config::timeout::TimeoutConfig;
use aws_sdk_organizations::config::{Credentials, SharedCredentialsProvider};
use controltower_trusted_access::aws::HttpClient;
use controltower_trusted_access::aws::organizations::{Organizations, client_config};
use controltower_trusted_access::core::error::{ApiError, ApiErrorKind};
use controltower_trusted_access::core::model::{Observation, TrustedAccess};
use controltower_trusted_access::core::plan::{Plan, Step};
use controltower_trusted_access::core::ports::{ReadTrustedAccess, WriteTrustedAccess};
use controltower_trusted_access::settings::TrustStore;
use serde_json::json;

use crate::support::scripted_organizations::{
    CONTROL_TOWER, DISABLE, ENABLE, LIST, Reply, ScriptedOrganizations,
};

const OTHERS: [&str; 2] = ["sso.amazonaws.com", "config.amazonaws.com"];

/// A timeout that a busy machine does not reach.
const UNREACHED_TIMEOUT: Duration = Duration::from_mins(1);

/// The adapter with its own configuration, except for short pauses between attempts, and without the environment
/// of the tests.
fn adapter(endpoint: &str) -> Organizations {
    adapter_within(endpoint, UNREACHED_TIMEOUT)
}

/// The same with another time-out for an attempt.
pub fn adapter_within(endpoint: &str, time: Duration) -> Organizations {
    adapter_watching(endpoint, time, BTreeSet::new())
}

fn adapter_watching(endpoint: &str, time: Duration, watched: BTreeSet<String>) -> Organizations {
    let quick = RetryConfig::standard()
        .with_max_attempts(5)
        .with_initial_backoff(Duration::from_millis(1));
    let impatient = TimeoutConfig::builder()
        .operation_attempt_timeout(time)
        .build();
    let config = client_config(&sdk_config(endpoint))
        .retry_config(quick)
        .timeout_config(impatient);
    Organizations::new(Client::from_conf(config.build()), watched)
}

async fn read(server: &ScriptedOrganizations) -> Result<Observation, ApiError> {
    adapter(&server.endpoint()).read().await
}

async fn write(server: &ScriptedOrganizations, target: TrustedAccess) -> Result<(), ApiError> {
    adapter(&server.endpoint()).write(step_to(target)).await
}

/// For an endpoint without TLS, so nobody is trusted.
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

pub fn step_to(target: TrustedAccess) -> Step {
    let opposite = match target {
        TrustedAccess::Enabled => Observation::disabled(),
        TrustedAccess::Disabled => Observation::enabled(None),
    };
    Plan::compare(target, &opposite)
        .step()
        .expect("opposites differ")
}

#[tokio::test]
async fn the_read_is_one_signed_list_request_with_the_largest_page() {
    let server = ScriptedOrganizations::with(&[CONTROL_TOWER]);
    let seen = read(&server).await.unwrap();
    assert_eq!(
        seen,
        Observation::enabled(Some("2025-11-23T10:02:33.25Z".to_owned()))
    );
    let calls = server.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].operation, LIST);
    assert_eq!(calls[0].body, json!({"MaxResults": 20}));
    assert_eq!(
        calls[0].content_type.as_deref(),
        Some("application/x-amz-json-1.1")
    );
    assert!(calls[0].signature.starts_with("AWS4-HMAC-SHA256 "));
}

#[tokio::test]
async fn a_read_goes_on_to_what_is_watched_and_the_one_after_a_write_does_not() {
    let server = ScriptedOrganizations::with_pages(&[&[CONTROL_TOWER], &[OTHERS[0]], &[OTHERS[1]]]);
    let watched = [OTHERS[0].to_owned()].into();
    let organizations = adapter_watching(&server.endpoint(), UNREACHED_TIMEOUT, watched);
    let seen = organizations.read().await.unwrap();
    assert_eq!(seen.watched[OTHERS[0]], TrustedAccess::Enabled);
    assert_eq!(server.operations(), [LIST; 2]);
    server.forget_calls();
    let seen = organizations.read_ignoring_watched().await.unwrap();
    assert_eq!(
        (seen.state, seen.watched.len()),
        (TrustedAccess::Enabled, 0)
    );
    assert_eq!(server.operations(), [LIST]);
}

#[tokio::test]
async fn each_write_is_one_request_that_names_control_tower_alone() {
    for (target, operation) in [
        (TrustedAccess::Enabled, ENABLE),
        (TrustedAccess::Disabled, DISABLE),
    ] {
        let server = ScriptedOrganizations::with(&[OTHERS[0], CONTROL_TOWER, OTHERS[1]]);
        write(&server, target).await.unwrap();
        let calls = server.calls();
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].operation, operation);
        assert_eq!(calls[0].body, json!({"ServicePrincipal": CONTROL_TOWER}));
        assert!(calls[0].signature.starts_with("AWS4-HMAC-SHA256 "));
        assert_eq!(server.has(CONTROL_TOWER), target == TrustedAccess::Enabled);
        assert!(OTHERS.iter().all(|other| server.has(other)));
    }
}

#[tokio::test]
async fn pages_are_read_until_the_principal_is_seen_and_no_further() {
    let server = ScriptedOrganizations::with_pages(&[&OTHERS, &[], &[CONTROL_TOWER], &OTHERS]);
    assert_eq!(read(&server).await.unwrap().state, TrustedAccess::Enabled);
    let tokens: Vec<_> = server
        .calls()
        .iter()
        .map(|call| call.body["NextToken"].clone())
        .collect();
    assert_eq!(tokens, [json!(null), json!("1"), json!("2")]);
}

#[tokio::test]
async fn disabled_is_said_only_after_the_last_page() {
    let server = ScriptedOrganizations::with_pages(&[&OTHERS, &[], &OTHERS, &[]]);
    assert_eq!(read(&server).await.unwrap(), Observation::disabled());
    assert_eq!(server.operations(), [LIST; 4]);
}

#[tokio::test]
async fn a_failing_later_page_is_an_error_and_not_an_observation() {
    let server = ScriptedOrganizations::with_pages(&[&OTHERS, &[CONTROL_TOWER]]);
    server.script(LIST, [Reply::Honest, Reply::error("AccessDeniedException")]);
    assert_eq!(
        read(&server).await.unwrap_err().kind,
        ApiErrorKind::AccessDenied
    );
}

#[tokio::test]
async fn only_the_exact_principal_counts() {
    let near = [
        "controltower.amazonaws.com.cn",
        "Controltower.amazonaws.com",
        " controltower.amazonaws.com",
        "controltower.amazonaws.co",
        "member.controltower.amazonaws.com",
    ];
    let server = ScriptedOrganizations::with(&near);
    assert_eq!(read(&server).await.unwrap(), Observation::disabled());
}

#[tokio::test]
async fn a_token_that_comes_back_ends_the_read_with_an_error() {
    let page =
        |token: &str| Reply::ok(&json!({"EnabledServicePrincipals": [], "NextToken": token}));
    for tokens in [&["a", "a"][..], &["a", "b", "c", "b"]] {
        let server = ScriptedOrganizations::with(&[]);
        server.script(LIST, tokens.iter().map(|token| page(token)));
        let error = read(&server).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse);
        assert_eq!(server.operations().len(), tokens.len());
    }
}

#[tokio::test]
async fn an_empty_token_is_the_end_of_the_list() {
    let server = ScriptedOrganizations::with(&[]);
    let last = json!({"EnabledServicePrincipals": [], "NextToken": ""});
    server.forever(LIST, Reply::ok(&last));
    assert_eq!(read(&server).await.unwrap(), Observation::disabled());
    assert_eq!(server.operations(), [LIST]);
}

#[tokio::test]
async fn tokens_that_never_end_are_given_up_after_100_pages() {
    let server = ScriptedOrganizations::with(&[]);
    let pages = (0..200)
        .map(|n| Reply::ok(&json!({"EnabledServicePrincipals": [], "NextToken": n.to_string()})));
    server.script(LIST, pages);
    assert_eq!(
        read(&server).await.unwrap_err().kind,
        ApiErrorKind::InvalidResponse
    );
    assert_eq!(server.operations().len(), 100);
}

#[tokio::test]
async fn a_reply_that_is_no_list_is_an_error_and_never_an_empty_list() {
    for reply in [
        Reply::ok(&json!({})),
        Reply::ok(&json!({"EnabledServicePrincipals": null})),
        Reply::ok(&json!({"EnabledServicePrincipals": "controltower.amazonaws.com"})),
        Reply::ok(&json!([])),
        Reply::Instead(200, "application/x-amz-json-1.1", Vec::new()),
        Reply::Instead(
            200,
            "application/x-amz-json-1.1",
            b"{\"EnabledServicePrincipals\":[".to_vec(),
        ),
        Reply::html(200),
        Reply::html(302),
        Reply::html(403),
        Reply::Instead(400, "application/x-amz-json-1.1", Vec::new()),
    ] {
        let server = ScriptedOrganizations::with(&[]);
        server.forever(LIST, reply);
        let error = read(&server).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse, "{error}");
        assert_eq!(server.operations().len(), 1, "not asked again: {error}");
    }
}

#[tokio::test]
async fn a_last_page_without_a_list_is_an_error_whatever_the_pages_before_it_held() {
    for last in [
        Reply::ok(&json!({})),
        Reply::ok(&json!({"EnabledServicePrincipals": null})),
        Reply::Instead(200, "application/x-amz-json-1.1", Vec::new()),
    ] {
        let server = ScriptedOrganizations::with_pages(&[&OTHERS, &[CONTROL_TOWER]]);
        server.script(LIST, [Reply::Honest, last]);
        let error = read(&server).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse);
    }
}

#[tokio::test]
async fn a_page_that_has_only_a_token_goes_on() {
    let server = ScriptedOrganizations::with_pages(&[&[], &[CONTROL_TOWER]]);
    server.script(LIST, [Reply::ok(&json!({"NextToken": "1"}))]);
    assert_eq!(read(&server).await.unwrap().state, TrustedAccess::Enabled);
}

#[tokio::test]
async fn an_entry_without_a_principal_is_an_error_and_not_somebody_elses() {
    for entry in [
        json!({}),
        json!({"ServicePrincipal": null}),
        json!({"DateEnabled": 1}),
    ] {
        let server = ScriptedOrganizations::with(&[]);
        server.script(
            LIST,
            [Reply::ok(&json!({"EnabledServicePrincipals": [entry]}))],
        );
        let error = read(&server).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse);
    }
}
