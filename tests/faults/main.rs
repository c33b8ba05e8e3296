//! `make faults`: every fault at every call of a run, on the built binary. It writes the table of results into
//! `docs/reliability.md`, or fails with every cell that differs from `rows.rs`. With `--check` it only compares.
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

/// Threads. The cells mostly wait for back-off.
const THREADS: usize = 48;

fn main() -> ExitCode {
    let rows = rows::rows();
    let mut cells: Vec<_> = rows.iter().flat_map(table::cells).collect();
    // Target by target: the cells of one row with large responses would slow each other down if they ran at once.
    cells.sort_by_key(|cell| cell.target as usize);
    let differences = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(difference) = cell::check(cell) {
                let line = format!("{}, {}: {difference}", cell.row.name, cell.target.name());
                lock(&differences).push(line);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
    let mut differences = lock(&differences);
    let count = differences.len();
    if differences.is_empty() {
        let check = std::env::args().any(|argument| argument == "--check");
        differences.extend(document::write(&rows, check).err());
    }
    println!("{} cells, {count} not as expected", cells.len());
    for line in differences.iter() {
        eprintln!("{line}");
    }
    ExitCode::from(u8::from(!differences.is_empty()))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
