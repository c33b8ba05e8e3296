//! The rows of the fault matrix, and their constructors.

mod connections;
mod errors;
mod lists;
mod responses;

use crate::support::scripted_organizations::Reply;
use crate::table::{COLUMNS, Fault, Row};

pub const WRITES_HAVE_NO_PAGES: &str =
    "a write has no pages; the pages of landing zones are tested in `tests/aws/control_tower.rs`";
pub const ORGANIZATIONS_ONLY: &str = "AWS Control Tower has no such error";
pub const CONTROL_TOWER_ONLY: &str = "AWS Organizations has no such error";
pub const FIXED_AT_START: &str =
    "the fault exists from the start of the process, so the first call fails";

/// Returns all rows in the order of the document.
pub fn rows() -> Vec<Row> {
    let mut rows = responses::rows();
    rows.extend(errors::rows());
    rows.extend(connections::rows());
    rows.extend(lists::rows());
    rows
}

fn row(name: &'static str, fault: Fault, expected: [&'static str; COLUMNS]) -> Row {
    Row {
        name,
        fault,
        expected: expected.map(Some),
        exclusion: "",
    }
}

fn partial(
    name: &'static str,
    fault: Fault,
    expected: [Option<&'static str>; COLUMNS],
    exclusion: &'static str,
) -> Row {
    Row {
        name,
        fault,
        expected,
        exclusion,
    }
}

/// Returns a row for an error that only Control Tower has.
fn control_tower_only(
    name: &'static str,
    (status, code): (u16, &str),
    expected: [&'static str; 5],
) -> Row {
    let [first, second, third, fourth, fifth] = expected.map(Some);
    let expected = [
        None, None, None, None, None, first, second, third, fourth, fifth,
    ];
    let fault = Fault::Always(Reply::error_with_status(status, code, "as scripted"));
    partial(name, fault, expected, CONTROL_TOWER_ONLY)
}

/// Returns an expected result for the first page only.
fn first_page(expected: &'static str) -> [Option<&'static str>; COLUMNS] {
    std::array::from_fn(|target| (target == 0).then_some(expected))
}

/// Returns an expected result for the verifying read only.
fn verify(expected: &'static str) -> [Option<&'static str>; COLUMNS] {
    std::array::from_fn(|target| (target == 4).then_some(expected))
}

/// Returns a row for a fault that only Organizations has.
fn organizations_only(name: &'static str, fault: Fault, expected: [&'static str; COLUMNS]) -> Row {
    let [first, later, enable, disable, verify, ..] = expected.map(Some);
    let expected = [
        first, later, enable, disable, verify, None, None, None, None, None,
    ];
    partial(name, fault, expected, ORGANIZATIONS_ONLY)
}
