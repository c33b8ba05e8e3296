//! The fault matrix as data: what goes wrong, and what each call of a run makes of it.
//!
//! An expectation is the outcome or the `errorType`, and the calls that arrived: `L` List, `E`
//! Enable, `D` Disable, `Z` ListLandingZones, `G` GetLandingZone, a number for repetitions, `+` where
//! the 20 s that a write or the landing zone is given decide how often it is read.

use serde_json::json;

use crate::expected::{
    ANSWERED_TOO_LATE, CONFLICT, DENIED, EMPTY, HEALED, NEVER_ANSWERED, NO_ORGANIZATION, REJECTED,
    THROTTLED, TOO_LARGE, UNAVAILABLE, UNHARMED, UNREADABLE,
};
use crate::support::scripted_organizations::{Obstacle, Part, Reply};

/// The call that a fault hits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Target {
    FirstPage,
    LaterPage,
    Enable,
    Disable,
    Verify,
    /// The landing zone's two calls before each write.
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

    /// Whether the run wants trusted access disabled.
    pub fn disables(self) -> bool {
        matches!(
            self,
            Self::Disable | Self::ZonesBeforeDisable | Self::ZoneBeforeDisable
        )
    }

    /// Whether the run asks for the landing zone.
    pub fn asks(self) -> bool {
        matches!(
            self,
            Self::ZonesBeforeEnable
                | Self::ZoneBeforeEnable
                | Self::ZonesBeforeDisable
                | Self::ZoneBeforeDisable
        )
    }
}

/// A fault at one call, and what should come of it.
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
    /// The call gets this reply once; what is repeated is answered honestly.
    Once(Reply),
    /// It gets this reply however often it is repeated.
    Forever(Reply),
    /// Nothing can be reached any more once it is the call's turn.
    Obstacle(Obstacle),
    /// This many reads after the write are stale.
    Stale(u32),
    /// The list has an empty page before the call's.
    EmptyPages,
    /// The process has this environment; there is no healing it.
    Environment(&'static [(&'static str, &'static str)]),
}

pub struct Row {
    pub name: &'static str,
    pub fault: Fault,
    /// One a target; none where the fault cannot hit it, with the reason in `without`.
    pub expected: [Option<&'static str>; 9],
    pub without: &'static str,
}

fn row(name: &'static str, fault: Fault, expected: [&'static str; 9]) -> Row {
    Row {
        name,
        fault,
        expected: expected.map(Some),
        without: "",
    }
}

fn partial(
    name: &'static str,
    fault: Fault,
    expected: [Option<&'static str>; 9],
    without: &'static str,
) -> Row {
    Row {
        name,
        fault,
        expected,
        without,
    }
}

/// A fault that only Control Tower has, of a status and code.
fn of_control_tower(
    name: &'static str,
    (status, code): (u16, &str),
    expected: [&'static str; 4],
) -> Row {
    let [first, second, third, fourth] = expected.map(Some);
    let expected = [None, None, None, None, None, first, second, third, fourth];
    let fault = Fault::Forever(Reply::error_of(status, code, "as scripted"));
    partial(name, fault, expected, CONTROL_TOWERS_OWN)
}

/// Nothing but this at the first page.
fn first_page(expected: &'static str) -> [Option<&'static str>; 9] {
    std::array::from_fn(|target| (target == 0).then_some(expected))
}

/// Nothing but this at the verifying read.
fn verify(expected: &'static str) -> [Option<&'static str>; 9] {
    std::array::from_fn(|target| (target == 4).then_some(expected))
}

/// A fault that only Organizations has.
fn of_organizations(name: &'static str, fault: Fault, expected: [&'static str; 9]) -> Row {
    let [first, later, enable, disable, verify, ..] = expected.map(Some);
    let expected = [
        first, later, enable, disable, verify, None, None, None, None,
    ];
    partial(name, fault, expected, ORGANIZATIONS_OWN)
}

fn error(code: &str) -> Reply {
    Reply::error(code)
}

fn with_reason(code: &str, reason: &str) -> Reply {
    let body = json!({"__type": code, "Message": "as scripted", "Reason": reason}).to_string();
    Reply::Instead(400, "application/x-amz-json-1.1", body.into_bytes())
}

fn body(content: &'static str) -> Reply {
    Reply::Instead(
        200,
        "application/x-amz-json-1.1",
        content.as_bytes().to_vec(),
    )
}

/// `[{},{},…]` of 1 MB, as the list of either service.
fn empty_entries() -> Reply {
    let list = vec!["{}"; 166_000].join(",");
    let body = format!(r#"{{"EnabledServicePrincipals":[{list}],"landingZones":[{list}]}}"#);
    Reply::Instead(200, "application/x-amz-json-1.1", body.into_bytes())
}

const WRITES_HAVE_NO_PAGES: &str = "a write has no pages; the pages of landing zones are tested in `tests/adapter/landing_zone.rs`";
const ORGANIZATIONS_OWN: &str = "AWS Control Tower has no such error";
const CONTROL_TOWERS_OWN: &str = "AWS Organizations has no such error";
const FIXED_AT_START: &str =
    "the fault exists from the start of the process, so the first call fails";

pub fn rows() -> Vec<Row> {
    let mut rows = answers();
    rows.extend(refusals());
    rows.extend(connections());
    rows.extend(lists());
    rows
}

fn answers() -> Vec<Row> {
    use Fault::{Forever, Once};
    vec![
        row(
            "throttled once",
            Once(error("TooManyRequestsException")),
            HEALED,
        ),
        row(
            "throttled for ever",
            Forever(error("TooManyRequestsException")),
            THROTTLED,
        ),
        of_organizations(
            "concurrent modification once",
            Once(error("ConcurrentModificationException")),
            HEALED,
        ),
        of_organizations(
            "concurrent modification for ever",
            Forever(error("ConcurrentModificationException")),
            CONFLICT,
        ),
        row(
            "`ServiceException` as 400",
            Forever(error("ServiceException")),
            UNAVAILABLE,
        ),
        row(
            "`ServiceException` as 500",
            Forever(Reply::error_of(500, "ServiceException", "as scripted")),
            UNAVAILABLE,
        ),
        row("500 with HTML", Forever(Reply::html(500)), UNAVAILABLE),
        row("503 with HTML once", Once(Reply::html(503)), HEALED),
        row(
            "503 with HTML for ever",
            Forever(Reply::html(503)),
            UNAVAILABLE,
        ),
        row(
            "truncated JSON",
            Forever(body(r#"{"EnabledServicePrincipals":[{"Serv"#)),
            UNREADABLE,
        ),
        row("malformed JSON", Forever(body("{]")), UNREADABLE),
        row("empty body", Forever(body("")), EMPTY),
        row("200 with HTML", Forever(Reply::html(200)), UNREADABLE),
        row(
            "wrong content type, right body",
            Forever(Reply::HonestAs("text/html")),
            UNHARMED,
        ),
        row("1 MB response", Forever(Reply::Padded(1_000_000)), UNHARMED),
        row(
            "2 MB response with a length",
            Forever(Reply::Padded(2_000_000)),
            TOO_LARGE,
        ),
        row(
            "2 MB response in chunks, without a length",
            Forever(Reply::PaddedInChunks(2_000_000)),
            TOO_LARGE,
        ),
        row(
            "503 with 2 MB",
            Forever(Reply::Instead(
                503,
                "application/x-amz-json-1.1",
                vec![b' '; 2_000_000],
            )),
            UNREADABLE,
        ),
        row("1 MB of empty entries", Forever(empty_entries()), EMPTY),
    ]
}

fn refusals() -> Vec<Row> {
    use Fault::{Environment, Forever};
    let constraint = "ConstraintViolationException";
    let input = "InvalidInputException";
    let none: &[_] = &[
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
        ("AWS_SESSION_TOKEN", ""),
    ];
    vec![
        row(
            "`AccessDeniedException`",
            Forever(error("AccessDeniedException")),
            DENIED,
        ),
        of_organizations(
            "`AWSOrganizationsNotInUseException`",
            Forever(error("AWSOrganizationsNotInUseException")),
            NO_ORGANIZATION,
        ),
        of_organizations(
            "constraint violation, known reason",
            Forever(with_reason(
                constraint,
                "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE",
            )),
            REJECTED,
        ),
        of_organizations(
            "constraint violation, unknown reason",
            Forever(with_reason(constraint, "UNHEARD_OF")),
            REJECTED,
        ),
        of_organizations(
            "invalid input, known reason",
            Forever(with_reason(input, "UNRECOGNIZED_SERVICE_PRINCIPAL")),
            REJECTED,
        ),
        of_organizations(
            "invalid input, unknown reason",
            Forever(with_reason(input, "UNHEARD_OF")),
            REJECTED,
        ),
        of_organizations(
            "`UnsupportedAPIEndpointException`",
            Forever(error("UnsupportedAPIEndpointException")),
            REJECTED,
        ),
        of_control_tower(
            "`ThrottlingException`",
            (429, "ThrottlingException"),
            [
                "Remediated: L Z5 E L Z5",
                "Remediated: L Z G5 E L Z G5",
                "Throttled: L Z5",
                "Throttled: L Z G5",
            ],
        ),
        of_control_tower(
            "`InternalServerException`",
            (500, "InternalServerException"),
            [
                "Remediated: L Z5 E L Z5",
                "Remediated: L Z G5 E L Z G5",
                "Unavailable: L Z5",
                "Unavailable: L Z G5",
            ],
        ),
        of_control_tower(
            "`ValidationException`",
            (400, "ValidationException"),
            [
                "Remediated: L Z E L Z",
                "Remediated: L Z G E L Z G",
                "Rejected: L Z",
                "Rejected: L Z G",
            ],
        ),
        of_control_tower(
            "`ResourceNotFoundException`",
            (404, "ResourceNotFoundException"),
            [
                "Remediated: L Z E L Z",
                "Remediated: L Z G E L Z G",
                "Rejected: L Z",
                "Conflict: L Z G",
            ],
        ),
        row("unknown error code", Forever(error("Unheard0f")), REJECTED),
        row(
            "credentials expired",
            Forever(error("ExpiredTokenException")),
            REJECTED,
        ),
        partial(
            "credentials missing",
            Environment(none),
            first_page("Rejected: "),
            FIXED_AT_START,
        ),
    ]
}

fn connections() -> Vec<Row> {
    use Fault::{Environment, Forever, Once};
    let unknown_home: &[_] = &[(
        "AWS_ENDPOINT_URL_CONTROLTOWER",
        "http://controltower.invalid",
    )];
    let unknown_name: &[_] = &[(
        "AWS_ENDPOINT_URL_ORGANIZATIONS",
        "http://organizations.invalid",
    )];
    vec![
        row(
            "reset before it was applied, once",
            Once(Reply::Reset),
            HEALED,
        ),
        row(
            "reset before it was applied, for ever",
            Forever(Reply::Reset),
            UNAVAILABLE,
        ),
        row(
            "reset after it was applied, once",
            Once(Reply::AppliedThenReset),
            HEALED,
        ),
        row(
            "reset after it was applied, for ever",
            Forever(Reply::AppliedThenReset),
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
            "slow headers",
            Forever(Reply::Slow(Part::Head)),
            ANSWERED_TOO_LATE,
        ),
        row(
            "slow body",
            Forever(Reply::Slow(Part::Body)),
            ANSWERED_TOO_LATE,
        ),
        row("hang", Forever(Reply::Hang), NEVER_ANSWERED),
        row(
            "connection refused",
            Fault::Obstacle(Obstacle::Refused),
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
            Fault::Obstacle(Obstacle::Untrusted),
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
            "DNS failure of Control Tower's endpoint",
            Environment(unknown_home),
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
            Environment(unknown_name),
            first_page("Unavailable: "),
            FIXED_AT_START,
        ),
    ]
}

fn lists() -> Vec<Row> {
    use Fault::{EmptyPages, Forever, Stale};
    let again = json!({"EnabledServicePrincipals": [], "NextToken": "again"});
    vec![
        partial(
            "repeating tokens",
            Forever(Reply::ok(&again)),
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
            "endless tokens",
            Forever(Reply::EndlessTokens),
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
            "stale reads, two",
            Stale(2),
            verify("Remediated: L E L3"),
            "only a read after a write is stale",
        ),
        partial(
            "stale reads, for ever",
            Stale(u32::MAX),
            verify("NotConverged: L E L+"),
            "only a read after a write is stale",
        ),
    ]
}
