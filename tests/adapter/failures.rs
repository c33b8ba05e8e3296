//! Every way a call can fail: its kind, whether it is tried again, whether a write may have taken effect.

use std::time::Duration;

use controltower_trusted_access::core::error::{ApiError, ApiErrorKind};
use controltower_trusted_access::core::model::TrustedAccess;
use controltower_trusted_access::core::ports::ReadTrustedAccess;

use super::{adapter, adapter_within, read, write};
use crate::support::http::RefusingPort;
use crate::support::scripted_organizations::{
    CONTROL_TOWER, DISABLE, ENABLE, LIST, Reply, ScriptedOrganizations,
};

#[tokio::test]
async fn every_refusal_has_its_kind_and_is_not_repeated() {
    for (code, kind) in [
        ("AccessDeniedException", ApiErrorKind::AccessDenied),
        (
            "AWSOrganizationsNotInUseException",
            ApiErrorKind::NotInOrganization,
        ),
        ("ConstraintViolationException", ApiErrorKind::Rejected),
        ("InvalidInputException", ApiErrorKind::Rejected),
        ("UnsupportedAPIEndpointException", ApiErrorKind::Rejected),
        ("UnrecognizedClientException", ApiErrorKind::Rejected),
        ("ExpiredTokenException", ApiErrorKind::Rejected),
        ("SomethingNobodyHasHeardOf", ApiErrorKind::Rejected),
    ] {
        for operation in [LIST, ENABLE, DISABLE] {
            let server = ScriptedOrganizations::with(&[]);
            server.forever(operation, Reply::error(code));
            let error = call(&server, operation).await.unwrap_err();
            assert_eq!(error.kind, kind, "{operation} {code}");
            assert_eq!(error.message, format!("{code}: as scripted by the test"));
            assert!(!error.outcome_unknown, "{operation} {code}");
            assert_eq!(server.operations(), [operation], "{code}");
        }
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_five_times_and_has_its_kind() {
    for (reply, kind) in [
        (
            Reply::error("TooManyRequestsException"),
            ApiErrorKind::Throttled,
        ),
        (Reply::error("ThrottlingException"), ApiErrorKind::Throttled),
        (Reply::error("SlowDown"), ApiErrorKind::Throttled),
        (
            Reply::error_of(429, "Unheard0f", "x"),
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
            Reply::error_of(500, "ServiceException", "x"),
            ApiErrorKind::Unavailable,
        ),
        (
            Reply::error_of(500, "InternalFailure", "x"),
            ApiErrorKind::Unavailable,
        ),
        (Reply::html(500), ApiErrorKind::Unavailable),
        (Reply::html(503), ApiErrorKind::Unavailable),
        (Reply::html(599), ApiErrorKind::Unavailable),
        (Reply::Cut, ApiErrorKind::Unavailable),
    ] {
        for operation in [LIST, ENABLE, DISABLE] {
            let server = ScriptedOrganizations::with(&[]);
            server.forever(operation, reply.clone());
            let error = call(&server, operation).await.unwrap_err();
            assert_eq!(error.kind, kind, "{operation}: {error}");
            assert_eq!(server.operations(), [operation; 5], "{error}");
            assert!(error.message.ends_with("(after 5 attempts)"), "{error}");
        }
    }
}

#[tokio::test]
async fn attempts_without_a_response_time_out_and_are_retried() {
    let server = ScriptedOrganizations::with(&[]);
    server.forever(LIST, Reply::Hang);
    let adapter = adapter_within(&server.endpoint(), Duration::from_millis(50));
    let error = adapter.read().await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unavailable);
    assert_eq!(error.message, "no response in time (after 5 attempts)");
}

#[tokio::test]
async fn an_answer_cut_in_its_body_is_lost_and_asked_for_again() {
    let server = ScriptedOrganizations::with(&[CONTROL_TOWER]);
    server.script(LIST, [Reply::CutInBody, Reply::CutInBody]);
    assert_eq!(read(&server).await.unwrap().state, TrustedAccess::Enabled);
    assert_eq!(server.operations(), [LIST; 3]);
}

#[tokio::test]
async fn answers_that_are_all_cut_in_their_bodies_are_unavailable() {
    let server = ScriptedOrganizations::with(&[CONTROL_TOWER]);
    server.forever(LIST, Reply::CutInBody);
    let error = read(&server).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unavailable);
    assert_eq!(
        error.message,
        "the connection was closed before the response was complete (after 5 attempts)"
    );
}

#[tokio::test]
async fn a_response_body_over_1_mib_is_invalid_and_not_retried_whatever_its_status_and_framing() {
    const TOO_LARGE: usize = 1024 * 1024 + 1;
    let error_body =
        |status| Reply::Instead(status, "application/x-amz-json-1.1", vec![b' '; TOO_LARGE]);
    for reply in [
        Reply::Padded(TOO_LARGE),
        Reply::PaddedInChunks(TOO_LARGE),
        Reply::Huge(TOO_LARGE),
        error_body(400),
        error_body(429),
        error_body(503),
    ] {
        for operation in [LIST, ENABLE] {
            let server = ScriptedOrganizations::with(&[]);
            server.script(operation, [Reply::html(503), reply.clone()]);
            let error = call(&server, operation).await.unwrap_err();
            assert_eq!(error.kind, ApiErrorKind::InvalidResponse, "{error}");
            assert_eq!(
                error.message,
                "the response body is larger than 1 MiB (after 2 attempts)"
            );
            assert!(error.outcome_unknown);
            assert_eq!(server.operations(), [operation; 2]);
        }
    }
}

#[tokio::test]
async fn a_response_body_of_almost_1_mib_is_read() {
    let server = ScriptedOrganizations::with(&[CONTROL_TOWER]);
    for reply in [Reply::Padded(1_048_000), Reply::PaddedInChunks(1_048_000)] {
        server.script(LIST, [reply]);
        assert_eq!(read(&server).await.unwrap().state, TrustedAccess::Enabled);
    }
}

#[tokio::test]
async fn no_connection_at_all_is_unavailable() {
    let refusing = RefusingPort::new();
    let error = adapter(&format!("http://{}", refusing.address()))
        .read()
        .await
        .unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unavailable);
    assert_eq!(
        error.to_string(),
        "ListAWSServiceAccessForOrganization: no connection, or it was closed before a response \
         arrived (after 5 attempts). No action is needed unless it lasts; then check the AWS Health \
         Dashboard and the function's network access"
    );
}

#[tokio::test]
async fn what_the_sdk_does_not_send_is_rejected_with_its_reason() {
    let error = adapter("no url at all").read().await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Rejected, "{error}");
    assert!(
        error
            .message
            .starts_with("the AWS SDK did not send the request: "),
        "{error}"
    );
    assert!(error.message.len() > 50, "{error}");
}

#[tokio::test]
async fn a_write_counts_as_lost_if_any_of_its_attempts_had_no_answer() {
    let refusal = || Reply::error("ConstraintViolationException");
    for (replies, lost) in [
        (vec![Reply::AppliedThenCut, refusal()], true),
        (vec![Reply::html(502), refusal()], true),
        (vec![Reply::error("ServiceException"), refusal()], true),
        (
            vec![Reply::error("TooManyRequestsException"), refusal()],
            false,
        ),
        (vec![refusal()], false),
    ] {
        let server = ScriptedOrganizations::with(&[]);
        server.script(ENABLE, replies);
        let error = write(&server, TrustedAccess::Enabled).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Rejected);
        assert_eq!(error.outcome_unknown, lost);
    }
}

#[tokio::test]
async fn a_write_whose_answer_cannot_be_understood_counts_as_lost_and_names_its_status() {
    for (status, what_is_wrong) in [
        (200, "that cannot be parsed"),
        (302, "that cannot be parsed"),
        (400, "and no error code"),
    ] {
        let server = ScriptedOrganizations::with(&[]);
        server.script(ENABLE, [Reply::html(status)]);
        let error = write(&server, TrustedAccess::Enabled).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse);
        assert!(error.outcome_unknown);
        let message = format!("a response with status {status} {what_is_wrong}");
        assert_eq!(error.message, message);
    }
}

/// Found by fuzzing: the failure would have named nothing.
#[tokio::test]
async fn an_error_code_that_says_nothing_is_none() {
    for code in ["", " ", "..", "\u{1e}"] {
        let server = ScriptedOrganizations::with(&[]);
        server.script(LIST, [Reply::error_of(400, code, "no")]);
        let error = read(&server).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse);
        assert_eq!(
            error.message,
            "a response with status 400 and no error code"
        );
        assert!(error.source.is_some());
    }
}

#[tokio::test]
async fn a_message_of_aws_stays_on_one_line() {
    let server = ScriptedOrganizations::with(&[]);
    let message = format!("first\nsecond\u{1b}[31m{}", "x".repeat(1 << 19));
    server.script(
        LIST,
        [Reply::error_of(400, "InvalidInputException", &message)],
    );
    let error = read(&server).await.unwrap_err().to_string();
    assert!(error.starts_with(
        "ListAWSServiceAccessForOrganization: InvalidInputException: first second [31m"
    ));
    assert!(!error.contains('\n') && error.len() < 2_000);
}

#[tokio::test]
async fn outages_do_not_use_up_the_retries_of_later_runs() {
    let server = ScriptedOrganizations::with(&[CONTROL_TOWER]);
    let adapter = adapter(&server.endpoint());
    for _ in 0..40 {
        server.script(LIST, vec![Reply::html(503); 5]);
        adapter.read().await.unwrap_err();
    }
    server.script(LIST, vec![Reply::html(503); 4]);
    assert_eq!(adapter.read().await.unwrap().state, TrustedAccess::Enabled);
}

async fn call(server: &ScriptedOrganizations, operation: &str) -> Result<(), ApiError> {
    match operation {
        LIST => read(server).await.map(drop),
        ENABLE => write(server, TrustedAccess::Enabled).await,
        _ => write(server, TrustedAccess::Disabled).await,
    }
}
