//! The command `outages` against a scripted CloudTrail.

mod failures;
mod history;
mod interrupt;
mod output;

use serde_json::{Value, json};

use crate::cli::{Run, run};
use crate::fake_aws::event_history::{SANDBOX, WORKLOADS, record, switch};
use crate::fake_aws::{FakeAws, Scenario};

pub const ACCOUNT: &str = "222200000001";
const CONTROL_TOWER: &str = "controltower.amazonaws.com";

/// A search at a fixed time.
pub const ARGUMENTS: [&str; 3] = ["outages", "--now", "2026-11-28T00:00:00Z"];

pub fn outages(aws: &FakeAws, arguments: &[&str]) -> Run {
    run(&aws.url, &[&ARGUMENTS, arguments].concat())
}

/// Returns the JSON document and the exit code.
pub fn outages_json(aws: &FakeAws, arguments: &[&str]) -> (Value, i32) {
    let run = outages(aws, &[&["--json"], arguments].concat());
    let document = serde_json::from_str(&run.stdout);
    let document = document.unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr));
    (document, run.code)
}

pub fn disable(time: &str) -> Value {
    switch("DisableAWSServiceAccess", time, CONTROL_TOWER)
}

pub fn enable(time: &str) -> Value {
    switch("EnableAWSServiceAccess", time, CONTROL_TOWER)
}

pub fn move_account(time: &str, account: &str, from: &str, to: &str) -> Value {
    let request = json!({"accountId": account, "sourceParentId": from, "destinationParentId": to});
    record("MoveAccount", time, request, Value::Null)
}

pub fn not_read(document: &Value) -> String {
    document["notRead"].to_string()
}

/// An outage from 10 to 11 o'clock with these changes.
pub fn with_outage(more: impl IntoIterator<Item = Value>) -> Scenario {
    let switches = [
        disable("2026-11-20T10:00:00Z"),
        enable("2026-11-20T11:00:00Z"),
    ];
    Scenario::healthy().with_events(switches.into_iter().chain(more))
}

pub fn moved() -> Value {
    move_account("2026-11-20T10:30:00Z", ACCOUNT, SANDBOX, WORKLOADS)
}
