//! The payloads of an invocation. Their classification is tested in `src/lambda/event/tests.rs`.

use serde_json::json;

use super::{CONTROL_TOWER, OTHER, disabled, enabled, function};
use crate::support::scripted_organizations::ENABLE;

#[test]
fn the_report_has_the_trigger_and_the_actor_of_an_event() {
    let event = include_str!("../../events/organizations-disable-assumed-role.json");
    let result = function(&enabled(), &[]).invoke(event);
    assert_eq!(
        *result.report(),
        json!({
            "outcome": "InSync",
            "servicePrincipal": CONTROL_TOWER,
            "mode": "enforce",
            "desired": "enabled",
            "observed": "enabled",
            "enabledSince": "2025-11-23T10:02:33.25Z",
            "customNetwork": true,
            "trigger": {
                "kind": "OrganizationsEvent",
                "id": "3f1c2d4e-0000-4000-8000-000000000001",
                "name": "DisableAWSServiceAccess",
                "time": "2026-11-23T10:00:15Z",
                "actor": {
                    "name": "arn:aws:sts::111122223333:assumed-role/PlatformCleanup/cleanup-7c1d",
                    "type": "AssumedRole",
                    "arn": "arn:aws:sts::111122223333:assumed-role/PlatformCleanup/cleanup-7c1d",
                    "issuerArn": "arn:aws:iam::111122223333:role/PlatformCleanup",
                    "accountId": "111122223333",
                    "sourceIp": "203.0.113.17",
                    "userAgent": "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux md/command#organizations.disable-aws-service-access",
                },
            },
        })
    );
}

#[test]
fn an_unrecognized_event_reconciles_with_a_warning() {
    for payload in [
        r#"{"source":"aws.s3","detail-type":"Object Created"}"#,
        r#"{"Records":[{}]}"#,
    ] {
        let server = disabled();
        let function = function(&server, &[]);
        let result = function.invoke(payload);
        assert_eq!(result.report()["trigger"]["kind"], "Unrecognized");
        assert_eq!(result.outcome(), "Remediated");
        assert_eq!(function.log_lines(1, "WARN").len(), 1);
    }
}

#[test]
fn a_manual_audit_applies_to_its_own_run_only() {
    let server = disabled();
    let function = function(&server, &[]);
    let result = function.invoke(r#"{"mode":"audit"}"#);
    assert_eq!(
        (result.outcome(), &result.report()["mode"]),
        ("DriftDetected", &json!("audit"))
    );
    assert!(!server.has(CONTROL_TOWER));
    assert_eq!(function.invoke("{}").outcome(), "Remediated");
}

#[test]
fn a_manual_enforce_is_accepted_by_an_enforcing_function() {
    let server = disabled();
    let result = function(&server, &[]).invoke(r#"{"mode":"enforce"}"#);
    assert_eq!(
        (result.outcome(), &result.report()["mode"]),
        ("Remediated", &json!("enforce"))
    );
}

#[test]
fn a_manual_enforce_is_refused_by_an_auditing_function() {
    let server = disabled();
    let result = function(&server, &[("MODE", "audit")]).invoke(r#"{"mode":"enforce"}"#);
    let message = "the payload asks for mode \"enforce\", and the function's MODE is audit, which a \
                   payload cannot widen: send {} or {\"mode\":\"audit\"}, or set MODE=enforce on \
                   the function";
    assert_eq!(result.error(), ("InvalidRequest", message));
    assert_eq!(server.operations(), [""; 0]);
}

#[test]
fn any_other_payload_is_an_invalid_request_without_aws_calls() {
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
        let result = function.invoke(payload);
        let (error_type, message) = result.error();
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
        "the next invocation"
    );
}

#[test]
fn malformed_events_reconcile() {
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
        let result = function.invoke(&event);
        assert_eq!(result.outcome(), "InSync");
        assert_eq!(
            result.report()["trigger"],
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
    let result = function(&server, &[]).invoke(&event.to_string());
    assert_eq!(result.outcome(), "Remediated");
    assert_eq!(result.report()["servicePrincipal"], CONTROL_TOWER);
    assert_eq!(server.calls()[1].operation, ENABLE);
    assert_eq!(
        server.calls()[1].body,
        json!({"ServicePrincipal": CONTROL_TOWER})
    );
    assert!(server.has(OTHER));
}

/// Lambda delivers only JSON. `lambda_runtime` ignores bytes after the first value, so they are not tested.
#[test]
fn a_payload_that_is_not_json_is_an_invalid_request() {
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
