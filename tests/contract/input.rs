//! The table of inputs, and payloads that want to hurt.

use serde_json::{Value, json};

use super::{CONTROL_TOWER, OTHER, disabled, enabled, function};
use crate::support::scripted_organizations::{ENABLE, LIST};

/// The kind that a payload is reported as, by a run that reconciles.
fn kind_of(payload: &Value) -> String {
    let server = enabled();
    let answer = function(&server, &[]).invoke(&payload.to_string());
    assert_eq!(server.operations(), [LIST], "{payload}");
    answer.report()["trigger"]["kind"]
        .as_str()
        .expect("a kind")
        .to_owned()
}

#[test]
fn an_organizations_event_reconciles() {
    assert_eq!(
        kind_of(&json!({"source": "aws.organizations"})),
        "OrganizationsEvent"
    );
}

#[test]
fn the_report_of_an_event_tells_all_that_the_event_tells() {
    let event = include_str!("../../events/organizations-disable-assumed-role.json");
    let answer = function(&enabled(), &[]).invoke(event);
    assert_eq!(
        *answer.report(),
        json!({
            "outcome": "InSync",
            "servicePrincipal": CONTROL_TOWER,
            "mode": "enforce",
            "desired": "enabled",
            "observed": "enabled",
            "enabledSince": "2025-11-23T10:02:33.25Z",
            "trigger": {
                "kind": "OrganizationsEvent",
                "id": "3f1c2d4e-0000-4000-8000-000000000001",
                "name": "DisableAWSServiceAccess",
                "time": "2026-11-23T10:00:15Z",
                "actor": {
                    "type": "AssumedRole",
                    "arn": "arn:aws:sts::111122223333:assumed-role/PlatformCleanup/cleanup-7c1d",
                    "issuerArn": "arn:aws:iam::111122223333:role/PlatformCleanup",
                    "sourceIp": "203.0.113.17",
                    "userAgent": "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux md/command#organizations.disable-aws-service-access",
                },
            },
        })
    );
}

#[test]
fn a_control_tower_event_of_any_detail_type_reconciles() {
    let event = json!({"source": "aws.controltower", "detail-type": "Something New"});
    assert_eq!(kind_of(&event), "ControlTowerEvent");
}

#[test]
fn a_scheduler_event_reconciles_even_with_a_string_for_its_detail() {
    assert_eq!(
        kind_of(&json!({"source": "aws.scheduler", "detail": "{}"})),
        "Schedule"
    );
}

#[test]
fn a_scheduled_rule_reconciles() {
    let event = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
    assert_eq!(kind_of(&event), "Schedule");
}

#[test]
fn any_other_event_reconciles_with_a_warning() {
    for payload in [
        r#"{"source":"aws.s3","detail-type":"Object Created"}"#,
        r#"{"Records":[{}]}"#,
    ] {
        let server = disabled();
        let function = function(&server, &[]);
        let answer = function.invoke(payload);
        assert_eq!(answer.report()["trigger"]["kind"], "Unrecognized");
        assert_eq!(answer.outcome(), "Remediated");
        assert_eq!(function.log_lines(1, "WARN").len(), 1);
    }
}

#[test]
fn null_and_an_empty_object_are_manual_runs() {
    assert_eq!(kind_of(&json!(null)), "Manual");
    assert_eq!(kind_of(&json!({})), "Manual");
}

#[test]
fn a_manual_audit_narrows_an_enforcing_function_for_its_run_only() {
    let server = disabled();
    let function = function(&server, &[]);
    let answer = function.invoke(r#"{"mode":"audit"}"#);
    assert_eq!(
        (answer.outcome(), &answer.report()["mode"]),
        ("DriftDetected", &json!("audit"))
    );
    assert!(!server.has(CONTROL_TOWER));
    assert_eq!(function.invoke("{}").outcome(), "Remediated");
}

#[test]
fn a_manual_enforce_is_what_an_enforcing_function_does_anyway() {
    let server = disabled();
    let answer = function(&server, &[]).invoke(r#"{"mode":"enforce"}"#);
    assert_eq!(
        (answer.outcome(), &answer.report()["mode"]),
        ("Remediated", &json!("enforce"))
    );
}

#[test]
fn a_manual_enforce_cannot_widen_an_auditing_function() {
    let server = disabled();
    let answer = function(&server, &[("MODE", "audit")]).invoke(r#"{"mode":"enforce"}"#);
    let message = "the payload asks for mode \"enforce\", and the function's MODE is audit, which a payload \
                   cannot widen: send {} or {\"mode\":\"audit\"}, or set MODE=enforce on the function";
    assert_eq!(answer.error(), ("InvalidRequest", message));
    assert_eq!(server.operations(), [""; 0]);
}

#[test]
fn anything_else_is_refused_without_an_aws_call() {
    let server = disabled();
    let function = function(&server, &[]);
    let million = format!("\"{}\"", "x".repeat(1 << 20));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for payload in [
        "[]",
        "7",
        "-0.5e700",
        "true",
        "\"{}\"",
        &million,
        &deep,
        r#"{"mode":"ENFORCE"}"#,
        r#"{"mode":null}"#,
        r#"{"mode":"audit","x":1}"#,
        r#"{"source":null,"detail-type":null}"#,
        r#"{"Records":null}"#,
    ] {
        let answer = function.invoke(payload);
        let (error_type, message) = answer.error();
        assert_eq!(error_type, "InvalidRequest");
        assert!(
            message.lines().count() == 1 && message.len() < 300,
            "{message}"
        );
    }
    assert_eq!(server.operations(), [""; 0]);
    assert_eq!(
        function.invoke("{}").outcome(),
        "Remediated",
        "the next invocation is unharmed"
    );
}

#[test]
fn hostile_events_wake_the_function_like_any_other() {
    let million = "x".repeat(1 << 20);
    let deep = format!(
        "{}{}",
        r#"{"a":"#.repeat(100_000),
        format_args!("1{}", "}".repeat(100_000))
    );
    let nulls =
        r#"{"eventName":null,"userIdentity":null,"requestParameters":null,"sourceIPAddress":null}"#;
    let server = enabled();
    let function = function(&server, &[]);
    for detail in [
        &format!("\"{million}\""),
        &deep,
        nulls,
        "[]",
        "1e999",
        r#"{"userIdentity":{"type":[]}}"#,
    ] {
        let event =
            format!(r#"{{"source":"aws.organizations","id":null,"time":7,"detail":{detail}}}"#);
        let answer = function.invoke(&event);
        assert_eq!(answer.outcome(), "InSync");
        assert_eq!(
            answer.report()["trigger"],
            json!({"kind": "OrganizationsEvent"})
        );
    }
}

#[test]
fn no_input_chooses_the_principal_or_the_desired_state() {
    let server = disabled();
    let event = json!({
        "source": "aws.organizations", "mode": "audit", "desired": "disabled", "DESIRED_STATE": "disabled",
        "servicePrincipal": OTHER, "detail": {"requestParameters": {"servicePrincipal": OTHER}},
    });
    let answer = function(&server, &[]).invoke(&event.to_string());
    assert_eq!(answer.outcome(), "Remediated");
    assert_eq!(answer.report()["servicePrincipal"], CONTROL_TOWER);
    assert_eq!(server.calls()[1].operation, ENABLE);
    assert_eq!(
        server.calls()[1].body,
        json!({"ServicePrincipal": CONTROL_TOWER})
    );
    assert!(server.has(OTHER));
}

#[test]
fn twenty_duplicates_of_one_event_write_once() {
    let server = disabled();
    let function = function(&server, &[]);
    let event = include_str!("../../events/organizations-disable-assumed-role.json");
    let outcomes: Vec<String> = (0..20)
        .map(|_| function.invoke(event).outcome().to_owned())
        .collect();
    assert_eq!(outcomes[0], "Remediated");
    assert_eq!(outcomes[1..], vec!["InSync"; 19]);
    let writes = server
        .operations()
        .iter()
        .filter(|operation| *operation == ENABLE)
        .count();
    assert_eq!(writes, 1);
}

/// What follows a whole value is not seen: the runtime crate does not look. Lambda itself hands on
/// nothing but JSON.
#[test]
fn a_payload_that_does_not_begin_with_a_json_value_is_refused_like_any_other() {
    let server = enabled();
    let function = function(&server, &[]);
    for payload in ["", "{", "\u{feff}{}", "nul", "{'mode':'audit'}"] {
        assert_eq!(
            function.invoke(payload).error().0,
            "InvalidRequest",
            "{payload}"
        );
    }
    assert_eq!(server.operations(), [""; 0]);
    assert_eq!(function.log_lines(5, "ERROR").len(), 5);
    assert_eq!(function.invoke("{}").outcome(), "InSync");
}
