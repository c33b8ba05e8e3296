//! `make bench`: cold start, warm invocation, CPU time, memory and size of the function, next to a bare
//! `lambda_runtime` function, boto3 and the SDK for JavaScript, in one run against one TLS endpoint.
//!
//! The result is a set of ratios. The peers take turns, so that other load on the machine affects all of them. The
//! benchmark fails only if a response is wrong. It writes the table into `docs/performance.md`.

use std::process::ExitCode;

use cpu_share::CpuShare;
use support::scripted_organizations::{CONTROL_TOWER, ScriptedOrganizations};
use support::temp_file::TempFile;
use support::tls::Authority;

mod cpu_share;
mod growth;
mod peer;
mod report;
mod run;

#[path = "../tests/support/mod.rs"]
#[expect(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    reason = "the fakes are shared with the tests, which use more of them"
)]
mod support;

/// How often each peer starts. The table shows medians.
const ROUNDS: usize = 31;

fn main() -> ExitCode {
    match measure() {
        Ok(tables) => {
            println!("{tables}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the benchmark, and returns its tables.
fn measure() -> Result<String, String> {
    let authority = Authority::with_aws_like_chain();
    let server = ScriptedOrganizations::with_tls(&["sso.amazonaws.com", CONTROL_TOWER], &authority);
    let root = TempFile::with_content(&authority.pem());
    let rust_roots = TempFile::with_content(&(peer::amazon_roots()? + &authority.pem()));
    let python_roots = TempFile::with_content(&(peer::botocore_roots()? + &authority.pem()));
    let peers = peer::all(
        &server.endpoint(),
        root.path(),
        rust_roots.path(),
        python_roots.path(),
    )?;
    let share = CpuShare::of_128_mib().map(drop);
    if let Err(reason) = &share {
        eprintln!("without the CPU share of 128 MB: {reason}");
    }
    let mut runs: Vec<Vec<run::Run>> = peers.iter().map(|_| Vec::new()).collect();
    for round in 0..ROUNDS {
        for (peer, runs) in peers.iter().zip(&mut runs) {
            runs.push(run::measure(peer, &server, share.is_ok())?);
        }
        eprint!("\rround {} of {ROUNDS}", round + 1);
    }
    eprintln!();
    let growth = growth::measure(&peers[0], &authority);
    report::publish(&peers, &runs, &growth)
}
