//! Memory, sockets and threads: they are bounded for a large response and for many invocations.

use std::process::Command;

use super::{disabled, enabled, function};
use crate::support::function::{BINARY, Function};
use crate::support::scripted_organizations::{ENABLE, LIST, Reply, ScriptedOrganizations};

const MIB: usize = 1024 * 1024;

/// Starts the binary with at most 128 MiB of address space, which is stricter than Lambda's limit of 128 MB of memory.
fn function_within_128_mib(server: &ScriptedOrganizations) -> Function {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "ulimit -v 131072 && exec \"$0\"", BINARY]);
    let endpoint = server.endpoint();
    Function::run(command, &[("AWS_ENDPOINT_URL_ORGANIZATIONS", &endpoint)])
}

#[test]
fn a_response_of_200_mib_is_an_invalid_response_within_128_mib_and_the_next_run_repairs() {
    let server = disabled();
    server.script(LIST, [Reply::Large(200 * MIB)]);
    let function = function_within_128_mib(&server);
    let result = function.invoke("{}");
    let (error_type, message) = result.error();
    assert_eq!(error_type, "InvalidResponse");
    assert!(
        message.contains("the response body is larger than 1 MiB"),
        "{message}"
    );
    assert_eq!(server.operations(), [LIST]);
    assert_eq!(function.invoke("{}").outcome(), "Remediated");
}

#[test]
fn a_write_with_a_response_of_200_mib_is_verified_by_a_read_within_128_mib() {
    let server = disabled();
    server.script(ENABLE, [Reply::Large(200 * MIB)]);
    let result = function_within_128_mib(&server).invoke("{}");
    assert_eq!(result.error().0, "InvalidResponse");
    assert_eq!(server.operations(), [LIST, ENABLE, LIST]);
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
