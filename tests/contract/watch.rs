//! `WATCH_PRINCIPALS`: other services, looked at and never changed.

use serde_json::json;

use super::{CONTROL_TOWER, OTHER, ScriptedOrganizations, enabled, function};
use crate::support::scripted_organizations::{ENABLE, LIST};

const CONFIG: &str = "config.amazonaws.com";

fn watching(names: &str) -> [(&'static str, &str); 1] {
    [("WATCH_PRINCIPALS", names)]
}

#[test]
fn the_report_has_the_state_of_each_from_the_same_pass() {
    let server = ScriptedOrganizations::with_pages(&[&[CONTROL_TOWER], &[OTHER], &["x"]]);
    let function = function(&server, &watching(OTHER));
    let answer = function.invoke("{}");
    assert_eq!(answer.outcome(), "InSync");
    assert_eq!(answer.report()["watched"], json!({OTHER: "enabled"}));
    // Up to the page on which the last of them is.
    assert_eq!(server.operations(), [LIST; 2]);
    assert_eq!(function.metrics(1)[0]["WatchedDisabled"], 0);
    assert_eq!(function.log_lines(1, "WARN"), [json!(null); 0]);
}

#[test]
fn a_disabled_one_is_a_warning_and_a_count_and_stays_as_it_is() {
    let server = ScriptedOrganizations::with(&[OTHER]);
    let function = function(
        &server,
        &watching("config.amazonaws.com, sso.amazonaws.com"),
    );
    let answer = function.invoke("{}");
    assert_eq!(answer.outcome(), "Remediated");
    assert_eq!(
        answer.report()["watched"],
        json!({CONFIG: "disabled", OTHER: "enabled"})
    );
    assert_eq!(server.operations(), [LIST, ENABLE, LIST]);
    assert!(!server.has(CONFIG));
    let warnings = function.log_lines(1, "WARN");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0]["principal"], CONFIG);
    assert_eq!(function.metrics(1)[0]["WatchedDisabled"], 1);
}

#[test]
fn where_none_is_watched_nothing_of_it_is_there() {
    let function = function(&enabled(), &[]);
    assert_eq!(function.invoke("{}").report().get("watched"), None);
    assert_eq!(function.metrics(1)[0].get("WatchedDisabled"), None);
}

#[test]
fn a_failed_run_knows_of_none() {
    let function = function(&enabled(), &watching(CONFIG));
    function.invoke("7");
    assert_eq!(function.metrics(1)[0].get("WatchedDisabled"), None);
}

#[test]
fn what_cannot_be_a_principal_is_a_fault_and_calls_nothing() {
    let server = enabled();
    for names in [
        "",
        "sso",
        CONTROL_TOWER,
        "sso.amazonaws.com;config.amazonaws.com",
    ] {
        let answer = function(&server, &watching(names)).invoke("{}");
        let (error_type, message) = answer.error();
        assert_eq!(error_type, "InvalidConfiguration");
        assert!(message.starts_with("WATCH_PRINCIPALS is "), "{message}");
    }
    assert_eq!(server.operations(), [""; 0]);
}
