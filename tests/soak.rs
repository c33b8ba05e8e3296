//! `make soak`: 20,000 invocations of the built binary in one process, with all events and many
//! faults. Every one must be answered as it should be, and nothing may pile up.
//!
//! A program of its own and not a test: it takes minutes. It judges memory, sockets and threads by
//! bounds; how long it takes judges nothing.

use std::path::Path;

use support::event_files;
use support::fake_lambda::{Answer, Function};
use support::scripted_organizations::{CONTROL_TOWER, LIST, Reply, ScriptedOrganizations};

#[expect(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    reason = "the tests' fakes, of which this needs a part"
)]
mod support;

const INVOCATIONS: usize = 20_000;
/// After these, what a process needs for good has been taken.
const WARM_UP: usize = 1_000;
const MOST_GROWTH_KIB: u64 = 2048;
/// To the Runtime API and to Organizations, each with one that is being replaced.
const MOST_SOCKETS: usize = 4;

/// What happens in one invocation.
struct Case {
    /// It is the case of every so many-th invocation; the first that fits is taken.
    every: usize,
    name: &'static str,
    expected: &'static str,
    /// What goes wrong, in an organization where trusted access is on.
    arrange: fn(&ScriptedOrganizations),
    /// The payload; an event file, in turn, where there is none.
    payload: Option<&'static str>,
}

/// Primes, so that each gets its turn. The rare ones are those that wait: a repair reads again after a second, and a retry backs off.
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
        "cut off in the body once",
        "InSync",
        |server| once(server, Reply::CutInBody),
        None,
    ),
    case(
        499,
        "cut off once",
        "InSync",
        |server| once(server, Reply::Cut),
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
        |server| once(server, Reply::error("Unheard0f")),
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

/// What the process holds.
#[derive(Debug)]
struct Held {
    peak_kib: u64,
    sockets: usize,
    threads: u64,
}

impl Held {
    fn by(function: &Function) -> Self {
        Self {
            peak_kib: function.peak_memory_kib(),
            sockets: function.sockets(),
            threads: function.threads(),
        }
    }
}

fn main() {
    let binary = std::env::var("BOOTSTRAP")
        .unwrap_or_else(|_| env!("CARGO_BIN_EXE_controltower-trusted-access").to_owned());
    let server = ScriptedOrganizations::with(&["sso.amazonaws.com", CONTROL_TOWER]);
    let endpoint = server.endpoint();
    let environment = [("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.as_str())];
    let function = Function::start(Path::new(&binary), &environment);
    let events = event_files::all();

    let mut counts = [0; CASES.len()];
    let mut warm = Held::by(&function);
    for number in 1..=INVOCATIONS {
        counts[invoke(number, &server, &function, &events)] += 1;
        if number == WARM_UP {
            warm = Held::by(&function);
        }
    }
    let end = Held::by(&function);
    let lines = function.metrics(INVOCATIONS).len();

    for (case, count) in CASES.iter().zip(counts) {
        println!("{count:>6} × {:<26} {}", case.name, case.expected);
    }
    println!("{lines:>6} metric lines");
    let growth = end.peak_kib - warm.peak_kib;
    println!("after {WARM_UP}: {warm:?}; after {INVOCATIONS}: {end:?}; growth {growth} KiB");
    assert_eq!(lines, INVOCATIONS, "a metric line a run");
    assert!(growth < MOST_GROWTH_KIB, "memory grew by {growth} KiB");
    assert!(end.sockets <= MOST_SOCKETS, "{} sockets", end.sockets);
    assert_eq!(end.threads, warm.threads, "threads");
}

/// One invocation, asserted; gives the index of its case.
fn invoke(
    number: usize,
    server: &ScriptedOrganizations,
    function: &Function,
    events: &[(String, String)],
) -> usize {
    let fits = |case: &Case| number.is_multiple_of(case.every);
    let index = CASES.iter().position(fits).unwrap_or(CASES.len() - 1);
    let case = &CASES[index];
    (case.arrange)(server);
    let (name, event) = &events[number % events.len()];
    let answer = function.invoke(case.payload.unwrap_or(event));
    let answered = match &answer {
        Answer::Response(_) => answer.outcome(),
        Answer::Error { error_type, .. } => error_type,
    };
    assert_eq!(
        answered, case.expected,
        "invocation {number}, {}, {name}",
        case.name
    );
    server.set(CONTROL_TOWER, true);
    server.forget_calls();
    index
}
