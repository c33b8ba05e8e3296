//! The table of environment variables.

use std::path::Path;

use serde_json::json;

use super::{BINARY, CONTROL_TOWER, ScriptedOrganizations, disabled, enabled, function};
use crate::support::fake_lambda::Function;
use crate::support::named_file::NamedFile;
use crate::support::scripted_organizations::{DISABLE, ENABLE, LIST};
use crate::support::tls::Authority;

const REMEDY: &str = "Correct the function's environment; until then no AWS call is made";

#[test]
fn nothing_set_means_enabled_and_enforce() {
    let server = disabled();
    let answer = function(&server, &[]).invoke("{}");
    assert_eq!(answer.outcome(), "Remediated");
    assert_eq!(answer.report()["desired"], "enabled");
    assert_eq!(answer.report()["mode"], "enforce");
    assert!(server.has(CONTROL_TOWER));
}

#[test]
fn the_defaults_may_be_spelled_out() {
    let spelled = [
        ("DESIRED_STATE", "enabled"),
        ("MODE", "enforce"),
        ("ALLOW_DISABLE", "false"),
    ];
    assert_eq!(
        function(&enabled(), &spelled).invoke("{}").outcome(),
        "InSync"
    );
}

#[test]
fn disabled_with_both_switches_disables() {
    let server = enabled();
    let both = [("DESIRED_STATE", "disabled"), ("ALLOW_DISABLE", "true")];
    let answer = function(&server, &both).invoke("{}");
    assert_eq!(
        *answer.report(),
        json!({
            "outcome": "Remediated",
            "servicePrincipal": CONTROL_TOWER,
            "mode": "enforce",
            "desired": "disabled",
            "observed": "enabled",
            "plan": DISABLE,
            "trigger": {"kind": "Manual"},
        })
    );
    assert!(!server.has(CONTROL_TOWER));
    assert_eq!(server.operations(), [LIST, DISABLE, LIST]);
}

#[test]
fn disabled_without_the_second_switch_is_a_fault_and_calls_nothing() {
    let server = enabled();
    let answer = function(&server, &[("DESIRED_STATE", "disabled")]).invoke("{}");
    let takes = "true if DESIRED_STATE=disabled and MODE=enforce, as the second switch";
    let message = format!("ALLOW_DISABLE is not set: it takes {takes}. {REMEDY}");
    assert_eq!(answer.error(), ("InvalidConfiguration", message.as_str()));
    assert_eq!(server.operations(), [""; 0]);
}

#[test]
fn disabled_in_audit_needs_no_second_switch() {
    let server = enabled();
    let audit = [("DESIRED_STATE", "disabled"), ("MODE", "audit")];
    let answer = function(&server, &audit).invoke("{}");
    assert_eq!(answer.outcome(), "DriftDetected");
    assert_eq!(answer.report()["plan"], DISABLE);
    assert_eq!(server.operations(), [LIST]);
}

#[test]
fn audit_reports_and_does_not_write() {
    let server = disabled();
    let answer = function(&server, &[("MODE", "audit")]).invoke("{}");
    assert_eq!(answer.outcome(), "DriftDetected");
    assert_eq!(answer.report()["plan"], ENABLE);
    assert_eq!(answer.report()["mode"], "audit");
    assert_eq!(server.operations(), [LIST]);
}

#[test]
fn every_fault_is_in_one_answer_and_every_invocation_gets_it() {
    let server = disabled();
    let faults = [
        ("DESIRED_STATE", "on"),
        ("MODE", ""),
        ("ALLOW_DISABLE", "TRUE"),
        ("AWS_CA_BUNDLE", "/nowhere/ca.pem"),
    ];
    let function = function(&server, &faults);
    for payload in ["{}", "[]", r#"{"source":"aws.organizations"}"#] {
        let answer = function.invoke(payload);
        let message = format!(
            "DESIRED_STATE is \"on\": it takes enabled or disabled; MODE is \"\": it takes enforce \
             or audit; ALLOW_DISABLE is \"TRUE\": it takes true or false; AWS_CA_BUNDLE is \
             \"/nowhere/ca.pem\", which cannot be read (entity not found): it takes the path of a \
             PEM file with at least one CA certificate. {REMEDY}"
        );
        assert_eq!(answer.error(), ("InvalidConfiguration", message.as_str()));
    }
    assert_eq!(server.operations(), [""; 0]);
}

#[test]
fn a_ca_bundle_of_rubbish_is_a_fault_and_not_a_panic() {
    for (content, problem) in [
        ("", "in which there is no certificate"),
        (
            "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
            "in which a PEM section is damaged",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "in which a certificate is damaged",
        ),
    ] {
        let bundle = NamedFile::holding(content);
        let answer = function(&enabled(), &[("AWS_CA_BUNDLE", bundle.path())]).invoke("{}");
        let (error_type, message) = answer.error();
        assert_eq!(error_type, "InvalidConfiguration");
        assert!(message.contains(problem), "{message}");
    }
}

#[test]
fn the_general_endpoint_variable_of_the_sdk_holds() {
    let server = enabled();
    let endpoint = server.endpoint();
    let function = Function::start(Path::new(BINARY), &[("AWS_ENDPOINT_URL", &endpoint)]);
    assert_eq!(function.invoke("{}").outcome(), "InSync");
    assert_eq!(server.operations(), [LIST]);
}

#[test]
fn the_region_of_the_environment_is_the_one_that_is_signed_for() {
    let server = enabled();
    function(&server, &[("AWS_REGION", "eu-west-1")]).invoke("{}");
    let signature = server.calls()[0].signature.clone();
    // The endpoint is given, so it decides nothing; Organizations itself has one for each partition.
    assert!(
        signature.contains("/eu-west-1/organizations/aws4_request"),
        "{signature}"
    );
}

#[test]
fn no_other_variable_of_the_sdk_stops_the_function() {
    for variable in [
        "AWS_MAX_ATTEMPTS",
        "AWS_RETRY_MODE",
        "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT",
        "AWS_SDK_UA_APP_ID",
        "AWS_DISABLE_REQUEST_COMPRESSION",
        "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE",
        "AWS_SIGV4A_SIGNING_REGION_SET",
        "AWS_AUTH_SCHEME_PREFERENCE",
        "AWS_DEFAULTS_MODE",
        "AWS_PROFILE",
        "AWS_CONFIG_FILE",
    ] {
        for value in ["", "0", "no such thing"] {
            let server = enabled();
            let answer = function(&server, &[(variable, value)]).invoke("{}");
            assert_eq!(answer.outcome(), "InSync", "{variable}={value:?}");
        }
    }
}

/// The SDK panics on an empty one in a debug build.
#[test]
fn an_endpoint_that_is_no_url_is_a_fault_and_not_a_panic() {
    for variable in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ORGANIZATIONS"] {
        for value in ["", "localhost:5000", "ftp://example.com"] {
            let answer = function(&enabled(), &[(variable, value)]).invoke("{}");
            let message = format!(
                "{variable} is {value:?}: it takes a URL that starts with http:// or https://. {REMEDY}"
            );
            assert_eq!(answer.error(), ("InvalidConfiguration", message.as_str()));
        }
    }
}

#[test]
fn a_ca_bundle_replaces_the_trusted_roots() {
    let trusted = Authority::new();
    let server = ScriptedOrganizations::behind_tls(&[CONTROL_TOWER], &trusted);
    let bundle = NamedFile::holding(&trusted.pem());
    let function = function(&server, &[("AWS_CA_BUNDLE", bundle.path())]);
    assert_eq!(function.invoke("{}").outcome(), "InSync");
    assert_eq!(function.invoke("{}").outcome(), "InSync");
}

/// `SSL_CERT_FILE` stands for the system's roots, which vouch for the server here: the bundle must not
/// be added to them but take their place.
#[test]
fn with_a_ca_bundle_the_systems_roots_count_no_more() {
    let of_the_system = Authority::new();
    let server = ScriptedOrganizations::behind_tls(&[CONTROL_TOWER], &of_the_system);
    let system = NamedFile::holding(&of_the_system.pem());
    let bundle = NamedFile::holding(&Authority::new().pem());
    let roots = ("SSL_CERT_FILE", system.path());
    let without = function(&server, &[roots]).invoke("{}");
    assert_eq!(without.outcome(), "InSync");
    server.forget_calls();
    let with = function(&server, &[roots, ("AWS_CA_BUNDLE", bundle.path())]).invoke("{}");
    assert_eq!(with.error().0, "Unavailable");
    assert_eq!(server.operations(), [""; 0]);
}
