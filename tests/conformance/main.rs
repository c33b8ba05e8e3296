//! `make conformance`: one set of cases against every emulator of Organizations, through the function's own adapter.
//!
//! The arguments are `NAME=ENDPOINT`, one per emulator that is reached over HTTP. The emulator in this process always
//! runs. The exit status is 1 if a result is not as expected, or if a documented difference no longer exists.

#![expect(
    clippy::expect_used,
    reason = "an emulator that does not respond ends the program"
)]

mod cases;
mod differences;
mod implementations;

use std::process::ExitCode;

use tokio::runtime::Builder;

use cases::{CASES, Case};
use differences::{DIFFERENCES, Difference};
use implementations::{Implementation, all};

fn difference(implementation: &str, case: &str) -> Option<&'static Difference> {
    let matches = |one: &&Difference| one.implementation == implementation && one.case == case;
    DIFFERENCES.iter().find(matches)
}

/// Returns whether the results are as expected, and a sentence about them.
fn judge(name: &str, case: &Case, results: &[String]) -> (bool, String) {
    let known = difference(name, case.name);
    let expected = known.map_or(case.expected, |known| known.results);
    if results != expected {
        let stale = known.is_some() && results == case.expected;
        let hint = if stale {
            " (the difference is gone: delete its row)"
        } else {
            ""
        };
        return (false, format!("{results:?} instead of {expected:?}{hint}"));
    }
    (
        true,
        known.map_or("as expected".to_owned(), |known| {
            format!("differs: {}", known.reason)
        }),
    )
}

/// Returns the differences whose emulator or case does not exist, so that no run compares them.
fn unknown_rows(implementations: &[Implementation]) -> Vec<&'static Difference> {
    let is_run = |row: &&Difference| {
        implementations
            .iter()
            .any(|one| one.name == row.implementation)
            && CASES.iter().any(|case| case.name == row.case)
    };
    DIFFERENCES.iter().filter(|row| !is_run(row)).collect()
}

async fn run(implementations: &[Implementation]) -> bool {
    let mut all_as_expected = true;
    for implementation in implementations {
        println!("{}", implementation.name);
        for case in CASES {
            let results = case.run(&implementation.organization().await).await;
            let (as_expected, verdict) = judge(&implementation.name, case, &results);
            println!(
                "  {} {}: {verdict}",
                if as_expected { "✓" } else { "✗" },
                case.name
            );
            all_as_expected &= as_expected;
        }
    }
    for row in unknown_rows(implementations) {
        println!(
            "✗ no run of “{}” on {} to compare with",
            row.case, row.implementation
        );
        all_as_expected = false;
    }
    all_as_expected
}

fn main() -> ExitCode {
    let implementations = all(std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--")));
    let runtime = Builder::new_current_thread().enable_all().build();
    let as_expected = runtime.expect("a runtime").block_on(run(&implementations));
    println!(
        "{} cases, {} implementations",
        CASES.len(),
        implementations.len()
    );
    if as_expected {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
