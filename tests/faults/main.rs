//! `make faults`: every fault at every call of a run, on the built binary. It writes the table of results into
//! `docs/reliability.md`, or fails with every cell that differs from `rows.rs`. With `--check` it only compares. With
//! `--emulated` it allows for a slow machine: `make arm64`.
//!
//! It is not part of `cargo test`, because the back-off of hundreds of runs takes minutes.

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

mod cell;
mod document;
mod expected;
mod rows;
mod table;

#[path = "../support/mod.rs"]
#[expect(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    reason = "the fakes are shared with the tests, which use more of them"
)]
mod support;

use table::Cell;

/// Cells at once. They mostly wait for back-off.
const THREADS: usize = 48;
/// Cells at once under an emulator, which needs many times the CPU.
const EMULATED_THREADS: usize = 36;
/// How often a cell that differs under an emulator runs again.
const RERUNS: usize = 3;

fn main() -> ExitCode {
    let [check, emulated] =
        ["--check", "--emulated"].map(|flag| std::env::args().any(|argument| argument == flag));
    let rows = rows::rows();
    let mut cells: Vec<_> = rows.iter().flat_map(table::cells).collect();
    // Target by target: the cells of one row with large responses would slow each other down if they ran at once.
    cells.sort_by_key(|cell| cell.target as usize);
    let differences = if emulated {
        rerun(differences(&cells, EMULATED_THREADS))
    } else {
        differences(&cells, THREADS)
    };
    let count = differences.len();
    let mut lines: Vec<_> = differences.into_iter().map(|(_, line)| line).collect();
    if lines.is_empty() {
        lines.extend(document::write(&rows, check).err());
    }
    println!("{} cells, {count} not as expected", cells.len());
    for line in &lines {
        eprintln!("{line}");
    }
    ExitCode::from(u8::from(!lines.is_empty()))
}

/// A cell that is not as expected, and the line that says so.
type Difference<'a> = (&'a Cell<'a>, String);

/// Runs the cells on this many threads.
fn differences<'a>(cells: &'a [Cell<'a>], threads: usize) -> Vec<Difference<'a>> {
    let differences = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(line) = difference(cell) {
                lock(&differences).push((cell, line));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    differences
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
}

/// Runs each of these cells again, alone, and returns those that still differ. On a busy machine, the function under an
/// emulator reaches its timeouts, and its calls then differ.
fn rerun(differences: Vec<Difference<'_>>) -> Vec<Difference<'_>> {
    println!("{} cells run again, alone", differences.len());
    let still_differs =
        |(cell, _): &Difference<'_>| (0..RERUNS).all(|_| difference(cell).is_some());
    differences.into_iter().filter(still_differs).collect()
}

fn difference(cell: &Cell<'_>) -> Option<String> {
    let difference = cell::check(cell).err()?;
    Some(format!(
        "{}, {}: {difference}",
        cell.row.name,
        cell.target.name()
    ))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
