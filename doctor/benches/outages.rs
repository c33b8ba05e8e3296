//! The time and memory of the doctor's search for outages, compared with the ideal time (lookups ÷ rate). The benchmark
//! prints figures and enforces no limit.

use std::error::Error;
use std::io::Read;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use cli::command;
use fake_aws::Scenario;
use fake_aws::event_history::{FakeEvent, SANDBOX, WORKLOADS, record, switch};
use memory::wait_for_peak_memory;
use serde_json::{Value, json};

#[path = "../tests/cli.rs"]
#[expect(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the tests' command, of which the benchmark uses a part"
)]
mod cli;
#[path = "../tests/fake_aws/mod.rs"]
#[expect(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the tests' AWS, of which the benchmark uses a part"
)]
mod fake_aws;
#[path = "../../tests/support/http.rs"]
#[expect(
    dead_code,
    clippy::expect_used,
    reason = "the tests' HTTP server, of which the benchmark uses a part"
)]
mod http;
#[path = "support/memory.rs"]
mod memory;

const NOW: &str = "2026-11-28T00:00:00Z";
/// The time between two events, so that 20,000 cover 69 days.
const MINUTES: usize = 5;
/// The event names that have no event here cost one lookup each.
const OTHER_NAMES: usize = 22;

/// One row of the printed table.
struct Case {
    events: usize,
    /// Whether one outage covers all events. Otherwise there is one around the first, and one around the last.
    all_in_outage: bool,
    lookups_per_second: u32,
}

const fn case(events: usize, all_in_outage: bool, lookups_per_second: u32) -> Case {
    Case {
        events,
        all_in_outage,
        lookups_per_second,
    }
}

/// The last row has CloudTrail's rate. The others are faster, to show what the tool itself costs.
const CASES: [Case; 4] = [
    case(2_000, false, 20),
    case(20_000, false, 20),
    case(20_000, true, 20),
    case(20_000, true, 2),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!(
        "| events | in an outage | lookups | lookups a second | ideal, s | actual, s | of the ideal | peak memory, MiB |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|");
    for case in CASES {
        measure(&case)?;
    }
    Ok(())
}

fn measure(case: &Case) -> Result<(), Box<dyn Error>> {
    let mut scenario = Scenario::healthy().with_events(history(case));
    // Keeps no calls: their memory would slow the fake down.
    scenario.accounts = 1000;
    let aws = scenario.start();
    let rate = case.lookups_per_second.to_string();
    let arguments = [
        "outages",
        "--json",
        "--now",
        NOW,
        "--lookups-per-second",
        &rate,
    ];
    let started = Instant::now();
    let mut doctor = command(&aws.url, &arguments)
        .stdout(Stdio::piped())
        .spawn()?;
    // The output is larger than a pipe, so it has to be read meanwhile.
    let mut stdout = doctor.stdout.take().ok_or("no standard output")?;
    let reader = thread::spawn(move || {
        let mut output = Vec::new();
        stdout.read_to_end(&mut output).map(|_| output)
    });
    let memory = wait_for_peak_memory(&mut doctor)?;
    let actual = started.elapsed();
    let output = reader.join().map_err(|_| "the reader failed")??;
    let document: Value = serde_json::from_slice(&output)?;
    let outages = document["outages"].as_array().ok_or("no outages")?;
    let counts = outages
        .iter()
        .map(|outage| outage["changes"].as_array().map_or(0, Vec::len));
    let listed: usize = counts.sum();
    let expected = if case.all_in_outage { case.events } else { 2 };
    if listed != expected || document["complete"] != true {
        return Err(format!("{listed} changes are listed instead of {expected}").into());
    }
    let lookups = OTHER_NAMES + case.events.div_ceil(50);
    let ideal = Duration::from_secs(u64::try_from(lookups)?) / case.lookups_per_second;
    println!(
        "| {} | {listed} | {lookups} | {} | {:.1} | {:.1} | {:.0} % | {:.1} |",
        case.events,
        case.lookups_per_second,
        ideal.as_secs_f64(),
        actual.as_secs_f64(),
        100.0 * ideal.as_secs_f64() / actual.as_secs_f64(),
        f64::from(memory) / 1024.0,
    );
    Ok(())
}

/// Returns the moves, newest first as in CloudTrail, with the switches around them.
fn history(case: &Case) -> Vec<FakeEvent> {
    let account = |index: usize| format!("{:012}", 222_200_000_000_usize + index % 1000);
    let moves = (0..case.events).rev().map(|index| {
        let request = json!({"accountId": account(index), "sourceParentId": SANDBOX, "destinationParentId": WORKLOADS});
        let mut event = record("MoveAccount", &time(index), request, Value::Null);
        event["eventID"] = format!("e-{index}").into();
        FakeEvent::from(event)
    });
    let first = (time(0), time(0));
    let last = (time(case.events - 1), time(case.events - 1));
    let outages = if case.all_in_outage {
        vec![(first.0, last.1)]
    } else {
        vec![first, last]
    };
    let switches = outages.into_iter().flat_map(|(from, to)| {
        let control_tower = "controltower.amazonaws.com";
        [
            switch("DisableAWSServiceAccess", &from, control_tower),
            switch("EnableAWSServiceAccess", &to, control_tower),
        ]
    });
    moves.chain(switches.map(FakeEvent::from)).collect()
}

/// Returns the time of an event, from September 1 on.
fn time(index: usize) -> String {
    let minutes = index * MINUTES;
    let days = minutes / 1440;
    let (month, day) = match days {
        0..30 => (9, days + 1),
        30..61 => (10, days - 29),
        _ => (11, days - 60),
    };
    format!(
        "2026-{month:02}-{day:02}T{:02}:{:02}:00Z",
        minutes / 60 % 24,
        minutes % 60
    )
}
