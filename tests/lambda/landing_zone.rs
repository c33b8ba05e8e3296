//! The landing-zone check in reports, log lines and metrics. Its decisions are tested in
//! `core/reconcile/landing_zone.rs`.

use serde_json::json;

use super::{CONTROL_TOWER, KEEP_DISABLED, disabled, enabled};
use crate::aws::control_tower::drifted_landing_zone;
use crate::settings::maintenance_hold::in_an_hour;
use crate::support::function::Function;
use crate::support::scripted_organizations::{
    DISABLE, ENABLE, GET_ZONE, LIST, LIST_OPERATIONS, LIST_ZONES, Reply, ScriptedOrganizations,
};

/// Starts the function with a landing-zone Region, and with the server as the endpoint of both services.
pub fn function(server: &ScriptedOrganizations, environment: &[(&str, &str)]) -> Function {
    let endpoint = server.endpoint();
    let mut all = vec![
        ("LANDING_ZONE_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL_CONTROLTOWER", endpoint.as_str()),
    ];
    all.extend(environment);
    super::function(server, &all)
}

#[test]
fn the_landing_zone_is_not_read_when_in_sync() {
    for (server, environment) in [(enabled(), &[][..]), (disabled(), &KEEP_DISABLED[..])] {
        let function = function(&server, environment);
        let result = function.invoke("{}");
        assert_eq!(result.outcome(), "InSync");
        assert_eq!(result.report().get("landingZone"), None);
        assert_eq!(server.operations(), [LIST]);
        assert_eq!(function.metrics(1)[0]["Blocked"], 0);
    }
}

#[test]
fn a_repair_without_landing_zone_region_does_not_read_the_landing_zone() {
    let server = disabled();
    server.set_landing_zone(&drifted_landing_zone());
    // Its endpoint is not used either, so an invalid one is no fault.
    let endpoint = [("AWS_ENDPOINT_URL_CONTROLTOWER", "nonsense")];
    let function = super::function(&server, &endpoint);
    let result = function.invoke("{}");
    assert_eq!(result.outcome(), "Remediated");
    assert_eq!(result.report().get("landingZone"), None);
    assert_eq!(server.operations(), [LIST, ENABLE, LIST]);
    assert_eq!(function.metrics(1)[0].get("Blocked"), None);
}

#[test]
fn a_repair_reports_the_landing_zone_and_the_next_steps() {
    let server = disabled();
    let latest = json!({"version": "4.0", "latestAvailableVersion": "4.0"});
    let mut zone = drifted_landing_zone();
    zone.as_object_mut()
        .unwrap()
        .extend(latest.as_object().unwrap().clone());
    server.set_landing_zone(&zone);
    let event = include_str!("../../events/organizations-disable-root.json");
    let result = function(&server, &[]).invoke(event);
    assert_eq!(result.outcome(), "Remediated");
    let report = result.report();
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
            LIST,
            LIST_ZONES,
            GET_ZONE,
            LIST_OPERATIONS,
            ENABLE,
            LIST,
            LIST_ZONES,
            GET_ZONE
        ]
    );
}

#[test]
fn enabling_is_blocked_without_a_landing_zone_and_done_once_one_exists() {
    let server = disabled();
    let function = function(&server, &[]);
    let result = function.invoke("{}");
    assert_eq!(
        *result.report(),
        json!({
            "outcome": "Blocked",
            "servicePrincipal": CONTROL_TOWER,
            "mode": "enforce",
            "desired": "enabled",
            "observed": "disabled",
            "plan": ENABLE,
            "reason": "no landing zone exists in eu-west-1, and none was decommissioned there in the last 90 days, so \
                       LANDING_ZONE_REGION may be wrong: if a landing zone exists in another Region, correct it now. \
                       Once one is set up in eu-west-1, the next run enables trusted access",
            "landingZone": {"present": false},
            "customNetwork": true,
            "trigger": {"kind": "Manual"},
        })
    );
    assert_eq!(
        server.operations(),
        [LIST, LIST_ZONES, LIST_OPERATIONS, LIST_OPERATIONS]
    );
    let line = &function.log_lines(1, "INFO")[0];
    assert_eq!(
        (&line["outcome"], &line["reason"]),
        (&json!("Blocked"), &result.report()["reason"])
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

    server.set_landing_zone(&drifted_landing_zone());
    assert_eq!(function.invoke("{}").outcome(), "Remediated");
    assert_eq!(function.metrics(2)[1]["Blocked"], 0);
}

#[test]
fn disabling_is_blocked_with_a_landing_zone_and_done_once_it_is_deleted() {
    let server = enabled();
    server.set_landing_zone(&drifted_landing_zone());
    let function = function(&server, &KEEP_DISABLED);
    let result = function.invoke("{}");
    assert_eq!(result.outcome(), "Blocked");
    assert_eq!(
        result.report()["reason"],
        "a landing zone (version 3.3, eu-west-1) exists and needs trusted access. Decommission it first: \
         the next run then disables it"
    );
    assert_eq!(server.operations(), [LIST, LIST_ZONES, GET_ZONE]);
    server.forget_calls();

    server.remove_landing_zone();
    let result = function.invoke("{}");
    assert_eq!(result.outcome(), "Remediated");
    assert_eq!(result.report()["landingZone"], json!({"present": false}));
    assert_eq!(server.operations(), [LIST, LIST_ZONES, DISABLE, LIST]);
}

#[test]
fn enabling_continues_with_a_warning_if_the_landing_zone_cannot_be_read() {
    for operation in [LIST_ZONES, GET_ZONE] {
        let server = disabled();
        server.set_landing_zone(&drifted_landing_zone());
        let denied = Reply::error_with_status(403, "AccessDeniedException", "no");
        server.always(operation, denied);
        let function = function(&server, &[]);
        let result = function.invoke("{}");
        assert_eq!(result.outcome(), "Remediated");
        assert_eq!(result.report()["landingZone"], json!({"unknown": true}));
        assert!(
            result.report()["nextSteps"][1]
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
fn an_unreadable_landing_zone_is_warned_of_if_a_later_read_succeeds_or_the_run_fails() {
    let denied = || Reply::error_with_status(403, "AccessDeniedException", "no");
    let server = disabled();
    server.set_landing_zone(&drifted_landing_zone());
    server.script(GET_ZONE, [denied()]);
    let function = function(&server, &[]);
    let result = function.invoke("{}");
    assert_eq!(result.outcome(), "Remediated");
    assert_eq!(result.report()["landingZone"]["version"], "3.3");
    assert_eq!(function.log_lines(1, "WARN").len(), 1);

    server.set(CONTROL_TOWER, false);
    server.script(GET_ZONE, [denied()]);
    server.script(ENABLE, [Reply::error("ConstraintViolationException")]);
    assert_eq!(function.invoke("{}").error().0, "Rejected");
    assert_eq!(function.log_lines(2, "WARN").len(), 2);
}

#[test]
fn a_landing_zone_in_another_region_is_warned_of_and_does_not_block_a_repair() {
    let server = disabled();
    let mut zone = drifted_landing_zone();
    zone["arn"] = json!("arn:aws:controltower:us-west-2:111122223333:landingzone/1A2B3C4D5E6F7G8H");
    server.set_landing_zone(&zone);
    let function = function(&server, &[]);
    let result = function.invoke("{}");
    assert_eq!(result.outcome(), "Remediated");
    assert_eq!(result.report()["landingZone"], json!({"present": true}));
    let warnings = function.log_lines(1, "WARN");
    assert_eq!(
        warnings[0]["error"],
        "its home Region is us-west-2 and LANDING_ZONE_REGION is eu-west-1: correct that"
    );
    let disabling = self::function(&server, &KEEP_DISABLED);
    let result = disabling.invoke("{}");
    assert_eq!(result.outcome(), "Blocked");
    assert!(server.has(CONTROL_TOWER));
}

#[test]
fn disabling_fails_with_the_error_of_an_unreadable_landing_zone() {
    for operation in [LIST_ZONES, GET_ZONE] {
        let server = enabled();
        server.set_landing_zone(&drifted_landing_zone());
        server.always(
            operation,
            Reply::error_with_status(403, "AccessDeniedException", "no"),
        );
        let function = function(&server, &KEEP_DISABLED);
        let result = function.invoke("{}");
        let (error_type, message) = result.error();
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
fn a_manual_audit_reports_the_landing_zone_and_keeps_the_metric_blocked() {
    let server = disabled();
    let function = function(&server, &[]);
    let result = function.invoke(r#"{"mode":"audit"}"#);
    assert_eq!(result.outcome(), "DriftDetected");
    assert_eq!(result.report()["landingZone"], json!({"present": false}));
    assert_eq!(result.report().get("reason"), None);
    assert!(!server.operations().contains(&ENABLE.to_owned()));
    // The next scheduled run would be blocked, so a manual audit must not clear the alarm.
    assert_eq!(function.metrics(1)[0]["Blocked"], 1);
}

#[test]
fn an_auditing_function_is_never_counted_as_blocked() {
    let function = function(&disabled(), &[("MODE", "audit")]);
    assert_eq!(function.invoke("{}").outcome(), "DriftDetected");
    assert_eq!(function.metrics(1)[0]["Blocked"], 0);
}

#[test]
fn a_maintenance_hold_comes_before_the_landing_zone() {
    let server = disabled();
    let function = function(&server, &[("HOLD_UNTIL", &in_an_hour())]);
    let result = function.invoke("{}");
    assert_eq!(result.outcome(), "Held");
    assert_eq!(result.report()["landingZone"], json!({"present": false}));
    let metrics = &function.metrics(1)[0];
    assert_eq!(
        (&metrics["Held"], &metrics["Blocked"]),
        (&json!(1), &json!(0))
    );
}
