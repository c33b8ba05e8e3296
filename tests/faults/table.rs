//! The fault matrix as data: the faults, and the expected result at each call of a run.
//!
//! An expected result is the outcome or the `errorType`, and the calls that arrived: `L` List, `E` Enable, `D` Disable,
//! `Z` ListLandingZones, `G` GetLandingZone. A number counts repetitions. `+` is for reads whose number depends on the
//! 20 s after a write or for the landing zone.

use serde_json::json;

use crate::expected::{
    CONFLICT, DENIED, EMPTY, NO_ORGANIZATION, NO_RESPONSE, REJECTED, RETRIED, SLOW_RESPONSE,
    THROTTLED, TOO_LARGE, UNAFFECTED, UNAVAILABLE, UNREADABLE,
};
use crate::support::scripted_organizations::{ConnectionFault, Reply, ResponsePart};

/// The call with the fault.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Target {
    FirstPage,
    LaterPage,
    Enable,
    Disable,
    Verify,
    /// The two calls for the landing zone before each write.
    ZonesBeforeEnable,
    ZoneBeforeEnable,
    ZonesBeforeDisable,
    ZoneBeforeDisable,
}

pub const TARGETS: [Target; 9] = [
    Target::FirstPage,
    Target::LaterPage,
    Target::Enable,
    Target::Disable,
    Target::Verify,
    Target::ZonesBeforeEnable,
    Target::ZoneBeforeEnable,
    Target::ZonesBeforeDisable,
    Target::ZoneBeforeDisable,
];

impl Target {
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstPage => "List, first page",
            Self::LaterPage => "List, later page",
            Self::Enable => "Enable",
            Self::Disable => "Disable",
            Self::Verify => "verifying List",
            Self::ZonesBeforeEnable => "ListLandingZones before Enable",
            Self::ZoneBeforeEnable => "GetLandingZone before Enable",
            Self::ZonesBeforeDisable => "ListLandingZones before Disable",
            Self::ZoneBeforeDisable => "GetLandingZone before Disable",
        }
    }

    /// Returns whether the run's desired state is disabled.
    pub fn disables(self) -> bool {
        matches!(
            self,
            Self::Disable | Self::ZonesBeforeDisable | Self::ZoneBeforeDisable
        )
    }

    /// Returns whether the call is one for the landing zone.
    pub fn is_of_landing_zone(self) -> bool {
        matches!(
            self,
            Self::ZonesBeforeEnable
                | Self::ZoneBeforeEnable
                | Self::ZonesBeforeDisable
                | Self::ZoneBeforeDisable
        )
    }
}

/// A fault at one call, and the expected result.
pub struct Cell<'a> {
    pub row: &'a Row,
    pub target: Target,
    pub expected: &'static str,
}

pub fn cells(row: &Row) -> impl Iterator<Item = Cell<'_>> {
    let pairs = TARGETS.into_iter().zip(row.expected);
    pairs.filter_map(move |(target, expected)| {
        expected.map(|expected| Cell {
            row,
            target,
            expected,
        })
    })
}

pub enum Fault {
    /// The call gets this reply once. A retry gets the normal reply.
    Once(Reply),
    /// The call and its retries get this reply.
    Always(Reply),
    /// No connection succeeds from the call on.
    Connection(ConnectionFault),
    /// This many reads after the write are stale.
    Stale(u32),
    /// The list has an empty page before the page of the call.
    EmptyPages,
    /// The process has these variables until it ends.
    Environment(&'static [(&'static str, &'static str)]),
}

pub struct Row {
    pub name: &'static str,
    pub fault: Fault,
    /// One result per target; `None` if the fault cannot occur there, with the reason in `exclusion`.
    pub expected: [Option<&'static str>; 9],
    pub exclusion: &'static str,
}

fn row(name: &'static str, fault: Fault, expected: [&'static str; 9]) -> Row {
    Row {
        name,
        fault,
        expected: expected.map(Some),
        exclusion: "",
    }
}

fn partial(
    name: &'static str,
    fault: Fault,
    expected: [Option<&'static str>; 9],
    exclusion: &'static str,
) -> Row {
    Row {
        name,
        fault,
        expected,
        exclusion,
    }
}

/// Returns a row for an error that only Control Tower has.
fn control_tower_only(
    name: &'static str,
    (status, code): (u16, &str),
    expected: [&'static str; 4],
) -> Row {
    let [first, second, third, fourth] = expected.map(Some);
    let expected = [None, None, None, None, None, first, second, third, fourth];
    let fault = Fault::Always(Reply::error_with_status(status, code, "as scripted"));
    partial(name, fault, expected, CONTROL_TOWER_ONLY)
}

/// Returns an expected result for the first page only.
fn first_page(expected: &'static str) -> [Option<&'static str>; 9] {
    std::array::from_fn(|target| (target == 0).then_some(expected))
}

/// Returns an expected result for the verifying read only.
fn verify(expected: &'static str) -> [Option<&'static str>; 9] {
    std::array::from_fn(|target| (target == 4).then_some(expected))
}

/// Returns a row for a fault that only Organizations has.
fn organizations_only(name: &'static str, fault: Fault, expected: [&'static str; 9]) -> Row {
    let [first, later, enable, disable, verify, ..] = expected.map(Some);
    let expected = [
        first, later, enable, disable, verify, None, None, None, None,
    ];
    partial(name, fault, expected, ORGANIZATIONS_ONLY)
}

fn error(code: &str) -> Reply {
    Reply::error(code)
}

fn with_reason(code: &str, reason: &str) -> Reply {
    let body = json!({"__type": code, "Message": "as scripted", "Reason": reason}).to_string();
    Reply::Custom(400, "application/x-amz-json-1.1", body.into_bytes())
}

fn body(content: &'static str) -> Reply {
    Reply::Custom(
        200,
        "application/x-amz-json-1.1",
        content.as_bytes().to_vec(),
    )
}

/// Returns a response of 1 MB with the list `[{},{},…]`.
fn empty_entries() -> Reply {
    let list = vec!["{}"; 166_000].join(",");
    let body = format!(r#"{{"EnabledServicePrincipals":[{list}],"landingZones":[{list}]}}"#);
    Reply::Custom(200, "application/x-amz-json-1.1", body.into_bytes())
}

const WRITES_HAVE_NO_PAGES: &str =
    "a write has no pages; the pages of landing zones are tested in `tests/aws/control_tower.rs`";
const ORGANIZATIONS_ONLY: &str = "AWS Control Tower has no such error";
const CONTROL_TOWER_ONLY: &str = "AWS Organizations has no such error";
const FIXED_AT_START: &str =
    "the fault exists from the start of the process, so the first call fails";

pub fn rows() -> Vec<Row> {
    let mut rows = responses();
    rows.extend(errors());
    rows.extend(connections());
    rows.extend(lists());
    rows
}

fn responses() -> Vec<Row> {
    use Fault::{Always, Once};
    vec![
        row(
            "throttled once",
            Once(error("TooManyRequestsException")),
            RETRIED,
        ),
        row(
            "throttled always",
            Always(error("TooManyRequestsException")),
            THROTTLED,
        ),
        organizations_only(
            "concurrent modification once",
            Once(error("ConcurrentModificationException")),
            RETRIED,
        ),
        organizations_only(
            "concurrent modification always",
            Always(error("ConcurrentModificationException")),
            CONFLICT,
        ),
        row(
            "`ServiceException` as 400",
            Always(error("ServiceException")),
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
        row("503 with HTML once", Once(Reply::html(503)), HEALED),
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
            "1 MB response",
            Always(Reply::Padded(1_000_000)),
            UNAFFECTED,
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

fn errors() -> Vec<Row> {
    use Fault::{Always, Environment};
    let constraint = "ConstraintViolationException";
    let input = "InvalidInputException";
    let no_credentials: &[_] = &[
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
        ("AWS_SESSION_TOKEN", ""),
    ];
    vec![
        row(
            "`AccessDeniedException`",
            Always(error("AccessDeniedException")),
            DENIED,
        ),
        organizations_only(
            "`AWSOrganizationsNotInUseException`",
            Always(error("AWSOrganizationsNotInUseException")),
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
            Always(error("UnsupportedAPIEndpointException")),
            REJECTED,
        ),
        control_tower_only(
            "`ThrottlingException`",
            (429, "ThrottlingException"),
            [
                "Remediated: L Z5 E L Z5",
                "Remediated: L Z G5 E L Z G5",
                "Throttled: L Z5",
                "Throttled: L Z G5",
            ],
        ),
        control_tower_only(
            "`InternalServerException`",
            (500, "InternalServerException"),
            [
                "Remediated: L Z5 E L Z5",
                "Remediated: L Z G5 E L Z G5",
                "Unavailable: L Z5",
                "Unavailable: L Z G5",
            ],
        ),
        control_tower_only(
            "`ValidationException`",
            (400, "ValidationException"),
            [
                "Remediated: L Z E L Z",
                "Remediated: L Z G E L Z G",
                "Rejected: L Z",
                "Rejected: L Z G",
            ],
        ),
        control_tower_only(
            "`ResourceNotFoundException`",
            (404, "ResourceNotFoundException"),
            [
                "Remediated: L Z E L Z",
                "Remediated: L Z G E L Z G",
                "Rejected: L Z",
                "Conflict: L Z G",
            ],
        ),
        row(
            "unknown error code",
            Always(error("UnknownException")),
            REJECTED,
        ),
        row(
            "credentials expired",
            Always(error("ExpiredTokenException")),
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

fn connections() -> Vec<Row> {
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

fn lists() -> Vec<Row> {
    use Fault::{Always, EmptyPages, Stale};
    let again = json!({"EnabledServicePrincipals": [], "NextToken": "again"});
    vec![
        partial(
            "repeated `NextToken`",
            Always(Reply::ok(&again)),
            [
                Some("InvalidResponse: L2"),
                Some("InvalidResponse: L3"),
                None,
                None,
                Some("InvalidResponse: L E L+"),
                None,
                None,
                None,
                None,
            ],
            WRITES_HAVE_NO_PAGES,
        ),
        partial(
            "`NextToken` without end",
            Always(Reply::EndlessTokens),
            [
                Some("InvalidResponse: L100"),
                Some("InvalidResponse: L100"),
                None,
                None,
                Some("InvalidResponse: L E L+"),
                None,
                None,
                None,
                None,
            ],
            WRITES_HAVE_NO_PAGES,
        ),
        partial(
            "empty pages",
            EmptyPages,
            [
                Some("Remediated: L2 E L2"),
                Some("Remediated: L3 E L3"),
                None,
                None,
                Some("Remediated: L2 E L2"),
                None,
                None,
                None,
                None,
            ],
            WRITES_HAVE_NO_PAGES,
        ),
        partial(
            "two stale reads",
            Stale(2),
            verify("Remediated: L E L3"),
            "only a read after a write is stale",
        ),
        partial(
            "stale reads, always",
            Stale(u32::MAX),
            verify("NotConverged: L E L+"),
            "only a read after a write is stale",
        ),
    ]
}
