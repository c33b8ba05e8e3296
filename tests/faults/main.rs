//! `make faults`: every call of a run × every fault, on the built binary. Writes the table of what
//! came of it into `docs/reliability.md`, or fails with every cell that is not as `table.rs` says.
//!
//! A program of its own and not a test: the back-off of a hundred runs takes its real time.

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

mod cell;
mod document;
mod expected;
mod table;

#[path = "../support/mod.rs"]
#[expect(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    reason = "the tests' fakes, of which this needs a part"
)]
mod support;

/// They mostly wait.
const AT_ONCE: usize = 48;

fn main() -> ExitCode {
    let rows = table::rows();
    let mut cells: Vec<_> = rows.iter().flat_map(table::cells).collect();
    // Target by target: the cells of a row are of one kind, and those of 10 MB at once would take each
    // other's time.
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
        for _ in 0..AT_ONCE {
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
