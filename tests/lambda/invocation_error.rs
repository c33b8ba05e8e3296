//! The errors of an invocation as the caller gets them. The kinds of AWS errors are tested in `aws/`, their remedies in
//! `core/error.rs`, and each error at each call in `faults/`.

use std::time::Duration;

use super::{disabled, enabled, function};
use crate::support::scripted_organizations::{LIST, Reply};

#[test]
fn an_access_denied_error_names_the_operation_the_code_the_message_and_the_remedy() {
    let server = disabled();
    let text = "You don't have permissions to access this resource.";
    server.always(
        LIST,
        Reply::error_with_status(400, "AccessDeniedException", text),
    );
    let result = function(&server, &[]).invoke("{}");
    let message = "ListAWSServiceAccessForOrganization: AccessDeniedException: You don't have \
                   permissions to access this resource. Allow \
                   organizations:ListAWSServiceAccessForOrganization in the function's role, and \
                   run the function in the organization's management account";
    assert_eq!(result.error(), ("AccessDenied", message));
    assert_eq!(server.operations(), [LIST]);
}

#[test]
fn an_invalid_response_is_an_error_without_the_raw_response() {
    let server = disabled();
    server.always(LIST, Reply::html(200));
    let result = function(&server, &[]).invoke("{}");
    let (error_type, message) = result.error();
    assert_eq!(error_type, "InvalidResponse");
    assert!(!message.contains("Gateway"), "{message}");
    assert_eq!(server.operations(), [LIST]);
}

#[test]
fn a_run_that_exceeds_its_deadline_is_answered_before_lambda_ends_it() {
    let server = enabled();
    server.always(LIST, Reply::Hang);
    let function = function(&server, &[]);
    let result = function.invoke_within("{}", Duration::from_secs(3));
    let message = "the invocation's time ran out while reading with \
                   ListAWSServiceAccessForOrganization; nothing was changed. The next run starts \
                   over; if it lasts, raise the function's timeout";
    assert_eq!(result.error(), ("DeadlineExceeded", message));
    assert_eq!(
        function.invoke_within("{}", Duration::ZERO).error().0,
        "DeadlineExceeded"
    );
}

#[test]
fn missing_credentials_are_rejected_with_the_reason() {
    let server = enabled();
    let none = [
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
        ("AWS_SESSION_TOKEN", ""),
    ];
    let result = function(&server, &none).invoke("{}");
    let (error_type, message) = result.error();
    assert_eq!(error_type, "Rejected");
    assert!(
        message.contains("did not send the request: no credentials found"),
        "{message}"
    );
    assert_eq!(server.operations(), [""; 0]);
}

/// The SDK panics on credentials that are not valid in a header.
#[test]
fn a_panic_is_answered_logged_and_counted_as_a_failure() {
    let function = function(&enabled(), &[("AWS_ACCESS_KEY_ID", "a\nb")]);
    for _ in 0..2 {
        let result = function.invoke("{}");
        let (error_type, message) = result.error();
        assert_eq!(error_type, "Rejected");
        assert!(message.starts_with("the run panicked"), "{message}");
    }
    assert_eq!(function.log_lines(2, "ERROR").len(), 2);
    let failures: Vec<_> = function
        .metrics(2)
        .iter()
        .map(|metric| metric["Failures"].clone())
        .collect();
    assert_eq!(failures, [1, 1]);
}
