//! Connections that fail, hang or are slow.

use super::{FIXED_AT_START, first_page, partial, row};
use crate::expected::{
    APPLIED_WITHOUT_RESPONSE, NO_CONNECTION, NO_RESPONSE, RETRIED, SLOW_RESPONSE, UNAVAILABLE,
};
use crate::support::scripted_organizations::{ConnectionFault, Reply, ResponsePart};
use crate::table::{Fault, Row};

pub fn rows() -> Vec<Row> {
    use Fault::{Always, Environment, Once};
    let unknown_control_tower_host: &[_] = &[(
        "AWS_ENDPOINT_URL_CONTROLTOWER",
        "https://controltower.invalid",
    )];
    let unknown_host: &[_] = &[(
        "AWS_ENDPOINT_URL_ORGANIZATIONS",
        "https://organizations.invalid",
    )];
    vec![
        row(
            "connection reset without effect, once",
            Once(Reply::Reset),
            RETRIED,
        ),
        row(
            "connection reset without effect, always",
            Always(Reply::Reset),
            UNAVAILABLE,
        ),
        row(
            "connection reset after the effect, once",
            Once(Reply::AppliedThenReset),
            RETRIED,
        ),
        row(
            "connection reset after the effect, always",
            Always(Reply::AppliedThenReset),
            APPLIED_WITHOUT_RESPONSE,
        ),
        row(
            "slow response headers",
            Always(Reply::Slow(ResponsePart::Head)),
            SLOW_RESPONSE,
        ),
        row(
            "slow response body",
            Always(Reply::Slow(ResponsePart::Body)),
            SLOW_RESPONSE,
        ),
        row("no response", Always(Reply::Hang), NO_RESPONSE),
        row(
            "connection refused",
            Fault::Connection(ConnectionFault::Refused),
            NO_CONNECTION,
        ),
        row(
            "TLS failure",
            Fault::Connection(ConnectionFault::UntrustedCertificate),
            NO_CONNECTION,
        ),
        partial(
            "DNS failure of the Control Tower endpoint",
            Environment(unknown_control_tower_host),
            [
                None,
                None,
                None,
                None,
                None,
                Some("Remediated: L E L"),
                None,
                Some("Unavailable: L"),
                None,
                None,
            ],
            FIXED_AT_START,
        ),
        partial(
            "DNS failure",
            Environment(unknown_host),
            first_page("Unavailable: "),
            FIXED_AT_START,
        ),
    ]
}
