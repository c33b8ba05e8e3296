//! Memory, sockets and threads: they are bounded for a large response and for many invocations.

use std::process::Command;

use serde_json::json;

use super::{disabled, enabled, function};
use crate::support::function::{Function, binary};
use crate::support::runtime_api::InvocationResult;
use crate::support::scripted_organizations::{
    ENABLE, GET_ZONE, LIST, Reply, ScriptedOrganizations,
};

const MIB: usize = 1024 * 1024;

/// Starts the binary with at most 128 MiB of address space, which is stricter than Lambda's limit of 128 MB of memory.
fn function_within_128_mib(
    server: &ScriptedOrganizations,
    environment: &[(&str, &str)],
) -> Function {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "ulimit -v 131072 && exec \"$0\""])
        .arg(binary());
    let endpoint = server.endpoint();
    let mut all = vec![("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.as_str())];
    all.extend(environment);
    Function::run(command, &all)
}

#[test]
fn a_response_of_200_mib_is_an_invalid_response_within_128_mib_and_the_next_run_repairs() {
    let server = disabled();
    server.script(LIST, [Reply::Large(200 * MIB)]);
    let function = function_within_128_mib(&server, &[]);
    let result = function.invoke("{}");
    let (error_type, message) = result.error();
    assert_eq!(error_type, "InvalidResponse");
    assert!(
        message.contains("the response body is too large"),
        "{message}"
    );
    assert_eq!(server.operations(), [LIST]);
    assert_eq!(function.invoke("{}").outcome(), "Remediated");
}

#[test]
fn a_write_with_a_response_of_200_mib_is_verified_by_a_read_within_128_mib() {
    let server = disabled();
    server.script(ENABLE, [Reply::Large(200 * MIB)]);
    let result = function_within_128_mib(&server, &[]).invoke("{}");
    assert_eq!(result.error().0, "InvalidResponse");
    assert_eq!(server.operations(), [LIST, ENABLE, LIST]);
}

/// Runs with a landing zone whose details are this reply.
fn repair_with_landing_zone_reply(reply: Reply) -> InvocationResult {
    let server = disabled();
    server.set_landing_zone(&json!({
        "arn": "arn:aws:controltower:eu-west-1:111122223333:landingzone/X",
        "version": "3.3",
    }));
    server.always(GET_ZONE, reply);
    let endpoint = server.endpoint();
    let home = [
        ("LANDING_ZONE_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL_CONTROLTOWER", endpoint.as_str()),
    ];
    function_within_128_mib(&server, &home).invoke("{}")
}

/// The SDK parses the manifest into a tree, which takes far more memory than its text.
#[test]
fn a_landing_zone_with_the_largest_and_deepest_manifest_is_read_within_128_mib() {
    let nested = format!("{}{}", "[".repeat(250), "]".repeat(250));
    let manifest = vec![nested; 260].join(",");
    let body = format!(r#"{{"landingZone":{{"version":"3.3","manifest":[{manifest}]}}}}"#);
    assert!(
        (127 * 1024..128 * 1024).contains(&body.len()),
        "{}",
        body.len()
    );
    let reply = Reply::Custom(200, "application/json", body.into_bytes());
    let result = repair_with_landing_zone_reply(reply);
    assert_eq!(result.outcome(), "Remediated");
    assert_eq!(result.report()["landingZone"]["version"], "3.3");
}

#[test]
fn a_landing_zone_response_over_128_kib_is_unknown_and_does_not_stop_a_repair() {
    // Valid except for its size.
    let result = repair_with_landing_zone_reply(Reply::Padded(129 * 1024));
    assert_eq!(result.outcome(), "Remediated");
    assert_eq!(result.report()["landingZone"], json!({"unknown": true}));
}

#[test]
fn memory_sockets_and_threads_stay_flat_over_300_invocations() {
    let server = enabled();
    let function = function(&server, &[]);
    let event = include_str!("../../events/organizations-disable-sso-user.json");
    let invoke = |times: usize| {
        for _ in 0..times {
            assert_eq!(function.invoke(event).outcome(), "InSync");
        }
    };
    invoke(50);
    let peak = function.peak_memory_kib();
    let open = (function.sockets(), function.threads());
    invoke(250);
    assert_eq!((function.sockets(), function.threads()), open);
    let growth = function.peak_memory_kib() - peak;
    assert!(growth < 2048, "{growth} KiB");
}
