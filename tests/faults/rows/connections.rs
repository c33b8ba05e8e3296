//! Connections that fail, hang or are slow.

use super::{FIXED_AT_START, first_page, partial, row};
use crate::expected::{NO_RESPONSE, RETRIED, SLOW_RESPONSE, UNAVAILABLE};
use crate::support::scripted_organizations::{ConnectionFault, Reply, ResponsePart};
use crate::table::{Fault, Row};

pub fn rows() -> Vec<Row> {
    use Fault::{Always, Environment, Once};
    let unknown_control_tower_host: &[_] = &[(
        "AWS_ENDPOINT_URL_CONTROLTOWER",
        "http://controltower.invalid",
    )];
    let unknown_host: &[_] = &[(
        "AWS_ENDPOINT_URL_ORGANIZATIONS",
        "http://organizations.invalid",
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
            [
                "Unavailable: L5",
                "Unavailable: L6",
                "Remediated: L E5 L",
                "Remediated: L D5 L",
                "Unavailable: L E L+",
                "Remediated: L Z5 E L Z5",
                "Remediated: L Z G5 E L Z G5",
                "Unavailable: L Z5",
                "Unavailable: L Z G5",
            ],
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
            [
                "Unavailable: ",
                "Unavailable: L",
                "Unavailable: L",
                "Unavailable: L",
                "Unavailable: L E",
                "Remediated: L E L",
                "Remediated: L Z E L",
                "Unavailable: L",
                "Unavailable: L Z",
            ],
        ),
        row(
            "TLS failure",
            Fault::Connection(ConnectionFault::UntrustedCertificate),
            [
                "Unavailable: ",
                "Unavailable: L",
                "Unavailable: L",
                "Unavailable: L",
                "Unavailable: L E",
                "Remediated: L E L",
                "Remediated: L Z E L",
                "Unavailable: L",
                "Unavailable: L Z",
            ],
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
