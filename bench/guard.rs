//! `make guard`: whether a cold start and a warm invocation take more instructions, or the package more
//! bytes, than `bench/baseline.json` says. No clock decides: callgrind counts.
//!
//! `--update` writes what was counted as the new baseline.

use std::process::{Command, ExitCode};
use std::{env, fs};

use serde_json::{Value, json};
use support::fake_lambda::Function;
use support::named_file::NamedFile;
use support::scripted_organizations::{CONTROL_TOWER, ScriptedOrganizations};
use support::tls::Authority;

#[path = "../tests/support/mod.rs"]
#[expect(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    reason = "the tests' fakes, of which a benchmark needs a part"
)]
mod support;

const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/baseline.json");
/// How much more is let pass, in percent. Keys and nonces of a handshake are random, and another CPU
/// takes other paths through the cryptography.
const TOLERANCE: u64 = 5;
const WARM: u32 = 50;

fn main() -> ExitCode {
    match counted().and_then(|counted| judge(&counted)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// What this build takes, by the names of the baseline.
fn counted() -> Result<Value, String> {
    let bootstrap = variable("BOOTSTRAP")?;
    let package = fs::metadata(format!("{bootstrap}.zip"));
    let package = package.map_err(|error| format!("{bootstrap}.zip: {error}"))?;
    let cold = instructions(&bootstrap, 0)?;
    let warm = (instructions(&bootstrap, WARM)? - cold) / u64::from(WARM);
    Ok(json!({
        "instructions of a cold start": cold,
        "instructions of a warm invocation": warm,
        "bytes of the zip": package.len(),
    }))
}

/// Of a process that answers one invocation over TLS and then so many more.
fn instructions(bootstrap: &str, warm: u32) -> Result<u64, String> {
    let authority = Authority::like_amazons();
    let server = ScriptedOrganizations::behind_tls(&[CONTROL_TOWER], &authority);
    let (trusted, profile) = (NamedFile::holding(&authority.pem()), NamedFile::holding(""));
    let endpoint = server.endpoint();
    let mut command = Command::new(variable("VALGRIND")?);
    command.arg("--tool=callgrind");
    command.arg(format!("--callgrind-out-file={}", profile.path()));
    command.arg(bootstrap);
    let own_library = env::var("VALGRIND_LIB").ok();
    let mut environment = vec![
        ("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.as_str()),
        ("AWS_CA_BUNDLE", trusted.path()),
    ];
    environment.extend(own_library.as_deref().map(|path| ("VALGRIND_LIB", path)));
    let function = Function::run(command, &environment);
    for _ in 0..=warm {
        let outcome = function.invoke("{}").outcome().to_owned();
        if outcome != "InSync" {
            return Err(format!("the answer is {outcome}"));
        }
    }
    function.end();
    let written = fs::read_to_string(profile.path()).map_err(|error| error.to_string())?;
    let total = written
        .lines()
        .find_map(|line| line.strip_prefix("totals: "));
    total
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| "callgrind counted nothing".to_owned())
}

fn judge(counted: &Value) -> Result<(), String> {
    if env::args().any(|argument| argument == "--update") {
        let text = format!("{counted:#}\n");
        return fs::write(BASELINE, text).map_err(|error| format!("{BASELINE}: {error}"));
    }
    let baseline = fs::read_to_string(BASELINE).map_err(|error| format!("{BASELINE}: {error}"))?;
    let baseline: Value = serde_json::from_str(&baseline).map_err(|error| error.to_string())?;
    let mut more = Vec::new();
    for (what, now) in counted.as_object().into_iter().flatten() {
        let now = now.as_u64().unwrap_or(u64::MAX);
        let then = baseline[what].as_u64().unwrap_or_default();
        println!("{what:<34} {now:>9}, baseline {then:>9}");
        if now > then + then * TOLERANCE / 100 {
            more.push(what.as_str());
        }
    }
    if more.is_empty() {
        return Ok(());
    }
    let what = more.join(", ");
    Err(format!(
        "more than {TOLERANCE} % over bench/baseline.json: {what}. Find out why, or run `make baseline`"
    ))
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set: run `make guard`"))
}
