//! `make bench-doctor`: how near the doctor comes to the ideal (accounts × latency ÷ concurrency), and
//! what memory it takes, in front of an AWS on loopback that answers after 50 ms. It judges nothing.

use std::error::Error;
use std::fs;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use run::command;
use scripted_aws::{Instead, World};

#[path = "../../tests/support/http.rs"]
#[expect(
    dead_code,
    clippy::expect_used,
    reason = "the tests' server, of which a benchmark needs a part"
)]
mod http;
#[path = "../tests/run.rs"]
#[expect(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the tests' way to start it, of which a benchmark needs a part"
)]
mod run;
#[path = "../tests/scripted_aws/mod.rs"]
#[expect(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the tests' AWS, of which a benchmark needs a part"
)]
mod scripted_aws;

const LATENCY: Duration = Duration::from_millis(50);

/// One line of the table.
struct Case {
    accounts: u32,
    concurrency: u32,
    /// Whether a landing zone tells which accounts are enrolled: 100 a page, else 20.
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
        "| accounts | listed by | at a time | ideal, s | took, s | of the ideal | peak memory, MiB |"
    );
    println!("|---:|---|---:|---:|---:|---:|---:|");
    for case in CASES {
        measure(&case)?;
    }
    Ok(())
}

fn measure(case: &Case) -> Result<(), Box<dyn Error>> {
    let mut world = World::healthy();
    world.accounts = usize::try_from(case.accounts)?;
    world.latency = LATENCY;
    if !case.landing_zone {
        let none = Instead::Body(r#"{"landingZones":[]}"#.to_owned());
        world = world.with("controltower:ListLandingZones", none);
    }
    let aws = world.start();
    let concurrency = case.concurrency.to_string();
    let started = Instant::now();
    let mut doctor = command(&aws.url, &["--json", "--concurrency", &concurrency]).spawn()?;
    let memory = watch(&mut doctor)?;
    let took = started.elapsed();
    let output = doctor.wait_with_output()?;
    let document: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let present = document["checks"][6]["facts"]["present"].as_str();
    if present != Some(case.accounts.to_string().as_str()) {
        return Err(format!("not all accounts were asked: {document:#}").into());
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
        took.as_secs_f64(),
        100.0 * ideal.as_secs_f64() / took.as_secs_f64(),
        f64::from(memory) / 1024.0,
    );
    Ok(())
}

/// Waits for the end and gives the most memory that was seen, in KiB.
fn watch(doctor: &mut Child) -> Result<u32, Box<dyn Error>> {
    let status = format!("/proc/{}/status", doctor.id());
    let mut most = 0;
    while doctor.try_wait()?.is_none() {
        let told = fs::read_to_string(&status).unwrap_or_default();
        let peak = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = peak.and_then(|peak| peak.split_whitespace().next()?.parse().ok());
        most = most.max(number.unwrap_or(0));
        thread::sleep(Duration::from_millis(20));
    }
    Ok(most)
}
