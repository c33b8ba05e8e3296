//! `make bench`: how long the function takes to its first answer and how much it needs, beside a bare
//! `lambda_runtime` function, boto3 and the SDK for JavaScript, all in one run against one TLS endpoint.
//!
//! Measured are ratios: the peers take turns, so that what disturbs the machine disturbs all of them.
//! It judges nothing but that every answer is right; the table goes into `docs/performance.md`.

use std::process::ExitCode;

use cpu_share::CpuShare;
use support::named_file::NamedFile;
use support::scripted_organizations::{CONTROL_TOWER, ScriptedOrganizations};
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
    reason = "the tests' fakes, of which a benchmark needs a part"
)]
mod support;

/// How often each peer starts; what is shown are medians.
const ROUNDS: usize = 31;

fn main() -> ExitCode {
    match measured() {
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

/// The tables of one run.
fn measured() -> Result<String, String> {
    let authority = Authority::like_amazons();
    let server =
        ScriptedOrganizations::behind_tls(&["sso.amazonaws.com", CONTROL_TOWER], &authority);
    let root = NamedFile::holding(&authority.pem());
    let ours = NamedFile::holding(&(peer::amazons_roots()? + &authority.pem()));
    let botocores = NamedFile::holding(&(peer::botocores_roots()? + &authority.pem()));
    let peers = peer::all(
        &server.endpoint(),
        root.path(),
        ours.path(),
        botocores.path(),
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
