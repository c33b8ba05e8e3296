//! The time and memory of the doctor's role check, compared with the ideal time (accounts × latency ÷ concurrency).
//! The fake AWS on loopback answers after 50 ms. The benchmark prints figures and enforces no limit.

use std::error::Error;
use std::time::{Duration, Instant};

use cli::command;
use fake_aws::{FakeReply, Scenario};
use memory::wait_for_peak_memory;

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

const LATENCY: Duration = Duration::from_millis(50);

/// One row of the printed table.
struct Case {
    accounts: u32,
    concurrency: u32,
    /// Whether there is a landing zone: then a page of the list has 100 accounts, otherwise 20.
    landing_zone: bool,
}

const fn case(accounts: u32, concurrency: u32, landing_zone: bool) -> Case {
    Case {
        accounts,
        concurrency,
        landing_zone,
    }
}

const CASES: [Case; 5] = [
    case(1_000, 20, true),
    case(10_000, 20, true),
    case(10_000, 50, true),
    case(10_000, 100, true),
    case(10_000, 20, false),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!(
        "| accounts | listed by | at a time | ideal, s | actual, s | of the ideal | peak memory, MiB |"
    );
    println!("|---:|---|---:|---:|---:|---:|---:|");
    for case in CASES {
        measure(&case)?;
    }
    Ok(())
}

fn measure(case: &Case) -> Result<(), Box<dyn Error>> {
    let mut scenario = Scenario {
        accounts: usize::try_from(case.accounts)?,
        latency: LATENCY,
        ..Scenario::healthy()
    };
    if !case.landing_zone {
        let none = FakeReply::Body(r#"{"landingZones":[]}"#.to_owned());
        scenario = scenario.with("controltower:ListLandingZones", none);
    }
    let aws = scenario.start();
    let concurrency = case.concurrency.to_string();
    let started = Instant::now();
    let mut doctor = command(
        &aws.url,
        &["--json", "--roles", "--concurrency", &concurrency],
    )
    .spawn()?;
    let memory = wait_for_peak_memory(&mut doctor)?;
    let actual = started.elapsed();
    let output = doctor.wait_with_output()?;
    let document: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let present = document["checks"][6]["facts"]["present"].as_str();
    if present != Some(case.accounts.to_string().as_str()) {
        return Err(format!("not all accounts were checked: {document:#}").into());
    }
    let ideal = LATENCY * case.accounts / case.concurrency;
    println!(
        "| {} | {} | {} | {:.1} | {:.1} | {:.0} % | {:.1} |",
        case.accounts,
        if case.landing_zone {
            "ListEnabledBaselines"
        } else {
            "ListAccounts"
        },
        case.concurrency,
        ideal.as_secs_f64(),
        actual.as_secs_f64(),
        100.0 * ideal.as_secs_f64() / actual.as_secs_f64(),
        f64::from(memory) / 1024.0,
    );
    Ok(())
}
