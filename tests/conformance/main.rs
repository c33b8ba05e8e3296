//! `make conformance`: one set of cases against every implementation of Organizations that can be had
//! without an account, through the function's own adapter.
//!
//! Arguments: `NAME=ENDPOINT` for each implementation that is reached over HTTP. The one that lives in
//! this process is always there. Ends with 1 if one does not do as told, and also where a difference
//! that is written down is no longer there.

#![expect(
    clippy::expect_used,
    reason = "an implementation that does not answer at all ends the program"
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
    let of_both = |one: &&Difference| one.implementation == implementation && one.case == case;
    DIFFERENCES.iter().find(of_both)
}

/// What a case shows of an implementation, and whether that was to be expected.
fn judge(name: &str, case: &Case, seen: &[String]) -> (bool, String) {
    let known = difference(name, case.name);
    let told = known.map_or(case.expected, |known| known.instead);
    if seen != told {
        let stale = known.is_some() && seen == case.expected;
        let hint = if stale {
            " (the difference is gone: delete its row)"
        } else {
            ""
        };
        return (false, format!("saw {seen:?} instead of {told:?}{hint}"));
    }
    (
        true,
        known.map_or("as expected".to_owned(), |known| {
            format!("differs: {}", known.why)
        }),
    )
}

/// Differences of implementations or cases that do not exist, which nobody would ever compare.
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
    let mut all_as_told = true;
    for implementation in implementations {
        println!("{}", implementation.name);
        for case in CASES {
            let seen = case.play(&implementation.organization().await).await;
            let (as_told, verdict) = judge(&implementation.name, case, &seen);
            println!(
                "  {} {}: {verdict}",
                if as_told { "✓" } else { "✗" },
                case.name
            );
            all_as_told &= as_told;
        }
    }
    for row in unknown_rows(implementations) {
        println!(
            "✗ no run of “{}” on {} to compare with",
            row.case, row.implementation
        );
        all_as_told = false;
    }
    all_as_told
}

fn main() -> ExitCode {
    let implementations = all(std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--")));
    let runtime = Builder::new_current_thread().enable_all().build();
    let as_told = runtime.expect("a runtime").block_on(run(&implementations));
    println!(
        "{} cases, {} implementations",
        CASES.len(),
        implementations.len()
    );
    if as_told {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
