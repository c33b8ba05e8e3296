//! `make bench-check`: whether a cold start and a warm invocation take more instructions, or the package more
//! bytes, than `bench/baseline.json` says. No clock decides: callgrind counts. And whether what protects its
//! connections was not taken out meanwhile, which would save instructions.
//!
//! `--update` writes what was counted as the new baseline.

use std::net::TcpListener;
use std::process::{Command, ExitCode};
use std::time::Duration;
use std::{env, fs};

use rustls::crypto::SupportedKxGroup;
use rustls::{NamedGroup, ProtocolVersion, ServerConnection};
use serde_json::{Value, json};
use socket2::SockRef;
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
const TRIES: u32 = 10;
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    match protected().and_then(|()| judge(&counted()?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the package's first connection is TLS 1.3 with a post-quantum key exchange. The tests cannot tell: what is
/// built for them shares its features with their own dependencies.
fn protected() -> Result<(), String> {
    let authority = Authority::new();
    let trusted = NamedFile::holding(&authority.pem());
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let endpoint = format!("https://localhost:{}", address.port());
    let environment = [
        ("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.as_str()),
        ("AWS_CA_BUNDLE", trusted.path()),
    ];
    // A function that connects at its first call only would be waited for for ever.
    let patience = SockRef::from(&listener).set_read_timeout(Some(PATIENCE));
    patience.map_err(|error| error.to_string())?;
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
    let exchange = server.negotiated_key_exchange_group();
    let exchange = exchange.map(SupportedKxGroup::name);
    println!("{version:?}, {exchange:?}");
    let is_meant = (version, exchange)
        == (
            Some(ProtocolVersion::TLSv1_3),
            Some(NamedGroup::X25519MLKEM768),
        );
    is_meant
        .then_some(())
        .ok_or_else(|| "that is not TLS 1.3 with X25519MLKEM768".to_owned())
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
///
/// On a busy machine, under callgrind, the connection at the start is not there in the half second that it is given.
/// Such a run makes another one later and is not the run that is counted.
fn instructions(bootstrap: &str, warm: u32) -> Result<u64, String> {
    for _ in 0..TRIES {
        let (instructions, connections) = one_run(bootstrap, warm)?;
        if connections == 1 {
            return Ok(instructions);
        }
    }
    Err("this machine is too busy for the connection at the start".to_owned())
}

/// Also tells how many connections were made.
fn one_run(bootstrap: &str, warm: u32) -> Result<(u64, usize), String> {
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
    let total = total.and_then(|number| number.parse().ok());
    let total = total.ok_or_else(|| "callgrind counted nothing".to_owned())?;
    Ok((total, server.connections()))
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
        "more than {TOLERANCE} % over bench/baseline.json: {what}. Find out why, or run `make bench-baseline`"
    ))
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set: run `make bench-check`"))
}
