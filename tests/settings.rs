//! The environment variables, on the built binary.

mod custom_network;
mod landing_zone_region;
pub mod maintenance_hold;
mod network;
mod watch_principals;

use serde_json::json;

use crate::lambda::{CONTROL_TOWER, KEEP_DISABLED, disabled, enabled, function};
use crate::support::scripted_organizations::{DISABLE, ENABLE, LIST};

/// The end of every `InvalidConfiguration` message.
const REMEDY: &str = "Correct the function's environment; until then no AWS call is made";

#[test]
fn without_settings_the_function_enforces_enabled() {
    let server = disabled();
    let result = function(&server, &[]).invoke("{}");
    assert_eq!(result.outcome(), "Remediated");
    assert_eq!(result.report()["desired"], "enabled");
    assert_eq!(result.report()["mode"], "enforce");
    assert!(server.has(CONTROL_TOWER));
}

#[test]
fn disabled_with_allow_disable_disables() {
    let server = enabled();
    let result = function(&server, &KEEP_DISABLED).invoke("{}");
    assert_eq!(
        *result.report(),
        json!({
            "outcome": "Remediated",
            "servicePrincipal": CONTROL_TOWER,
            "mode": "enforce",
            "desired": "disabled",
            "observed": "enabled",
            "plan": DISABLE,
            "customNetwork": true,
            "trigger": {"kind": "Manual"},
        })
    );
    assert!(!server.has(CONTROL_TOWER));
    assert_eq!(server.operations(), [LIST, DISABLE, LIST]);
}

#[test]
fn disabled_without_allow_disable_is_an_invalid_configuration_without_aws_calls() {
    let server = enabled();
    let result = function(&server, &[("DESIRED_STATE", "disabled")]).invoke("{}");
    let message = format!(
        "ALLOW_DISABLE is not set: it takes true if DESIRED_STATE=disabled and MODE=enforce, as the \
         second switch. {REMEDY}"
    );
    assert_eq!(result.error(), ("InvalidConfiguration", message.as_str()));
    assert_eq!(server.operations(), [""; 0]);
}

#[test]
fn audit_reports_a_due_disable_without_allow_disable() {
    let server = enabled();
    let audit = [("DESIRED_STATE", "disabled"), ("MODE", "audit")];
    let result = function(&server, &audit).invoke("{}");
    assert_eq!(result.outcome(), "DriftDetected");
    assert_eq!(result.report()["plan"], DISABLE);
    assert_eq!(server.operations(), [LIST]);
}

#[test]
fn audit_reports_a_due_enable_and_does_not_write() {
    let server = disabled();
    let result = function(&server, &[("MODE", "audit")]).invoke("{}");
    assert_eq!(result.outcome(), "DriftDetected");
    assert_eq!(result.report()["plan"], ENABLE);
    assert_eq!(result.report()["mode"], "audit");
    assert_eq!(server.operations(), [LIST]);
}

#[test]
fn every_invocation_is_answered_with_all_invalid_settings() {
    let server = disabled();
    let invalid = [
        ("DESIRED_STATE", "on"),
        ("MODE", ""),
        ("ALLOW_DISABLE", "TRUE"),
        ("AWS_CA_BUNDLE", "/nowhere/ca.pem"),
    ];
    let function = function(&server, &invalid);
    for payload in ["{}", "[]", r#"{"source":"aws.organizations"}"#] {
        let result = function.invoke(payload);
        let message = format!(
            "DESIRED_STATE is \"on\": it takes enabled or disabled; MODE is \"\": it takes enforce \
             or audit; ALLOW_DISABLE is \"TRUE\": it takes true or false; AWS_CA_BUNDLE is \
             \"/nowhere/ca.pem\", which cannot be read (entity not found): it takes the path of a \
             PEM file with at least one CA certificate. {REMEDY}"
        );
        assert_eq!(result.error(), ("InvalidConfiguration", message.as_str()));
    }
    assert_eq!(server.operations(), [""; 0]);
}
