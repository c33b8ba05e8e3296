//! The table of errors: for each `errorType` its cause, the whole message, and the calls that led to it.

use std::time::Duration;

use super::{disabled, enabled, function};
use crate::support::scripted_organizations::{ENABLE, LIST, Reply};

/// The error of a run in an organization whose list operation always replies so.
fn error_of_list(reply: Reply) -> (String, String, Vec<String>) {
    let server = disabled();
    server.forever(LIST, reply);
    let answer = function(&server, &[]).invoke("{}");
    let (error_type, message) = answer.error();
    (
        error_type.to_owned(),
        message.to_owned(),
        server.operations(),
    )
}

#[test]
fn access_denied() {
    let message = "You don't have permissions to access this resource.";
    let (error_type, said, calls) =
        error_of_list(Reply::error_of(400, "AccessDeniedException", message));
    assert_eq!(error_type, "AccessDenied");
    assert_eq!(
        said,
        "ListAWSServiceAccessForOrganization: AccessDeniedException: You don't have permissions to \
         access this resource. Allow organizations:ListAWSServiceAccessForOrganization in the \
         function's role, and run the function in the organization's management account"
    );
    assert_eq!(calls, [LIST]);
}

#[test]
fn not_in_organization() {
    let (error_type, said, calls) =
        error_of_list(Reply::error("AWSOrganizationsNotInUseException"));
    assert_eq!(error_type, "NotInOrganization");
    assert!(said.ends_with(
        ". Run the function in the management account of the organization that Control Tower governs"
    ));
    assert_eq!(calls, [LIST]);
}

#[test]
fn rejected() {
    for code in [
        "ConstraintViolationException",
        "InvalidInputException",
        "UnsupportedAPIEndpointException",
        "Unheard0f",
    ] {
        let server = disabled();
        server.forever(ENABLE, Reply::error(code));
        let answer = function(&server, &[]).invoke("{}");
        let message = format!(
            "EnableAWSServiceAccess: {code}: as scripted by the test. A retry does not help: \
             correct what the message names"
        );
        assert_eq!(answer.error(), ("Rejected", message.as_str()));
        assert_eq!(server.operations(), [LIST, ENABLE]);
    }
}

#[test]
fn throttled() {
    let (error_type, said, calls) = error_of_list(Reply::error("TooManyRequestsException"));
    assert_eq!(error_type, "Throttled");
    assert_eq!(
        said,
        "ListAWSServiceAccessForOrganization: TooManyRequestsException: as scripted by the test \
         (after 5 attempts). No action is needed unless it lasts; then find out what else calls \
         Organizations this often"
    );
    assert_eq!(calls, [LIST; 5]);
}

#[test]
fn conflict() {
    let server = disabled();
    server.forever(ENABLE, Reply::error("ConcurrentModificationException"));
    let answer = function(&server, &[]).invoke("{}");
    let (error_type, message) = answer.error();
    assert_eq!(error_type, "Conflict");
    assert!(
        message.contains("ConcurrentModificationException") && message.contains("after 5 attempts")
    );
    assert_eq!(
        server.operations(),
        [LIST, ENABLE, ENABLE, ENABLE, ENABLE, ENABLE]
    );
}

#[test]
fn unavailable_because_of_the_service() {
    let (error_type, _, calls) = error_of_list(Reply::error("ServiceException"));
    assert_eq!(
        (error_type.as_str(), calls),
        ("Unavailable", vec![LIST.to_owned(); 5])
    );
}

#[test]
fn unavailable_because_of_5xx() {
    let (error_type, said, calls) = error_of_list(Reply::html(503));
    assert_eq!(
        (error_type.as_str(), calls),
        ("Unavailable", vec![LIST.to_owned(); 5])
    );
    assert!(
        said.contains("a response with status 503 and no error code (after 5 attempts)"),
        "{said}"
    );
    assert!(!said.contains("Gateway"), "never a raw response: {said}");
}

#[test]
fn unavailable_because_of_the_connection() {
    let (error_type, _, calls) = error_of_list(Reply::Cut);
    assert_eq!(
        (error_type.as_str(), calls),
        ("Unavailable", vec![LIST.to_owned(); 5])
    );
}

#[test]
fn unavailable_because_no_answer_comes() {
    let (error_type, said, calls) = error_of_list(Reply::Hang);
    assert_eq!(
        (error_type.as_str(), calls),
        ("Unavailable", vec![LIST.to_owned(); 5])
    );
    assert!(
        said.contains("no response in time (after 5 attempts)"),
        "{said}"
    );
}

#[test]
fn invalid_response_because_it_cannot_be_parsed() {
    let (error_type, said, calls) = error_of_list(Reply::html(200));
    assert_eq!(
        (error_type.as_str(), calls),
        ("InvalidResponse", vec![LIST.to_owned()])
    );
    assert!(!said.contains("Gateway"), "never a raw response: {said}");
}

#[test]
fn invalid_response_because_a_token_repeats() {
    let again = serde_json::json!({"EnabledServicePrincipals": [], "NextToken": "again"});
    let (error_type, _, calls) = error_of_list(Reply::ok(&again));
    assert_eq!(
        (error_type.as_str(), calls),
        ("InvalidResponse", vec![LIST.to_owned(); 2])
    );
}

#[test]
fn not_converged() {
    let server = disabled();
    server.stale_reads_after_a_write(1_000);
    let answer = function(&server, &[]).invoke("{}");
    assert_eq!(answer.error().0, "NotConverged");
    assert_eq!(server.operations()[..3], [LIST, ENABLE, LIST]);
}

#[test]
fn deadline_exceeded() {
    let server = enabled();
    server.forever(LIST, Reply::Hang);
    let function = function(&server, &[]);
    let answer = function.invoke_within("{}", Duration::from_secs(3));
    let message = "the invocation's time ran out while reading with \
                   ListAWSServiceAccessForOrganization; nothing was changed. The next run starts \
                   over; if it lasts, raise the function's timeout";
    assert_eq!(answer.error(), ("DeadlineExceeded", message));
    assert_eq!(
        function.invoke_within("{}", Duration::ZERO).error().0,
        "DeadlineExceeded"
    );
}

#[test]
fn without_credentials_the_run_is_rejected_with_a_remedy() {
    let server = enabled();
    let none = [
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
        ("AWS_SESSION_TOKEN", ""),
    ];
    let answer = function(&server, &none).invoke("{}");
    let (error_type, message) = answer.error();
    assert_eq!(error_type, "Rejected");
    assert!(
        message.contains("did not send the request: no credentials found"),
        "{message}"
    );
    assert_eq!(server.operations(), [""; 0]);
}

/// The SDK panics over credentials that no header can hold.
#[test]
fn a_panic_is_answered_and_counted_like_any_other_failure() {
    let function = function(&enabled(), &[("AWS_ACCESS_KEY_ID", "a\nb")]);
    for _ in 0..2 {
        let answer = function.invoke("{}");
        let (error_type, message) = answer.error();
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

#[test]
fn a_message_of_any_length_leaves_a_short_line() {
    let server = disabled();
    server.forever(
        LIST,
        Reply::error_of(400, "InvalidInputException", &"x".repeat(300_000)),
    );
    let function = function(&server, &[]);
    function.invoke("{}");
    assert!(function.lines(1).iter().all(|line| line.len() < 4_000));
}
