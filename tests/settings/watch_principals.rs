//! `WATCH_PRINCIPALS`: other principals, which are read and never changed.

use serde_json::json;

use crate::lambda::{CONTROL_TOWER, OTHER, ScriptedOrganizations, enabled, function};
use crate::support::scripted_organizations::{ENABLE, LIST};

const CONFIG: &str = "config.amazonaws.com";

fn watching(names: &str) -> [(&'static str, &str); 1] {
    [("WATCH_PRINCIPALS", names)]
}

#[test]
fn the_report_has_the_state_of_each_watched_principal_from_the_same_read() {
    let server = ScriptedOrganizations::with_pages(&[&[CONTROL_TOWER], &[OTHER], &["x"]]);
    let function = function(&server, &watching(OTHER));
    let result = function.invoke("{}");
    assert_eq!(result.outcome(), "InSync");
    assert_eq!(result.report()["watched"], json!({OTHER: "enabled"}));
    // The second page has the last watched principal.
    assert_eq!(server.operations(), [LIST; 2]);
    assert_eq!(function.metrics(1)[0]["WatchedDisabled"], 0);
    assert_eq!(function.log_lines(1, "WARN"), [json!(null); 0]);
}

#[test]
fn a_disabled_watched_principal_is_warned_of_and_counted_and_not_changed() {
    let server = ScriptedOrganizations::with(&[OTHER]);
    let function = function(
        &server,
        &watching("config.amazonaws.com, sso.amazonaws.com"),
    );
    let result = function.invoke("{}");
    assert_eq!(result.outcome(), "Remediated");
    assert_eq!(
        result.report()["watched"],
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
fn without_watched_principals_the_report_and_the_metrics_do_not_mention_them() {
    let function = function(&enabled(), &[]);
    assert_eq!(function.invoke("{}").report().get("watched"), None);
    assert_eq!(function.metrics(1)[0].get("WatchedDisabled"), None);
}

#[test]
fn a_failed_run_has_no_metric_watched_disabled() {
    let function = function(&enabled(), &watching(CONFIG));
    function.invoke("7");
    assert_eq!(function.metrics(1)[0].get("WatchedDisabled"), None);
}

#[test]
fn an_invalid_watched_principal_is_an_invalid_configuration_without_aws_calls() {
    let server = enabled();
    for names in [
        "",
        "sso",
        CONTROL_TOWER,
        "sso.amazonaws.com;config.amazonaws.com",
    ] {
        let result = function(&server, &watching(names)).invoke("{}");
        let (error_type, message) = result.error();
        assert_eq!(error_type, "InvalidConfiguration");
        assert!(message.starts_with("WATCH_PRINCIPALS is "), "{message}");
    }
    assert_eq!(server.operations(), [""; 0]);
}

#[test]
fn a_known_wrong_name_is_warned_of_at_the_start_and_watched_all_the_same() {
    let (wrong, right) = (
        "stacksets.cloudformation.amazonaws.com",
        "member.org.stacksets.cloudformation.amazonaws.com",
    );
    let names = format!("{OTHER},{wrong}");
    let server = ScriptedOrganizations::with(&[CONTROL_TOWER, OTHER, right]);
    let function = function(&server, &watching(&names));
    let result = function.invoke("{}");
    function.invoke("{}");
    assert_eq!(
        result.report()["watched"],
        json!({OTHER: "enabled", wrong: "disabled"})
    );
    let warnings = function.log_lines(2, "WARN");
    let corrected = |line: &&serde_json::Value| line.get("correct").is_some();
    let corrections: Vec<_> = warnings.iter().filter(corrected).collect();
    assert_eq!(corrections.len(), 1, "{warnings:?}");
    assert_eq!(corrections[0]["principal"], wrong);
    assert_eq!(corrections[0]["correct"], right);
}
