//! Errors that AWS or the SDK returns at once.

use serde_json::json;

use super::{FIXED_AT_START, control_tower_only, first_page, organizations_only, partial, row};
use crate::expected::{DENIED, NO_ORGANIZATION, REJECTED};
use crate::support::scripted_organizations::Reply;
use crate::table::Fault::{Always, Environment};
use crate::table::Row;

pub fn rows() -> Vec<Row> {
    let mut rows = vec![row(
        "`AccessDeniedException`",
        Always(Reply::error("AccessDeniedException")),
        DENIED,
    )];
    rows.extend(errors_of_organizations());
    rows.extend(errors_of_control_tower());
    rows.extend(errors_of_both());
    rows
}

fn errors_of_organizations() -> [Row; 6] {
    let constraint = "ConstraintViolationException";
    let input = "InvalidInputException";
    [
        organizations_only(
            "`AWSOrganizationsNotInUseException`",
            Always(Reply::error("AWSOrganizationsNotInUseException")),
            NO_ORGANIZATION,
        ),
        organizations_only(
            "constraint violation, known reason",
            Always(with_reason(
                constraint,
                "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE",
            )),
            REJECTED,
        ),
        organizations_only(
            "constraint violation, unknown reason",
            Always(with_reason(constraint, "UNKNOWN_REASON")),
            REJECTED,
        ),
        organizations_only(
            "invalid input, known reason",
            Always(with_reason(input, "UNRECOGNIZED_SERVICE_PRINCIPAL")),
            REJECTED,
        ),
        organizations_only(
            "invalid input, unknown reason",
            Always(with_reason(input, "UNKNOWN_REASON")),
            REJECTED,
        ),
        organizations_only(
            "`UnsupportedAPIEndpointException`",
            Always(Reply::error("UnsupportedAPIEndpointException")),
            REJECTED,
        ),
    ]
}

fn errors_of_control_tower() -> [Row; 4] {
    [
        control_tower_only(
            "`ThrottlingException`",
            (429, "ThrottlingException"),
            [
                "Remediated: L Z5 E L Z5",
                "Remediated: L Z G5 O E L Z G5",
                "Throttled: L Z5",
                "Throttled: L Z G5",
                "Remediated: L Z G O5 E L Z G",
            ],
        ),
        control_tower_only(
            "`InternalServerException`",
            (500, "InternalServerException"),
            [
                "Remediated: L Z5 E L Z5",
                "Remediated: L Z G5 O E L Z G5",
                "Unavailable: L Z5",
                "Unavailable: L Z G5",
                "Remediated: L Z G O5 E L Z G",
            ],
        ),
        control_tower_only(
            "`ValidationException`",
            (400, "ValidationException"),
            [
                "Remediated: L Z E L Z",
                "Remediated: L Z G O E L Z G",
                "Rejected: L Z",
                "Rejected: L Z G",
                "Remediated: L Z G O E L Z G",
            ],
        ),
        control_tower_only(
            "`ResourceNotFoundException`",
            (404, "ResourceNotFoundException"),
            [
                "Remediated: L Z E L Z",
                "Remediated: L Z G O E L Z G",
                "Rejected: L Z",
                "Conflict: L Z G",
                "Remediated: L Z G O E L Z G",
            ],
        ),
    ]
}

fn errors_of_both() -> [Row; 3] {
    let no_credentials: &[_] = &[
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
        ("AWS_SESSION_TOKEN", ""),
    ];
    [
        row(
            "unknown error code",
            Always(Reply::error("UnknownException")),
            REJECTED,
        ),
        row(
            "credentials expired",
            Always(Reply::error("ExpiredTokenException")),
            REJECTED,
        ),
        partial(
            "credentials missing",
            Environment(no_credentials),
            first_page("Rejected: "),
            FIXED_AT_START,
        ),
    ]
}

fn with_reason(code: &str, reason: &str) -> Reply {
    let body = json!({"__type": code, "Message": "as scripted", "Reason": reason}).to_string();
    Reply::Custom(400, "application/x-amz-json-1.1", body.into_bytes())
}
