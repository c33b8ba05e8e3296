//! Shows the doctor without an AWS account: its real code and the real AWS SDK against the fake AWS of its tests, on
//! loopback.
//!
//! Without arguments it runs `check` in an organization with an issue of each kind, then `outages` after an outage in which an
//! account was moved, another one created, and a service control policy detached. With arguments it runs only that
//! command: `cargo run --package trusted-access-doctor --example demo -- outages --json`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a fake may fail loudly"
)]

use std::env;
use std::io;
use std::process::{Command, ExitCode};

use fake_aws::Scenario;
use fake_aws::scenarios::{outage, troubled};
use tokio::runtime::Runtime;
use tokio::signal::ctrl_c;

#[path = "../tests/fake_aws/mod.rs"]
#[expect(dead_code, reason = "the test suite uses more of it")]
mod fake_aws;
#[path = "../../tests/support/http.rs"]
#[expect(dead_code, reason = "the test suites use more of it")]
mod http;

/// Set in the process that is the doctor. It is a process of its own because its environment must lead to the fake.
const IS_DOCTOR: &str = "DOCTOR_DEMO";
/// The story of the outage has fixed times.
const NOW: &str = "2026-11-28T00:00:00Z";

fn main() -> ExitCode {
    if env::var_os(IS_DOCTOR).is_some() {
        return trusted_access_doctor::main();
    }
    let arguments: Vec<String> = env::args().skip(1).collect();
    let shown = if arguments.is_empty() {
        show(&["check".to_owned()]).and_then(|()| {
            println!();
            show(&["outages".to_owned()])
        })
    } else {
        show(&arguments)
    };
    match shown {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: the doctor cannot be started: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the doctor with these arguments. Its exit code is in its output.
fn show(arguments: &[String]) -> io::Result<()> {
    let is_outages = arguments.iter().any(|argument| argument == "outages");
    let scenario: Scenario = if is_outages { outage() } else { troubled() };
    println!("$ trusted-access-doctor {}", arguments.join(" "));
    let mut doctor = Command::new(env::current_exe()?);
    // The fake has no quota.
    doctor
        .args(arguments)
        .args(["--lookups-per-second", "1000"]);
    if is_outages {
        doctor.args(["--now", NOW]);
    }
    for (name, value) in [
        (IS_DOCTOR, "1"),
        ("AWS_ENDPOINT_URL", &scenario.start().url),
        ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "example-secret"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
    ] {
        doctor.env(name, value);
    }
    let mut doctor = doctor.env_remove("AWS_PROFILE").spawn()?;
    // A terminal sends Ctrl-C to both processes. Only the doctor may end on it, and this one after it.
    let runtime = Runtime::new()?;
    runtime.spawn(async { while ctrl_c().await.is_ok() {} });
    doctor.wait().map(drop)
}
