//! Secrets of the environment are in no response and in no line, at any log level.

use super::{CONTROL_TOWER, disabled, function};
use crate::support::event_files;
use crate::support::function::Function;
use crate::support::scripted_organizations::{ENABLE, LIST, Reply, ScriptedOrganizations};

const SECRET: &str = "SECRET-9d1c";
const ENVIRONMENT: [(&str, &str); 5] = [
    ("AWS_SECRET_ACCESS_KEY", "SECRET-9d1c-key"),
    ("AWS_SESSION_TOKEN", "SECRET-9d1c-token"),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "SECRET-9d1c-container"),
    ("DATABASE_PASSWORD", "SECRET-9d1c-other"),
    ("SECRET_NAME", "SECRET-9d1c-name"),
];
const LEVELS: [&str; 3] = ["INFO", "DEBUG", "TRACE"];

fn function_at_level(
    server: &ScriptedOrganizations,
    level: &str,
    more: &[(&str, &str)],
) -> Function {
    let mut environment = ENVIRONMENT.to_vec();
    environment.push(("AWS_LAMBDA_LOG_LEVEL", level));
    environment.extend(more);
    function(server, &environment)
}

/// Shows that the SDK's own lines, including those about signing, are among the lines that these tests search.
#[test]
fn the_sdk_logs_its_signing_at_trace() {
    let function = function_at_level(&disabled(), "TRACE", &[]);
    function.invoke("{}");
    let lines = function.lines(1);
    assert!(
        lines
            .iter()
            .any(|line| line.contains("aws_sigv4") && line.contains("AKIAEXAMPLE")),
        "{lines:?}"
    );
}

/// Invokes the function, searches its results and all its lines, and returns the number of runs so far.
fn assert_no_secret(function: &Function, payloads: &[&str], runs_before: usize) -> usize {
    for payload in payloads {
        let result = function.invoke(payload);
        assert!(!result.json().to_string().contains(SECRET), "{payload}");
    }
    let runs = runs_before + payloads.len();
    for line in function.lines(runs) {
        assert!(!line.contains(SECRET), "{line}");
    }
    runs
}

#[test]
fn a_successful_run_prints_no_secret() {
    let events = event_files::all();
    let payloads: Vec<&str> = events.iter().map(|(_, content)| content.as_str()).collect();
    for level in LEVELS {
        assert_no_secret(&function_at_level(&disabled(), level, &[]), &payloads, 0);
    }
}

#[test]
fn a_failed_run_prints_no_secret() {
    for level in LEVELS {
        let server = disabled();
        let function = function_at_level(&server, level, &[]);
        let mut runs = 0;
        for reply in [
            Reply::error("AccessDeniedException"),
            Reply::error("ExpiredTokenException"),
            Reply::html(200),
            Reply::html(302),
        ] {
            server.script(LIST, [reply.clone()]);
            runs = assert_no_secret(&function, &["{}"], runs);
            server.script(ENABLE, [reply]);
            runs = assert_no_secret(&function, &["{}", "7"], runs);
            server.set(CONTROL_TOWER, false);
        }
    }
}

#[test]
fn an_invalid_configuration_prints_no_secret() {
    for level in LEVELS {
        for (name, value) in [
            ("MODE", "off"),
            ("AWS_CA_BUNDLE", "/nowhere"),
            ("AWS_ENDPOINT_URL_ORGANIZATIONS", "no url"),
            ("AWS_ACCESS_KEY_ID", ""),
        ] {
            assert_no_secret(
                &function_at_level(&disabled(), level, &[(name, value)]),
                &["{}"],
                0,
            );
        }
    }
}

/// The SDK panics on credentials that are not valid in a header.
#[test]
fn a_panic_prints_no_secret() {
    for level in LEVELS {
        let broken = [("AWS_SESSION_TOKEN", "SECRET-9d1c\nSECRET-9d1c")];
        assert_no_secret(&function_at_level(&disabled(), level, &broken), &["{}"], 0);
    }
}
