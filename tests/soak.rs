//! `make soak`: 20,000 invocations of the built binary in one process, with all events and many faults. Every result
//! must be as expected, and memory, sockets and threads must stay within bounds.
//!
//! It is not part of `cargo test`, because it takes minutes. It does not judge time.

use std::path::Path;
use std::process::ExitCode;

use support::event_files;
use support::function::Function;
use support::scripted_organizations::{CONTROL_TOWER, LIST, Reply, ScriptedOrganizations};

#[expect(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    reason = "the fakes are shared with the tests, which use more of them"
)]
mod support;

const INVOCATIONS: usize = 20_000;
/// After these, the process has allocated what it keeps.
const WARM_UP: usize = 1_000;
const MAX_GROWTH_KIB: u64 = 2048;
/// One to the Runtime API and one to Organizations, and one that replaces each.
const MAX_SOCKETS: usize = 4;

/// One kind of invocation.
struct Case {
    /// The case applies to invocations whose number is a multiple of this. The first such case is taken.
    every: usize,
    name: &'static str,
    expected: &'static str,
    /// Scripts the fault, in an organization with trusted access enabled.
    arrange: fn(&ScriptedOrganizations),
    /// The payload; `None` for the next event file.
    payload: Option<&'static str>,
}

/// The intervals are primes, so that every case occurs. The rare cases are those that wait for a verifying read or for
/// back-off.
const CASES: [Case; 11] = [
    case(
        997,
        "repaired",
        "Remediated",
        |server| server.set(CONTROL_TOWER, false),
        Some("{}"),
    ),
    case(
        991,
        "truncated body once",
        "InSync",
        |server| once(server, Reply::TruncatedBody),
        None,
    ),
    case(
        499,
        "closed connection once",
        "InSync",
        |server| once(server, Reply::Close),
        None,
    ),
    case(
        491,
        "throttled once",
        "InSync",
        |server| once(server, Reply::error("TooManyRequestsException")),
        None,
    ),
    case(
        53,
        "drift in audit",
        "DriftDetected",
        |server| server.set(CONTROL_TOWER, false),
        Some(r#"{"mode":"audit"}"#),
    ),
    case(
        41,
        "denied",
        "AccessDenied",
        |server| once(server, Reply::error("AccessDeniedException")),
        None,
    ),
    case(
        31,
        "an unknown error",
        "Rejected",
        |server| once(server, Reply::error("UnknownException")),
        None,
    ),
    case(
        29,
        "not JSON",
        "InvalidResponse",
        |server| once(server, Reply::html(200)),
        None,
    ),
    case(
        23,
        "no such mode",
        "InvalidRequest",
        |_| (),
        Some(r#"{"mode":"off"}"#),
    ),
    case(11, "not an event", "InvalidRequest", |_| (), Some("[1]")),
    case(1, "in sync", "InSync", |_| (), None),
];

const fn case(
    every: usize,
    name: &'static str,
    expected: &'static str,
    arrange: fn(&ScriptedOrganizations),
    payload: Option<&'static str>,
) -> Case {
    Case {
        every,
        name,
        expected,
        arrange,
        payload,
    }
}

fn once(server: &ScriptedOrganizations, reply: Reply) {
    server.script(LIST, [reply]);
}

/// The resources of the process.
#[derive(Debug)]
struct Resources {
    peak_kib: u64,
    sockets: usize,
    threads: u64,
}

impl Resources {
    fn of(function: &Function) -> Self {
        Self {
            peak_kib: function.peak_memory_kib(),
            sockets: function.sockets(),
            threads: function.threads(),
        }
    }
}

fn main() -> ExitCode {
    // The test build has three more sockets, because dev-dependencies enable tokio's signal driver.
    let Ok(binary) = std::env::var("BOOTSTRAP") else {
        eprintln!("BOOTSTRAP is not set: run `make soak`");
        return ExitCode::FAILURE;
    };
    let server = ScriptedOrganizations::with(&["sso.amazonaws.com", CONTROL_TOWER]);
    let endpoint = server.endpoint();
    let environment = [("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.as_str())];
    let function = Function::start(Path::new(&binary), &environment);
    let events = event_files::all();

    let mut counts = [0; CASES.len()];
    let mut warm = Resources::of(&function);
    for number in 1..=INVOCATIONS {
        counts[invoke(number, &server, &function, &events)] += 1;
        if number == WARM_UP {
            warm = Resources::of(&function);
        }
    }
    let end = Resources::of(&function);
    let lines = function.metrics(INVOCATIONS).len();

    for (case, count) in CASES.iter().zip(counts) {
        println!("{count:>6} × {:<26} {}", case.name, case.expected);
    }
    println!("{lines:>6} metric lines");
    let growth = end.peak_kib - warm.peak_kib;
    println!("after {WARM_UP}: {warm:?}; after {INVOCATIONS}: {end:?}; growth {growth} KiB");
    assert_eq!(lines, INVOCATIONS, "a metric line a run");
    assert!(growth < MAX_GROWTH_KIB, "memory grew by {growth} KiB");
    assert!(end.sockets <= MAX_SOCKETS, "{} sockets", end.sockets);
    assert_eq!(end.threads, warm.threads, "threads");
    ExitCode::SUCCESS
}

/// Makes one invocation, checks its result, and returns the index of its case.
fn invoke(
    number: usize,
    server: &ScriptedOrganizations,
    function: &Function,
    events: &[(String, String)],
) -> usize {
    let applies = |case: &Case| number.is_multiple_of(case.every);
    let index = CASES.iter().position(applies).unwrap_or(CASES.len() - 1);
    let case = &CASES[index];
    (case.arrange)(server);
    let (name, event) = &events[number % events.len()];
    let result = function.invoke(case.payload.unwrap_or(event));
    assert_eq!(
        result.outcome_or_error_type(),
        case.expected,
        "invocation {number}, {}, {name}",
        case.name
    );
    server.set(CONTROL_TOWER, true);
    server.forget_calls();
    index
}
