//! Responses with an error, with invalid content, or of an unusual size.

use std::array;

use super::{organizations_only, partial, row};
use crate::expected::{
    CONFLICT, EMPTY, RETRIED, THROTTLED, TOO_LARGE, UNAFFECTED, UNAVAILABLE, UNREADABLE,
};
use crate::support::scripted_organizations::Reply;
use crate::table::{Fault, Row};

pub fn rows() -> Vec<Row> {
    use Fault::{Always, Once};
    vec![
        row(
            "throttled once",
            Once(Reply::error("TooManyRequestsException")),
            RETRIED,
        ),
        row(
            "throttled always",
            Always(Reply::error("TooManyRequestsException")),
            THROTTLED,
        ),
        organizations_only(
            "concurrent modification once",
            Once(Reply::error("ConcurrentModificationException")),
            RETRIED,
        ),
        organizations_only(
            "concurrent modification always",
            Always(Reply::error("ConcurrentModificationException")),
            CONFLICT,
        ),
        row(
            "`ServiceException` as 400",
            Always(Reply::error("ServiceException")),
            UNAVAILABLE,
        ),
        row(
            "`ServiceException` as 500",
            Always(Reply::error_with_status(
                500,
                "ServiceException",
                "as scripted",
            )),
            UNAVAILABLE,
        ),
        row("500 with HTML", Always(Reply::html(500)), UNAVAILABLE),
        row("503 with HTML once", Once(Reply::html(503)), RETRIED),
        row(
            "503 with HTML always",
            Always(Reply::html(503)),
            UNAVAILABLE,
        ),
        row(
            "truncated JSON",
            Always(body(r#"{"EnabledServicePrincipals":[{"Serv"#)),
            UNREADABLE,
        ),
        row("malformed JSON", Always(body("{]")), UNREADABLE),
        row("empty body", Always(body("")), EMPTY),
        row("200 with HTML", Always(Reply::html(200)), UNREADABLE),
        row(
            "wrong content type, right body",
            Always(Reply::NormalWithContentType("text/html")),
            UNAFFECTED,
        ),
        row(
            "100 kB response",
            Always(Reply::Padded(100_000)),
            UNAFFECTED,
        ),
        partial(
            "1 MB response",
            Always(Reply::Padded(1_000_000)),
            array::from_fn(|target| (target < 5).then(|| UNAFFECTED[target])),
            CONTROL_TOWERS_LIMIT,
        ),
        row(
            "2 MB response with a length",
            Always(Reply::Padded(2_000_000)),
            TOO_LARGE,
        ),
        row(
            "2 MB response in chunks, without a length",
            Always(Reply::PaddedInChunks(2_000_000)),
            TOO_LARGE,
        ),
        row(
            "503 with 2 MB",
            Always(Reply::Custom(
                503,
                "application/x-amz-json-1.1",
                vec![b' '; 2_000_000],
            )),
            UNREADABLE,
        ),
        row("1 MB of empty entries", Always(empty_entries()), EMPTY),
    ]
}

const CONTROL_TOWERS_LIMIT: &str =
    "a response of AWS Control Tower is limited to 128 KiB; the next rows exceed both limits";

fn body(content: &'static str) -> Reply {
    Reply::Custom(
        200,
        "application/x-amz-json-1.1",
        content.as_bytes().to_vec(),
    )
}

/// Returns a response of 1 MB with the lists `[{},{},…]`.
fn empty_entries() -> Reply {
    let list = vec!["{}"; 110_000].join(",");
    let names = [
        "EnabledServicePrincipals",
        "landingZones",
        "landingZoneOperations",
    ];
    let lists = names.map(|name| format!(r#""{name}":[{list}]"#)).join(",");
    let body = format!("{{{lists}}}");
    Reply::Custom(200, "application/x-amz-json-1.1", body.into_bytes())
}
