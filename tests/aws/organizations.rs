//! The requests of the Organizations adapter, and its pagination.

use controltower_trusted_access::core::error::ApiErrorKind;
use controltower_trusted_access::core::model::{Observation, TrustedAccess};
use controltower_trusted_access::core::ports::ReadTrustedAccess;
use serde_json::json;

use super::{UNREACHED_TIMEOUT, adapter_with, read, write};
use crate::support::scripted_organizations::{
    CONTROL_TOWER, DISABLE, ENABLE, LIST, Reply, ScriptedOrganizations,
};

const OTHERS: [&str; 2] = ["sso.amazonaws.com", "config.amazonaws.com"];

#[tokio::test]
async fn a_read_is_one_signed_list_request_with_the_largest_page_size() {
    let server = ScriptedOrganizations::with(&[CONTROL_TOWER]);
    let observed = read(&server).await.unwrap();
    assert_eq!(
        observed,
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
async fn a_read_continues_to_the_watched_principals_and_a_read_ignoring_watched_does_not() {
    let server = ScriptedOrganizations::with_pages(&[&[CONTROL_TOWER], &[OTHERS[0]], &[OTHERS[1]]]);
    let watched = [OTHERS[0].to_owned()].into();
    let organizations = adapter_with(&server.endpoint(), UNREACHED_TIMEOUT, watched);
    let observed = organizations.read().await.unwrap();
    assert_eq!(observed.watched[OTHERS[0]], TrustedAccess::Enabled);
    assert_eq!(server.operations(), [LIST; 2]);
    server.forget_calls();
    let observed = organizations.read_ignoring_watched().await.unwrap();
    assert_eq!(
        (observed.state, observed.watched.len()),
        (TrustedAccess::Enabled, 0)
    );
    assert_eq!(server.operations(), [LIST]);
}

#[tokio::test]
async fn each_write_is_one_signed_request_that_names_only_control_tower() {
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
async fn pagination_stops_at_the_page_with_the_principal() {
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
async fn disabled_is_reported_only_after_the_last_page() {
    let server = ScriptedOrganizations::with_pages(&[&OTHERS, &[], &OTHERS, &[]]);
    assert_eq!(read(&server).await.unwrap(), Observation::disabled());
    assert_eq!(server.operations(), [LIST; 4]);
}

#[tokio::test]
async fn an_error_on_a_later_page_fails_the_read() {
    let server = ScriptedOrganizations::with_pages(&[&OTHERS, &[CONTROL_TOWER]]);
    server.script(LIST, [Reply::Normal, Reply::error("AccessDeniedException")]);
    assert_eq!(
        read(&server).await.unwrap_err().kind,
        ApiErrorKind::AccessDenied
    );
}

#[tokio::test]
async fn only_the_exact_principal_matches() {
    let similar = [
        "controltower.amazonaws.com.cn",
        "Controltower.amazonaws.com",
        " controltower.amazonaws.com",
        "controltower.amazonaws.co",
        "member.controltower.amazonaws.com",
    ];
    let server = ScriptedOrganizations::with(&similar);
    assert_eq!(read(&server).await.unwrap(), Observation::disabled());
}

#[tokio::test]
async fn a_repeated_next_token_is_an_invalid_response() {
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
async fn an_empty_next_token_is_the_end_of_the_list() {
    let server = ScriptedOrganizations::with(&[]);
    let last = json!({"EnabledServicePrincipals": [], "NextToken": ""});
    server.always(LIST, Reply::ok(&last));
    assert_eq!(read(&server).await.unwrap(), Observation::disabled());
    assert_eq!(server.operations(), [LIST]);
}

#[tokio::test]
async fn pagination_ends_with_an_error_after_100_pages() {
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
async fn a_response_without_a_list_is_an_error_and_not_an_empty_list() {
    for reply in [
        Reply::ok(&json!({})),
        Reply::ok(&json!({"EnabledServicePrincipals": null})),
        Reply::ok(&json!({"EnabledServicePrincipals": "controltower.amazonaws.com"})),
        Reply::ok(&json!([])),
        Reply::Custom(200, "application/x-amz-json-1.1", Vec::new()),
        Reply::Custom(
            200,
            "application/x-amz-json-1.1",
            b"{\"EnabledServicePrincipals\":[".to_vec(),
        ),
        Reply::html(200),
        Reply::html(302),
        Reply::html(403),
        Reply::Custom(400, "application/x-amz-json-1.1", Vec::new()),
    ] {
        let server = ScriptedOrganizations::with(&[]);
        server.always(LIST, reply);
        let error = read(&server).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse, "{error}");
        assert_eq!(server.operations().len(), 1, "not retried: {error}");
    }
}

#[tokio::test]
async fn a_last_page_without_a_list_is_an_error_after_valid_pages() {
    for last in [
        Reply::ok(&json!({})),
        Reply::ok(&json!({"EnabledServicePrincipals": null})),
        Reply::Custom(200, "application/x-amz-json-1.1", Vec::new()),
    ] {
        let server = ScriptedOrganizations::with_pages(&[&OTHERS, &[CONTROL_TOWER]]);
        server.script(LIST, [Reply::Normal, last]);
        let error = read(&server).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse);
    }
}

#[tokio::test]
async fn pagination_continues_after_a_page_with_only_a_next_token() {
    let server = ScriptedOrganizations::with_pages(&[&[], &[CONTROL_TOWER]]);
    server.script(LIST, [Reply::ok(&json!({"NextToken": "1"}))]);
    assert_eq!(read(&server).await.unwrap().state, TrustedAccess::Enabled);
}

#[tokio::test]
async fn an_entry_without_a_principal_is_an_invalid_response() {
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
