//! `make bench-check`: compares the instructions of a cold start and of a warm invocation, and the size of the package,
//! with `bench/baseline.json`. Callgrind counts instructions, so the result does not depend on a clock. The check also
//! fails if the TLS version or the key exchange was weakened, which would save instructions.
//!
//! `--update` writes the current numbers as the new baseline (`make bench-baseline`).

use std::net::TcpListener;
use std::process::{Command, ExitCode};
use std::time::Duration;
use std::{env, fs};

use rustls::crypto::SupportedKxGroup;
use rustls::{NamedGroup, ProtocolVersion, ServerConnection};
use serde_json::{Value, json};
use socket2::SockRef;
use support::function::Function;
use support::scripted_organizations::{CONTROL_TOWER, ScriptedOrganizations};
use support::temp_file::TempFile;
use support::tls::Authority;

#[path = "../tests/support/mod.rs"]
#[expect(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    reason = "the fakes are shared with the tests, which use more of them"
)]
mod support;

const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/baseline.json");
/// The permitted increase in percent. Keys and nonces of a handshake are random, and the cryptography depends on the CPU.
const TOLERANCE_PERCENT: u64 = 5;
/// The invocations after the first one.
const WARM_INVOCATIONS: u32 = 50;
const MAX_ATTEMPTS: u32 = 10;
/// The time for the function to connect after its start.
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    match check_tls().and_then(|()| compare(&measure()?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Checks that the first connection uses TLS 1.3 with a post-quantum key exchange. The tests cannot check this, because
/// their build unifies features with those of the dev-dependencies.
fn check_tls() -> Result<(), String> {
    let authority = Authority::new();
    let bundle = TempFile::with_content(&authority.pem());
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let endpoint = format!("https://localhost:{}", address.port());
    let environment = [
        ("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.as_str()),
        ("AWS_CA_BUNDLE", bundle.path()),
    ];
    // Without a timeout, `accept` would never return if the function did not preconnect.
    let timeout = SockRef::from(&listener).set_read_timeout(Some(ACCEPT_TIMEOUT));
    timeout.map_err(|error| error.to_string())?;
    let _function = Function::start(variable("BOOTSTRAP")?.as_ref(), &environment);
    let (mut socket, _) = listener
        .accept()
        .map_err(|error| format!("no connection at the start: {error}"))?;
    let server = ServerConnection::new(authority.server_config());
    let mut server = server.map_err(|error| error.to_string())?;
    while server.is_handshaking() {
        let step = server.complete_io(&mut socket);
        step.map_err(|error| format!("no TLS connection: {error}"))?;
    }
    let version = server.protocol_version();
    let key_exchange = server.negotiated_key_exchange_group();
    let key_exchange = key_exchange.map(SupportedKxGroup::name);
    println!("{version:?}, {key_exchange:?}");
    let is_expected = (version, key_exchange)
        == (
            Some(ProtocolVersion::TLSv1_3),
            Some(NamedGroup::X25519MLKEM768),
        );
    is_expected
        .then_some(())
        .ok_or_else(|| "the connection is not TLS 1.3 with X25519MLKEM768".to_owned())
}

/// Returns the numbers of this build, by the names in the baseline.
fn measure() -> Result<Value, String> {
    let bootstrap = variable("BOOTSTRAP")?;
    let package = fs::metadata(format!("{bootstrap}.zip"));
    let package = package.map_err(|error| format!("{bootstrap}.zip: {error}"))?;
    let cold = instructions(&bootstrap, 0)?;
    let warm = (instructions(&bootstrap, WARM_INVOCATIONS)? - cold) / u64::from(WARM_INVOCATIONS);
    Ok(json!({
        "instructions of a cold start": cold,
        "instructions of a warm invocation": warm,
        "bytes of the zip": package.len(),
    }))
}

/// Returns the instructions of a process with one invocation over TLS and `warm` more.
///
/// On a busy machine, under callgrind, the preconnect may reach its timeout. Such a run connects again later, so it is
/// discarded.
fn instructions(bootstrap: &str, warm: u32) -> Result<u64, String> {
    for _ in 0..MAX_ATTEMPTS {
        let (instructions, connections) = run(bootstrap, warm)?;
        if connections == 1 {
            return Ok(instructions);
        }
    }
    Err("this machine is too busy: the preconnect reached its timeout in every attempt".to_owned())
}

/// Returns the instructions and the connections of one process.
fn run(bootstrap: &str, warm: u32) -> Result<(u64, usize), String> {
    let authority = Authority::with_aws_like_chain();
    let server = ScriptedOrganizations::with_tls(&[CONTROL_TOWER], &authority);
    let bundle = TempFile::with_content(&authority.pem());
    let profile = TempFile::with_content("");
    let endpoint = server.endpoint();
    let mut command = Command::new(variable("VALGRIND")?);
    command.arg("--tool=callgrind");
    command.arg(format!("--callgrind-out-file={}", profile.path()));
    command.arg(bootstrap);
    let valgrind_library = env::var("VALGRIND_LIB").ok();
    let mut environment = vec![
        ("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.as_str()),
        ("AWS_CA_BUNDLE", bundle.path()),
    ];
    environment.extend(
        valgrind_library
            .as_deref()
            .map(|path| ("VALGRIND_LIB", path)),
    );
    let function = Function::run(command, &environment);
    for _ in 0..=warm {
        let outcome = function.invoke("{}").outcome().to_owned();
        if outcome != "InSync" {
            return Err(format!("the outcome is {outcome}"));
        }
    }
    function.terminate();
    let output = fs::read_to_string(profile.path()).map_err(|error| error.to_string())?;
    let total = output
        .lines()
        .find_map(|line| line.strip_prefix("totals: "));
    let total = total.and_then(|number| number.parse().ok());
    let total = total.ok_or_else(|| "callgrind's output has no total".to_owned())?;
    Ok((total, server.connections()))
}

/// Compares the numbers with the baseline, or writes the baseline with `--update`.
fn compare(measured: &Value) -> Result<(), String> {
    if env::args().any(|argument| argument == "--update") {
        let text = format!("{measured:#}\n");
        return fs::write(BASELINE, text).map_err(|error| format!("{BASELINE}: {error}"));
    }
    let baseline = fs::read_to_string(BASELINE).map_err(|error| format!("{BASELINE}: {error}"))?;
    let baseline: Value = serde_json::from_str(&baseline).map_err(|error| error.to_string())?;
    let mut increased = Vec::new();
    for (name, now) in measured.as_object().into_iter().flatten() {
        let now = now.as_u64().unwrap_or(u64::MAX);
        let before = baseline[name].as_u64().unwrap_or_default();
        println!("{name:<34} {now:>9}, baseline {before:>9}");
        if now > before + before * TOLERANCE_PERCENT / 100 {
            increased.push(name.as_str());
        }
    }
    if increased.is_empty() {
        return Ok(());
    }
    let names = increased.join(", ");
    Err(format!(
        "more than {TOLERANCE_PERCENT} % over bench/baseline.json: {names}. Find the cause, or run `make bench-baseline` to accept it"
    ))
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set: run `make bench-check`"))
}
