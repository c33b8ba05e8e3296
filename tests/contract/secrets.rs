//! What is secret in the environment stays there: at every log level, in every kind of run.

use super::{disabled, function};
use crate::support::event_files;
use crate::support::fake_lambda::Function;
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

fn started(server: &ScriptedOrganizations, level: &str, more: &[(&str, &str)]) -> Function {
    let mut environment = ENVIRONMENT.to_vec();
    environment.push(("AWS_LAMBDA_LOG_LEVEL", level));
    environment.extend(more);
    function(server, &environment)
}

/// The SDK's own lines are among those looked through, the ones about signing too.
#[test]
fn at_trace_the_sdk_tells_how_it_signs() {
    let function = started(&disabled(), "TRACE", &[]);
    function.invoke("{}");
    let lines = function.lines(1);
    assert!(
        lines
            .iter()
            .any(|line| line.contains("aws_sigv4") && line.contains("AKIAEXAMPLE")),
        "{lines:?}"
    );
}

/// Invokes it and looks through all it says; gives back how many runs that were.
fn assert_kept(function: &Function, payloads: &[&str], runs_before: usize) -> usize {
    for payload in payloads {
        let answer = function.invoke(payload);
        assert!(!answer.json().to_string().contains(SECRET), "{payload}");
    }
    let runs = runs_before + payloads.len();
    for line in function.lines(runs) {
        assert!(!line.contains(SECRET), "{line}");
    }
    runs
}

#[test]
fn no_secret_is_told_by_a_run_that_goes_well() {
    let events = event_files::all();
    let payloads: Vec<&str> = events.iter().map(|(_, content)| content.as_str()).collect();
    for level in LEVELS {
        assert_kept(&started(&disabled(), level, &[]), &payloads, 0);
    }
}

#[test]
fn no_secret_is_told_by_a_run_that_fails() {
    for level in LEVELS {
        let server = disabled();
        let function = started(&server, level, &[]);
        let mut runs = 0;
        for reply in [
            Reply::error("AccessDeniedException"),
            Reply::error("ExpiredTokenException"),
            Reply::html(200),
            Reply::html(302),
        ] {
            server.script(LIST, [reply.clone()]);
            runs = assert_kept(&function, &["{}"], runs);
            server.script(ENABLE, [reply]);
            runs = assert_kept(&function, &["{}", "7"], runs);
            server.set(super::CONTROL_TOWER, false);
        }
    }
}

#[test]
fn no_secret_is_told_where_the_configuration_is_wrong() {
    for level in LEVELS {
        for (name, value) in [
            ("MODE", "off"),
            ("AWS_CA_BUNDLE", "/nowhere"),
            ("AWS_ENDPOINT_URL_ORGANIZATIONS", "no url"),
            ("AWS_ACCESS_KEY_ID", ""),
        ] {
            assert_kept(&started(&disabled(), level, &[(name, value)]), &["{}"], 0);
        }
    }
}

/// The SDK panics over credentials that no header can hold.
#[test]
fn no_secret_is_told_by_a_panic() {
    for level in LEVELS {
        let broken = [("AWS_SESSION_TOKEN", "SECRET-9d1c\nSECRET-9d1c")];
        assert_kept(&started(&disabled(), level, &broken), &["{}"], 0);
    }
}
