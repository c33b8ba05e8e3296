//! The messages of errors: the operation, AWS's code and message, and what to do.

use controltower_trusted_access::core::error::{ApiError, ApiErrorKind};
use controltower_trusted_access::core::model::Operation;

#[test]
fn each_kind_of_error_names_its_remedy() {
    use ApiErrorKind::{
        AccessDenied, Conflict, InvalidResponse, NotInOrganization, Rejected, Throttled,
        Unavailable,
    };
    for (kind, remedy) in [
        (
            AccessDenied,
            "Allow organizations:EnableAWSServiceAccess in the function's role, and run the \
             function in the organization's management account",
        ),
        (
            NotInOrganization,
            "Run the function in the management account of the organization that Control Tower \
             governs",
        ),
        (
            Rejected,
            "A retry does not help: correct what the message names",
        ),
        (
            Throttled,
            "No action is needed unless it lasts; then find out what else calls Organizations \
             this often",
        ),
        (
            Conflict,
            "No action is needed unless it lasts; then find out what else is changing the \
             organization",
        ),
        (
            Unavailable,
            "No action is needed unless it lasts; then check the AWS Health Dashboard and the \
             function's network access",
        ),
        (
            InvalidResponse,
            "No action is needed unless it lasts; then look for a proxy or an endpoint setting \
             between the function and AWS",
        ),
    ] {
        let error = ApiError::local(Operation::Enable, kind, "a message");
        assert_eq!(
            error.to_string(),
            format!("EnableAWSServiceAccess: a message. {remedy}")
        );
    }
}
