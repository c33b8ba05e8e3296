//! `HOLD_UNTIL`: a maintenance hold with an end.

use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Value, json};

use super::REMEDY;
use crate::lambda::{CONTROL_TOWER, disabled, enabled, function};
use crate::support::scripted_organizations::{ENABLE, LIST, Reply};

fn rfc3339(time: SystemTime) -> String {
    DateTime::from(time).fmt(Format::DateTime).unwrap()
}

pub fn in_an_hour() -> String {
    rfc3339(SystemTime::now() + Duration::from_hours(1))
}

#[test]
fn a_maintenance_hold_reports_a_due_change_and_does_not_make_it() {
    let server = disabled();
    let until = in_an_hour();
    let function = function(&server, &[("HOLD_UNTIL", &until)]);
    assert_eq!(
        *function.invoke("{}").report(),
        json!({
            "outcome": "Held",
            "servicePrincipal": CONTROL_TOWER,
            "mode": "enforce",
            "desired": "enabled",
            "observed": "disabled",
            "plan": ENABLE,
            "heldUntil": until,
            "customNetwork": true,
            "trigger": {"kind": "Manual"},
        })
    );
    assert_eq!(server.operations(), [LIST]);
    assert_eq!(function.log_lines(1, "INFO")[0]["outcome"], "Held");
}

#[test]
fn the_same_process_makes_the_due_change_after_the_maintenance_hold() {
    let server = disabled();
    // On a busy machine the start may take longer than a short hold.
    let held = [2, 8, 32].into_iter().find_map(|seconds| {
        server.set(CONTROL_TOWER, false);
        let until = rfc3339(SystemTime::now() + Duration::from_secs(seconds));
        let function = function(&server, &[("HOLD_UNTIL", &until)]);
        (function.invoke("{}").outcome() == "Held").then_some(function)
    });
    let function = held.expect("a start within 32 s");
    let give_up = SystemTime::now() + Duration::from_mins(1);
    let outcome = loop {
        let result = function.invoke("{}");
        if result.outcome() != "Held" || SystemTime::now() > give_up {
            break result.outcome().to_owned();
        }
    };
    assert_eq!(outcome, "Remediated");
    assert!(server.has(CONTROL_TOWER));
}

#[test]
fn the_metric_held_exists_only_with_a_maintenance_hold() {
    let server = disabled();
    let function = function(&server, &[("HOLD_UNTIL", &in_an_hour())]);
    function.invoke("{}");
    function.invoke(r#"{"mode":"audit"}"#);
    server.set(CONTROL_TOWER, true);
    function.invoke("{}");
    let metrics = function.metrics(3);
    let counts = |name: &str| {
        metrics
            .iter()
            .map(|line| line[name].clone())
            .collect::<Value>()
    };
    assert_eq!(json!([1, 1, 0]), counts("Held"));
    assert_eq!(json!([1, 1, 0]), counts("Drift"));
    let without = crate::lambda::function(&enabled(), &[]);
    without.invoke("{}");
    assert_eq!(without.metrics(1)[0].get("Held"), None);
}

#[test]
fn a_failed_run_during_a_maintenance_hold_has_no_metric_held() {
    let server = disabled();
    let function = function(&server, &[("HOLD_UNTIL", &in_an_hour())]);
    server.script(LIST, [Reply::error("AccessDeniedException")]);
    function.invoke("{}");
    assert_eq!(function.metrics(1)[0].get("Held"), None);
}

#[test]
fn an_invalid_hold_until_is_an_invalid_configuration_without_aws_calls() {
    let late = rfc3339(SystemTime::now() + Duration::from_hours(31 * 24));
    for value in ["", "tomorrow", "2026-11-24", &late] {
        let server = disabled();
        let result = function(&server, &[("HOLD_UNTIL", value)]).invoke("{}");
        let message = format!(
            "HOLD_UNTIL is {value:?}: it takes an RFC 3339 time at most 30 days ahead, such as \
             2026-11-24T18:00:00Z. {REMEDY}"
        );
        assert_eq!(result.error(), ("InvalidConfiguration", message.as_str()));
        assert_eq!(server.operations(), [""; 0]);
    }
}
