//! The retries of a call: which errors are retried, how often, and with which result.

use std::collections::BTreeSet;
use std::time::Duration;

use controltower_trusted_access::core::error::ApiErrorKind;
use controltower_trusted_access::core::model::TrustedAccess;
use controltower_trusted_access::core::ports::ReadTrustedAccess;

use super::{adapter, adapter_with, call, read};
use crate::support::scripted_organizations::{
    CONTROL_TOWER, DISABLE, ENABLE, LIST, Reply, ScriptedOrganizations,
};

#[tokio::test]
async fn every_transient_error_is_retried_up_to_five_attempts_and_has_its_kind() {
    for (reply, kind) in [
        (
            Reply::error("TooManyRequestsException"),
            ApiErrorKind::Throttled,
        ),
        (Reply::error("ThrottlingException"), ApiErrorKind::Throttled),
        (Reply::error("SlowDown"), ApiErrorKind::Throttled),
        (
            Reply::error_with_status(429, "UnknownException", "x"),
            ApiErrorKind::Throttled,
        ),
        (Reply::html(429), ApiErrorKind::Throttled),
        (Reply::error("RequestTimeout"), ApiErrorKind::Unavailable),
        (Reply::html(408), ApiErrorKind::Unavailable),
        (
            Reply::error("ConcurrentModificationException"),
            ApiErrorKind::Conflict,
        ),
        (Reply::error("ServiceException"), ApiErrorKind::Unavailable),
        (
            Reply::error_with_status(500, "ServiceException", "x"),
            ApiErrorKind::Unavailable,
        ),
        (
            Reply::error_with_status(500, "InternalFailure", "x"),
            ApiErrorKind::Unavailable,
        ),
        (Reply::html(500), ApiErrorKind::Unavailable),
        (Reply::html(503), ApiErrorKind::Unavailable),
        (Reply::html(599), ApiErrorKind::Unavailable),
        (Reply::Close, ApiErrorKind::Unavailable),
    ] {
        for operation in [LIST, ENABLE, DISABLE] {
            let server = ScriptedOrganizations::with(&[]);
            server.always(operation, reply.clone());
            let error = call(&server, operation).await.unwrap_err();
            assert_eq!(error.kind, kind, "{operation}: {error}");
            assert_eq!(server.operations(), [operation; 5], "{error}");
            assert!(error.message.ends_with("(after 5 attempts)"), "{error}");
            assert!(!error.message.contains("Gateway"), "{error}");
        }
    }
}

#[tokio::test]
async fn an_error_without_a_code_names_the_status_of_the_last_attempt() {
    let server = ScriptedOrganizations::with(&[]);
    server.always(LIST, Reply::html(503));
    let error = read(&server).await.unwrap_err();
    assert_eq!(
        error.message,
        "a response with status 503 and no error code (after 5 attempts)"
    );
}

#[tokio::test]
async fn attempts_without_a_response_time_out_and_are_retried() {
    let server = ScriptedOrganizations::with(&[]);
    server.always(LIST, Reply::Hang);
    let timeout = Duration::from_millis(50);
    let adapter = adapter_with(&server.endpoint(), timeout, BTreeSet::new());
    let error = adapter.read().await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unavailable);
    // The server may see fewer requests, because a timeout on a busy machine can end an attempt before its request.
    assert_eq!(error.message, "no response in time (after 5 attempts)");
}

#[tokio::test]
async fn a_truncated_response_body_is_retried() {
    let server = ScriptedOrganizations::with(&[CONTROL_TOWER]);
    server.script(LIST, [Reply::TruncatedBody, Reply::TruncatedBody]);
    assert_eq!(read(&server).await.unwrap().state, TrustedAccess::Enabled);
    assert_eq!(server.operations(), [LIST; 3]);
}

#[tokio::test]
async fn truncated_response_bodies_on_every_attempt_are_unavailable() {
    let server = ScriptedOrganizations::with(&[CONTROL_TOWER]);
    server.always(LIST, Reply::TruncatedBody);
    let error = read(&server).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unavailable);
    assert_eq!(
        error.message,
        "the connection was closed before the response was complete (after 5 attempts)"
    );
}

#[tokio::test]
async fn failed_calls_do_not_use_up_the_retry_quota_of_later_calls() {
    let server = ScriptedOrganizations::with(&[CONTROL_TOWER]);
    let adapter = adapter(&server.endpoint());
    for _ in 0..40 {
        server.script(LIST, vec![Reply::html(503); 5]);
        adapter.read().await.unwrap_err();
    }
    server.script(LIST, vec![Reply::html(503); 4]);
    assert_eq!(adapter.read().await.unwrap().state, TrustedAccess::Enabled);
}
