//! The log lines and the metric line of a run.

use serde_json::{Value, json};

use super::{CONTROL_TOWER, disabled, enabled, function};
use crate::support::runtime_api::FUNCTION_NAME;
use crate::support::scripted_organizations::{LIST, Reply};

fn counts(metric: &Value) -> [u64; 4] {
    ["Reconciliations", "Drift", "Remediations", "Failures"]
        .map(|name| metric[name].as_u64().expect("a count"))
}

#[test]
fn a_successful_run_ends_with_one_info_line() {
    let server = disabled();
    let function = function(&server, &[]);
    function.invoke(include_str!("../../events/organizations-disable-root.json"));
    function.invoke("{}");
    let lines = function.log_lines(2, "INFO");
    assert_eq!(lines.len(), 2, "{lines:?}");
    for (line, outcome, trigger, observed, cold_start) in [
        (
            &lines[0],
            "Remediated",
            "OrganizationsEvent",
            "disabled",
            true,
        ),
        (&lines[1], "InSync", "Manual", "enabled", false),
    ] {
        assert_eq!(line["message"], "reconciled");
        assert_eq!(line["outcome"], outcome);
        assert_eq!(line["trigger"], trigger);
        assert_eq!(line["desired"], "enabled");
        assert_eq!(line["observed"], observed);
        assert_eq!(line["mode"], "enforce");
        assert_eq!(line["cold_start"], cold_start);
        assert!(line["duration_ms"].is_u64());
    }
    assert_eq!(lines[1]["request_id"], "request-1");
    assert_eq!(function.log_lines(2, "ERROR"), [json!(null); 0]);
}

#[test]
fn a_failed_run_has_one_error_line_and_no_info_line() {
    let server = disabled();
    server.script(LIST, [Reply::error("AccessDeniedException")]);
    let function = function(&server, &[]);
    let result = function.invoke("{}");
    function.invoke("[]");
    let lines = function.log_lines(2, "ERROR");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0]["error_type"], "AccessDenied");
    assert_eq!(lines[0]["transient"], false);
    assert_eq!(lines[0]["error"], result.error().1);
    assert_eq!(lines[1]["error_type"], "InvalidRequest");
    assert_eq!(function.log_lines(2, "INFO"), [json!(null); 0]);
}

#[test]
fn the_error_line_has_the_cause_and_no_raw_response() {
    let server = disabled();
    server.script(LIST, [Reply::html(200)]);
    let function = function(&server, &[]);
    function.invoke("{}");
    let line = &function.log_lines(1, "ERROR")[0];
    assert_eq!(
        (&line["error_type"], &line["transient"]),
        (&json!("InvalidResponse"), &json!(true))
    );
    let cause = &line["cause"];
    assert!(
        cause
            .as_str()
            .expect("a chain")
            .starts_with("response error: "),
        "{cause}"
    );
    assert!(
        function
            .lines(1)
            .iter()
            .all(|line| !line.contains("Gateway"))
    );
}

#[test]
fn an_error_line_without_a_cause_has_no_field_for_it() {
    let function = function(&enabled(), &[]);
    function.invoke("[]");
    assert_eq!(function.log_lines(1, "ERROR")[0].get("cause"), None);
}

#[test]
fn an_invalid_configuration_is_one_error_line_and_one_failure_per_run() {
    let function = function(&enabled(), &[("MODE", "off")]);
    function.invoke("{}");
    let lines = function.log_lines(1, "ERROR");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["error_type"], "InvalidConfiguration");
    assert_eq!(counts(&function.metrics(1)[0]), [0, 0, 0, 1]);
}

#[test]
fn each_run_has_one_metric_line_with_its_counts() {
    let server = disabled();
    let function = function(&server, &[]);
    function.invoke(r#"{"mode":"audit"}"#);
    function.invoke("{}");
    function.invoke("{}");
    function.invoke("7");
    server.set(CONTROL_TOWER, false);
    server.script(
        "EnableAWSServiceAccess",
        [Reply::error("InvalidInputException")],
    );
    function.invoke("{}");
    let metrics = function.metrics(5);
    let actual: Vec<_> = metrics.iter().map(counts).collect();
    assert_eq!(
        actual,
        [
            [1, 1, 0, 0],
            [1, 1, 1, 0],
            [1, 0, 0, 0],
            [0, 0, 0, 1],
            [0, 1, 0, 1]
        ]
    );
    for metric in metrics {
        assert_eq!(metric["FunctionName"], FUNCTION_NAME);
        let directive = &metric["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "ControlTowerTrustedAccess");
        assert_eq!(directive["Dimensions"], json!([["FunctionName"]]));
    }
}

#[test]
fn outage_seconds_exists_only_if_the_event_has_the_time_of_the_disabling_call() {
    let server = disabled();
    let function = function(&server, &[]);
    let by_caller = function.invoke(include_str!("../../events/organizations-disable-root.json"));
    let outage = &by_caller.report()["outage"];
    assert_eq!(outage["disabledAt"], "2026-11-23T10:02:23Z");
    assert_eq!(outage["disabledBy"], "arn:aws:iam::111122223333:root");
    assert_eq!(
        by_caller.report()["nextSteps"].as_array().map(Vec::len),
        Some(3)
    );
    server.set(CONTROL_TOWER, false);
    let by_hand = function.invoke("{}");
    let known: Vec<&String> = by_hand.report()["outage"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(known, ["restoredAt"]);
    let metrics = function.metrics(2);
    assert_eq!(metrics[0]["OutageSeconds"], outage["seconds"]);
    assert!(outage["seconds"].as_u64() > Some(0));
    assert_eq!(metrics[1].get("OutageSeconds"), None);
}

#[test]
fn no_text_of_a_payload_is_logged_above_debug() {
    let marker = "MARKER-7f3a";
    let event = json!({
        "source": "aws.organizations", "detail-type": marker, "id": marker, "time": marker, marker: marker,
        "detail": {
            "eventName": marker, "sourceIPAddress": marker, "userAgent": marker, "errorMessage": marker,
            "userIdentity": {"type": marker, "arn": marker},
        },
    });
    let unrecognized = json!({"source": marker, "detail-type": marker});
    let invalid = json!({"mode": marker, marker: [marker]});
    let server = disabled();
    let function = function(&server, &[]);
    let reported = function.invoke(&event.to_string()).report().to_string();
    assert!(reported.contains(marker), "the report has it: {reported}");
    function.invoke(&unrecognized.to_string());
    function.invoke(&invalid.to_string());
    function.invoke(&json!({"mode": marker}).to_string());
    function.invoke(&format!("\"{marker}\""));
    let lines = function.lines(5);
    assert!(lines.len() >= 11, "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains(marker)), "{lines:?}");
}

#[test]
fn the_payload_is_logged_at_debug() {
    let function = function(&enabled(), &[("AWS_LAMBDA_LOG_LEVEL", "DEBUG")]);
    function.invoke(r#"{"source":"aws.organizations","id":"e-1"}"#);
    let lines = function.log_lines(1, "DEBUG");
    let payload = json!(r#"{"source":"aws.organizations","id":"e-1"}"#);
    assert_eq!(
        lines
            .iter()
            .filter(|line| line["payload"] == payload)
            .count(),
        1
    );
}

#[test]
fn the_metric_line_does_not_depend_on_the_log_level() {
    let function = function(&enabled(), &[("RUST_LOG", "off")]);
    function.invoke("{}");
    assert_eq!(function.lines(1).len(), 1);
}
