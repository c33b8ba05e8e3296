//! The class of each failed call, its message, and whether a write may have taken effect.

use controltower_trusted_access::core::error::{ApiErrorKind, ReconcileError};
use controltower_trusted_access::core::model::TrustedAccess;
use controltower_trusted_access::core::ports::ReadTrustedAccess;

use super::{adapter, call, read, write};
use crate::support::scripted_organizations::{DISABLE, ENABLE, LIST, Reply, ScriptedOrganizations};

#[tokio::test]
async fn every_permanent_error_has_its_kind_and_is_not_retried() {
    for (code, kind) in [
        ("AccessDeniedException", ApiErrorKind::AccessDenied),
        (
            "AWSOrganizationsNotInUseException",
            ApiErrorKind::NotInOrganization,
        ),
        ("ConstraintViolationException", ApiErrorKind::Rejected),
        ("InvalidInputException", ApiErrorKind::Rejected),
        ("UnsupportedAPIEndpointException", ApiErrorKind::Rejected),
        ("UnknownException", ApiErrorKind::Rejected),
    ] {
        for operation in [LIST, ENABLE, DISABLE] {
            let server = ScriptedOrganizations::with(&[]);
            server.always(operation, Reply::error(code));
            let error = call(&server, operation).await.unwrap_err();
            assert_eq!(error.kind, kind, "{operation} {code}");
            assert_eq!(error.message, format!("{code}: as scripted by the test"));
            assert!(!error.outcome_unknown, "{operation} {code}");
            assert_eq!(server.operations(), [operation], "{code}");
        }
    }
}

#[tokio::test]
async fn an_error_about_credentials_has_the_code_and_not_the_message() {
    for code in [
        "InvalidSignatureException",
        "UnrecognizedClientException",
        "ExpiredTokenException",
    ] {
        let server = ScriptedOrganizations::with(&[]);
        server.always(LIST, Reply::error(code));
        let error = read(&server).await.unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ApiErrorKind::Rejected, code)
        );
        assert!(error.source.is_none());
        assert_eq!(server.operations(), [LIST], "{code}");
    }
}

#[tokio::test]
async fn neither_the_message_nor_the_cause_of_an_error_without_a_code_has_a_credential() {
    let server = ScriptedOrganizations::with(&[]);
    let message = "x-amz-security-token:s3cret";
    server.always(LIST, Reply::error_with_status(403, "", message));
    let error = ReconcileError::Read(read(&server).await.unwrap_err());
    let cause = error.cause();
    assert!(!cause.is_empty());
    assert!(
        !format!("{error} {cause}").contains("s3cret"),
        "{error} {cause}"
    );
}

#[tokio::test]
async fn a_request_that_the_sdk_does_not_send_is_rejected_with_the_reason() {
    let error = adapter("not a URL").read().await.unwrap_err();
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
async fn the_outcome_is_unknown_if_any_attempt_of_a_write_got_no_valid_response() {
    let rejection = || Reply::error("ConstraintViolationException");
    for (replies, outcome_unknown) in [
        (vec![Reply::AppliedThenClose, rejection()], true),
        (vec![Reply::html(502), rejection()], true),
        (vec![Reply::error("ServiceException"), rejection()], true),
        (
            vec![Reply::error("TooManyRequestsException"), rejection()],
            false,
        ),
        (vec![rejection()], false),
    ] {
        let server = ScriptedOrganizations::with(&[]);
        server.script(ENABLE, replies);
        let error = write(&server, TrustedAccess::Enabled).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Rejected);
        assert_eq!(error.outcome_unknown, outcome_unknown);
    }
}

#[tokio::test]
async fn the_outcome_is_unknown_after_an_invalid_response_to_a_write_and_the_message_has_its_status()
 {
    for (status, problem) in [
        (200, "that cannot be parsed"),
        (302, "that cannot be parsed"),
        (400, "and no error code"),
    ] {
        let server = ScriptedOrganizations::with(&[]);
        server.script(ENABLE, [Reply::html(status)]);
        let error = write(&server, TrustedAccess::Enabled).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse);
        assert!(error.outcome_unknown);
        let message = format!("a response with status {status} {problem}");
        assert_eq!(error.message, message);
    }
}

/// Found by fuzzing: the message was empty.
#[tokio::test]
async fn an_error_code_without_letters_counts_as_missing() {
    for code in ["", " ", "..", "\u{1e}"] {
        let server = ScriptedOrganizations::with(&[]);
        server.script(LIST, [Reply::error_with_status(400, code, "no")]);
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
async fn an_error_message_of_aws_is_sanitized_to_one_short_line() {
    let server = ScriptedOrganizations::with(&[]);
    let message = format!("first\nsecond\u{1b}[31m{}", "x".repeat(1 << 19));
    server.script(
        LIST,
        [Reply::error_with_status(
            400,
            "InvalidInputException",
            &message,
        )],
    );
    let error = read(&server).await.unwrap_err().to_string();
    assert!(error.starts_with(
        "ListAWSServiceAccessForOrganization: InvalidInputException: first second [31m"
    ));
    assert!(!error.contains('\n') && error.len() < 2_000);
}
