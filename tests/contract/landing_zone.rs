//! `LANDING_ZONE_REGION`: where a change is due, the landing zone has its say.

use serde_json::{Value, json};

use super::{CONTROL_TOWER, disabled, enabled};
use crate::adapter::landing_zone::drifted;
use crate::support::fake_lambda::Function;
use crate::support::scripted_organizations::{
    DISABLE, ENABLE, GET_ZONE, LIST, LIST_ZONES, Reply, ScriptedOrganizations,
};

const DISABLING: [(&str, &str); 2] = [("DESIRED_STATE", "disabled"), ("ALLOW_DISABLE", "true")];

/// The function before both services, whose home Region is Ireland.
fn function(server: &ScriptedOrganizations, environment: &[(&str, &str)]) -> Function {
    let endpoint = server.endpoint();
    let mut all = vec![
        ("LANDING_ZONE_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL_CONTROLTOWER", endpoint.as_str()),
    ];
    all.extend(environment);
    super::function(server, &all)
}

#[test]
fn in_sync_nobody_asks_for_it() {
    for (server, environment) in [(enabled(), &[][..]), (disabled(), &DISABLING[..])] {
        let function = function(&server, environment);
        let answer = function.invoke("{}");
        assert_eq!(answer.outcome(), "InSync");
        assert_eq!(answer.report().get("landingZone"), None);
        assert_eq!(server.operations(), [LIST]);
        assert_eq!(function.metrics(1)[0]["Blocked"], 0);
    }
}

#[test]
fn without_the_variable_a_repair_asks_nobody() {
    let server = disabled();
    server.landing_zone(&drifted());
    // Nor does its endpoint say anything then, were it nonsense.
    let endpoint = [("AWS_ENDPOINT_URL_CONTROLTOWER", "nonsense")];
    let function = super::function(&server, &endpoint);
    let answer = function.invoke("{}");
    assert_eq!(answer.outcome(), "Remediated");
    assert_eq!(answer.report().get("landingZone"), None);
    assert_eq!(server.operations(), [LIST, ENABLE, LIST]);
    assert_eq!(function.metrics(1)[0].get("Blocked"), None);
}

#[test]
fn a_repair_tells_what_the_landing_zone_is_like_and_what_is_left_to_do() {
    let server = disabled();
    let latest = json!({"version": "4.0", "latestAvailableVersion": "4.0"});
    let mut zone = drifted();
    zone.as_object_mut()
        .unwrap()
        .extend(latest.as_object().unwrap().clone());
    server.landing_zone(&zone);
    let event = include_str!("../../events/organizations-disable-root.json");
    let answer = function(&server, &[]).invoke(event);
    assert_eq!(answer.outcome(), "Remediated");
    let report = answer.report();
    assert_eq!(
        report["landingZone"],
        json!({
            "present": true,
            "version": "4.0",
            "latestVersion": "4.0",
            "status": "ACTIVE",
            "driftStatus": "DRIFTED",
        })
    );
    assert_eq!(report.get("reason"), None);
    assert_eq!(
        report["nextSteps"][1],
        "Enabling trusted access does not repair the landing zone's drift. Reset the landing zone (version \
         4.0, eu-west-1), even if it still reports IN_SYNC: aws controltower reset-landing-zone \
         --landing-zone-identifier \
         arn:aws:controltower:eu-west-1:111122223333:landingzone/1A2B3C4D5E6F7G8H --region eu-west-1"
    );
    assert_eq!(
        server.operations(),
        [
            LIST, LIST_ZONES, GET_ZONE, ENABLE, LIST, LIST_ZONES, GET_ZONE
        ]
    );
}

#[test]
fn enabling_where_there_is_no_landing_zone_is_blocked() {
    let server = disabled();
    let function = function(&server, &[]);
    let answer = function.invoke("{}");
    assert_eq!(
        *answer.report(),
        json!({
            "outcome": "Blocked",
            "servicePrincipal": CONTROL_TOWER,
            "mode": "enforce",
            "desired": "enabled",
            "observed": "disabled",
            "plan": ENABLE,
            "reason": "no landing zone exists in eu-west-1, and some installers of AWS Control Tower refuse to \
                       start if trusted access is already enabled. Once one is set up, the next run \
                       enables it; if one exists in another Region, correct LANDING_ZONE_REGION",
            "landingZone": {"present": false},
            "trigger": {"kind": "Manual"},
        })
    );
    assert_eq!(server.operations(), [LIST, LIST_ZONES]);
    let line = &function.log_lines(1, "INFO")[0];
    assert_eq!(
        (&line["outcome"], &line["reason"]),
        (&json!("Blocked"), &answer.report()["reason"])
    );
    let metrics = &function.metrics(1)[0];
    assert_eq!(
        (&metrics["Blocked"], &metrics["Drift"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        (&metrics["Remediations"], &metrics["Reconciliations"]),
        (&json!(0), &json!(1))
    );

    server.landing_zone(&drifted());
    assert_eq!(function.invoke("{}").outcome(), "Remediated");
    assert_eq!(function.metrics(2)[1]["Blocked"], 0);
}

#[test]
fn disabling_where_there_is_one_is_blocked_and_done_once_it_is_gone() {
    let server = enabled();
    server.landing_zone(&drifted());
    let function = function(&server, &DISABLING);
    let answer = function.invoke("{}");
    assert_eq!(answer.outcome(), "Blocked");
    assert_eq!(
        answer.report()["reason"],
        "a landing zone (version 3.3, eu-west-1) exists and needs trusted access. Decommission it first: \
         the next run then disables it"
    );
    assert_eq!(server.operations(), [LIST, LIST_ZONES, GET_ZONE]);
    server.forget_calls();

    server.no_landing_zone();
    let answer = function.invoke("{}");
    assert_eq!(answer.outcome(), "Remediated");
    assert_eq!(answer.report()["landingZone"], json!({"present": false}));
    assert_eq!(server.operations(), [LIST, LIST_ZONES, DISABLE, LIST]);
}

#[test]
fn enabling_goes_on_with_a_warning_where_it_cannot_be_read() {
    for operation in [LIST_ZONES, GET_ZONE] {
        let server = disabled();
        server.landing_zone(&drifted());
        let denied = Reply::error_of(403, "AccessDeniedException", "no");
        server.forever(operation, denied);
        let function = function(&server, &[]);
        let answer = function.invoke("{}");
        assert_eq!(answer.outcome(), "Remediated");
        assert_eq!(answer.report()["landingZone"], json!({"unknown": true}));
        assert!(
            answer.report()["nextSteps"][1]
                .as_str()
                .unwrap()
                .contains("The landing zone could not be read.")
        );
        assert!(server.has(CONTROL_TOWER));
        let warnings = function.log_lines(1, "WARN");
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert_eq!(warnings[0]["message"], "the landing zone could not be read");
        let error = warnings[0]["error"].as_str().unwrap();
        assert!(
            error.starts_with(&format!("{operation}: AccessDeniedException: no. ")),
            "{error}"
        );
    }
}

#[test]
fn what_could_not_be_read_is_warned_of_also_where_it_can_be_read_afterwards_or_the_run_fails() {
    let denied = || Reply::error_of(403, "AccessDeniedException", "no");
    let server = disabled();
    server.landing_zone(&drifted());
    server.script(GET_ZONE, [denied()]);
    let function = function(&server, &[]);
    let answer = function.invoke("{}");
    assert_eq!(answer.outcome(), "Remediated");
    assert_eq!(answer.report()["landingZone"]["version"], "3.3");
    assert_eq!(function.log_lines(1, "WARN").len(), 1);

    server.set(CONTROL_TOWER, false);
    server.script(GET_ZONE, [denied()]);
    server.script(ENABLE, [Reply::error("ConstraintViolationException")]);
    assert_eq!(function.invoke("{}").error().0, "Rejected");
    assert_eq!(function.log_lines(2, "WARN").len(), 2);
}

#[test]
fn a_wrong_region_is_warned_of_and_takes_no_repair_away() {
    let server = disabled();
    let mut zone = drifted();
    zone["arn"] = json!("arn:aws:controltower:us-west-2:111122223333:landingzone/1A2B3C4D5E6F7G8H");
    server.landing_zone(&zone);
    let function = function(&server, &[]);
    let answer = function.invoke("{}");
    assert_eq!(answer.outcome(), "Remediated");
    assert_eq!(answer.report()["landingZone"], json!({"present": true}));
    let warnings = function.log_lines(1, "WARN");
    assert_eq!(
        warnings[0]["error"],
        "its home Region is us-west-2 and LANDING_ZONE_REGION is eu-west-1: correct that"
    );
    let disabling = self::function(&server, &DISABLING);
    let answer = disabling.invoke("{}");
    assert_eq!(answer.outcome(), "Blocked");
    assert!(server.has(CONTROL_TOWER));
}

#[test]
fn disabling_fails_with_the_reads_error_where_it_cannot_be_read() {
    for operation in [LIST_ZONES, GET_ZONE] {
        let server = enabled();
        server.landing_zone(&drifted());
        server.forever(
            operation,
            Reply::error_of(403, "AccessDeniedException", "no"),
        );
        let function = function(&server, &DISABLING);
        let answer = function.invoke("{}");
        let (error_type, message) = answer.error();
        assert_eq!(error_type, "AccessDenied");
        assert!(
            message.starts_with(&format!("{operation}: AccessDeniedException: no. ")),
            "{message}"
        );
        assert!(server.has(CONTROL_TOWER));
        let metrics = &function.metrics(1)[0];
        assert_eq!(
            (&metrics["Failures"], &metrics["Drift"]),
            (&json!(1), &json!(1))
        );
        assert_eq!(metrics.get("Blocked"), None);
    }
}

#[test]
fn an_audit_tells_of_the_landing_zone_and_is_not_called_blocked() {
    let server = disabled();
    let function = function(&server, &[]);
    let answer = function.invoke(r#"{"mode":"audit"}"#);
    assert_eq!(answer.outcome(), "DriftDetected");
    assert_eq!(answer.report()["landingZone"], json!({"present": false}));
    assert_eq!(answer.report().get("reason"), None);
    assert_eq!(server.operations(), [LIST, LIST_ZONES]);
    // The function would be blocked, and an audit by hand does not say otherwise to the alarm.
    assert_eq!(function.metrics(1)[0]["Blocked"], 1);
}

#[test]
fn a_function_that_only_audits_is_never_counted_as_blocked() {
    let function = function(&disabled(), &[("MODE", "audit")]);
    assert_eq!(function.invoke("{}").outcome(), "DriftDetected");
    assert_eq!(function.metrics(1)[0]["Blocked"], 0);
}

#[test]
fn a_maintenance_comes_before_the_landing_zone() {
    let server = disabled();
    let function = function(&server, &[("HOLD_UNTIL", &super::hold::in_an_hour())]);
    let answer = function.invoke("{}");
    assert_eq!(answer.outcome(), "Held");
    assert_eq!(answer.report()["landingZone"], json!({"present": false}));
    let metrics = &function.metrics(1)[0];
    assert_eq!(
        (&metrics["Held"], &metrics["Blocked"]),
        (&json!(1), &json!(0))
    );
}

#[test]
fn what_does_not_look_like_a_region_is_a_fault_and_calls_nothing() {
    for value in ["", "Ireland", "EU-WEST-1", "eu-west-1.example.com"] {
        let server = disabled();
        let function = super::function(&server, &[("LANDING_ZONE_REGION", value)]);
        let answer = function.invoke("{}");
        let message = format!(
            "LANDING_ZONE_REGION is {value:?}: it takes the name of the landing zone's home Region, such as \
             eu-west-1. Correct the function's environment; until then no AWS call is made"
        );
        assert_eq!(answer.error(), ("InvalidConfiguration", message.as_str()));
        assert_eq!(server.operations(), [""; 0]);
    }
}

#[test]
fn what_control_tower_answers_reaches_no_line_and_no_report_unstripped() {
    let server = disabled();
    let mut zone: Value = drifted();
    zone["version"] = json!("3.3\u{202e}\u{1b}[31m");
    zone["driftStatus"]["status"] = json!("x".repeat(10_000));
    server.landing_zone(&zone);
    let function = function(&server, &[]);
    let report = function.invoke("{}").report().clone();
    assert_eq!(report["landingZone"]["version"], "3.3  [31m");
    assert_eq!(
        report["landingZone"]["driftStatus"].as_str().unwrap().len(),
        1024
    );
    zone["arn"] = json!("arn:aws:controltower:us\u{1b}[31m:111122223333:landingzone/X");
    server.landing_zone(&zone);
    server.set(CONTROL_TOWER, false);
    function.invoke("{}");
    let warning = &function.log_lines(2, "WARN")[0]["error"];
    assert!(
        warning
            .as_str()
            .unwrap()
            .starts_with("its home Region is us [31m and"),
        "{warning}"
    );
}
