//! One file for each kind of output.

mod fix_hints;
mod json;
mod progress;
mod table;
mod terminal;

use std::path::Path;
use std::{env, fs};

/// Compares an output with a committed one.
pub fn assert_matches_snapshot(name: &str, output: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let path = folder.join(name);
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, output).unwrap();
    }
    let snapshot = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        snapshot == output,
        "the output differs from {name}, see `UPDATE=1 make test-doctor`:\n{output}"
    );
}
