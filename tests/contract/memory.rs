//! A response must not take the memory of the function, whatever its size.

use std::process::Command;

use super::{BINARY, disabled};
use crate::support::fake_lambda::Function;
use crate::support::scripted_organizations::{ENABLE, LIST, Reply, ScriptedOrganizations};

const MIB: usize = 1024 * 1024;

/// The binary in a process that gets no more than 128 MiB of address space, which is stricter than Lambda's limit
/// of 128 MB of memory.
fn function_within_128_mib(server: &ScriptedOrganizations) -> Function {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "ulimit -v 131072 && exec \"$0\"", BINARY]);
    let endpoint = server.endpoint();
    Function::run(command, &[("AWS_ENDPOINT_URL_ORGANIZATIONS", &endpoint)])
}

#[test]
fn a_response_of_200_mib_is_answered_as_invalid_within_128_mib_and_the_next_run_repairs() {
    let server = disabled();
    server.script(LIST, [Reply::Huge(200 * MIB)]);
    let function = function_within_128_mib(&server);
    let answer = function.invoke("{}");
    let (error_type, message) = answer.error();
    assert_eq!(error_type, "InvalidResponse");
    assert!(
        message.contains("the response body is larger than 1 MiB"),
        "{message}"
    );
    assert_eq!(server.operations(), [LIST]);
    assert_eq!(function.invoke("{}").outcome(), "Remediated");
}

#[test]
fn a_write_answered_with_200_mib_is_resolved_by_a_read_within_128_mib() {
    let server = disabled();
    server.script(ENABLE, [Reply::Huge(200 * MIB)]);
    let answer = function_within_128_mib(&server).invoke("{}");
    assert_eq!(answer.error().0, "InvalidResponse");
    assert_eq!(server.operations(), [LIST, ENABLE, LIST]);
}
