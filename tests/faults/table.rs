//! The fault matrix as data: what goes wrong, and what each call of a run makes of it.
//!
//! An expectation is the outcome or the `errorType`, and the calls that arrived: `L` List, `E`
//! Enable, `D` Disable, a number for repetitions, `+` where the 20 s that a write is given decide how
//! often it is read.

use serde_json::json;

use crate::support::scripted_organizations::{Obstacle, Part, Reply};

/// The call that a fault hits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Target {
    FirstPage,
    LaterPage,
    Enable,
    Disable,
    Verify,
}

pub const TARGETS: [Target; 5] = [
    Target::FirstPage,
    Target::LaterPage,
    Target::Enable,
    Target::Disable,
    Target::Verify,
];

impl Target {
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstPage => "List, first page",
            Self::LaterPage => "List, later page",
            Self::Enable => "Enable",
            Self::Disable => "Disable",
            Self::Verify => "verifying List",
        }
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
    pub expected: [Option<&'static str>; 5],
    pub without: &'static str,
}

fn row(name: &'static str, fault: Fault, expected: [&'static str; 5]) -> Row {
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
    expected: [Option<&'static str>; 5],
    without: &'static str,
) -> Row {
    Row {
        name,
        fault,
        expected,
        without,
    }
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

/// The call is repeated once, and all ends well.
const HEALED: [&str; 5] = [
    "Remediated: L2 E L",
    "Remediated: L3 E L2",
    "Remediated: L E2 L",
    "Remediated: L D2 L",
    "Remediated: L E L2",
];

/// As if nothing were wrong.
const UNHARMED: [&str; 5] = [
    "Remediated: L E L",
    "Remediated: L2 E L2",
    "Remediated: L E L",
    "Remediated: L D L",
    "Remediated: L E L",
];

const THROTTLED: [&str; 5] = [
    "Throttled: L5",
    "Throttled: L6",
    "Throttled: L E5",
    "Throttled: L D5",
    "Throttled: L E L+",
];

const CONFLICT: [&str; 5] = [
    "Conflict: L5",
    "Conflict: L6",
    "Conflict: L E5",
    "Conflict: L D5",
    "Conflict: L E L+",
];

/// A write whose answer was lost is settled by one read.
const UNAVAILABLE: [&str; 5] = [
    "Unavailable: L5",
    "Unavailable: L6",
    "Unavailable: L E5 L",
    "Unavailable: L D5 L",
    "Unavailable: L E L+",
];

const DENIED: [&str; 5] = [
    "AccessDenied: L",
    "AccessDenied: L2",
    "AccessDenied: L E",
    "AccessDenied: L D",
    "AccessDenied: L E L",
];

const NO_ORGANIZATION: [&str; 5] = [
    "NotInOrganization: L",
    "NotInOrganization: L2",
    "NotInOrganization: L E",
    "NotInOrganization: L D",
    "NotInOrganization: L E L",
];

const REJECTED: [&str; 5] = [
    "Rejected: L",
    "Rejected: L2",
    "Rejected: L E",
    "Rejected: L D",
    "Rejected: L E L",
];

/// What is no page is no list. A write whose answer says nothing is settled by one read.
const UNREADABLE: [&str; 5] = [
    "InvalidResponse: L",
    "InvalidResponse: L2",
    "InvalidResponse: L E L",
    "InvalidResponse: L D L",
    "InvalidResponse: L E L+",
];

/// To a write it says "accepted", and the reads never show it.
const EMPTY: [&str; 5] = [
    "InvalidResponse: L",
    "InvalidResponse: L2",
    "NotConverged: L E L+",
    "NotConverged: L D L+",
    "InvalidResponse: L E L+",
];

/// After an accepted write its 20 s end before a read has timed out five times.
const NEVER_ANSWERED: [&str; 5] = [
    "Unavailable: L5",
    "Unavailable: L6",
    "Unavailable: L E5 L",
    "Unavailable: L D5 L",
    "NotConverged: L E L+",
];

/// The same where the server did apply what it was too slow to answer.
const ANSWERED_TOO_LATE: [&str; 5] = [
    "Unavailable: L5",
    "Unavailable: L6",
    "Remediated: L E5 L",
    "Remediated: L D5 L",
    "NotConverged: L E L+",
];

const WRITES_HAVE_NO_PAGES: &str = "a write has no pages";
const FIXED_AT_START: &str = "it is so from the start of the process, and the first call meets it";

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
        row(
            "concurrent modification once",
            Once(error("ConcurrentModificationException")),
            HEALED,
        ),
        row(
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
        row(
            "10 MB response",
            Forever(Reply::Padded(10_000_000)),
            UNHARMED,
        ),
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
        row(
            "`AWSOrganizationsNotInUseException`",
            Forever(error("AWSOrganizationsNotInUseException")),
            NO_ORGANIZATION,
        ),
        row(
            "constraint violation, known reason",
            Forever(with_reason(
                constraint,
                "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE",
            )),
            REJECTED,
        ),
        row(
            "constraint violation, unknown reason",
            Forever(with_reason(constraint, "UNHEARD_OF")),
            REJECTED,
        ),
        row(
            "invalid input, known reason",
            Forever(with_reason(input, "UNRECOGNIZED_SERVICE_PRINCIPAL")),
            REJECTED,
        ),
        row(
            "invalid input, unknown reason",
            Forever(with_reason(input, "UNHEARD_OF")),
            REJECTED,
        ),
        row(
            "`UnsupportedAPIEndpointException`",
            Forever(error("UnsupportedAPIEndpointException")),
            REJECTED,
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
            [Some("Rejected: "), None, None, None, None],
            FIXED_AT_START,
        ),
    ]
}

fn connections() -> Vec<Row> {
    use Fault::{Environment, Forever, Once};
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
            ],
        ),
        partial(
            "DNS failure",
            Environment(unknown_name),
            [Some("Unavailable: "), None, None, None, None],
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
            ],
            WRITES_HAVE_NO_PAGES,
        ),
        partial(
            "stale reads, two",
            Stale(2),
            [None, None, None, None, Some("Remediated: L E L3")],
            "only a read after a write is stale",
        ),
        partial(
            "stale reads, for ever",
            Stale(u32::MAX),
            [None, None, None, None, Some("NotConverged: L E L+")],
            "only a read after a write is stale",
        ),
    ]
}
