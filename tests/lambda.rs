//! The contract of the built binary, between a fake Lambda Runtime API and a scripted AWS. Nothing of the crate runs in
//! the test process.

mod aws_calls;
mod crash_recovery;
mod decommissioning;
mod event;
mod invocation_error;
mod landing_zone;
mod logs_and_metrics;
mod memory;
mod secrets;
mod standalone;
mod untrusted_input;

use std::thread;

pub use crate::support::scripted_organizations::{CONTROL_TOWER, ScriptedOrganizations};

use crate::support::function::{Function, binary};

/// A principal that the function must not change.
pub const OTHER: &str = "sso.amazonaws.com";
/// The environment of a function that keeps trusted access disabled.
pub const KEEP_DISABLED: [(&str, &str); 2] =
    [("DESIRED_STATE", "disabled"), ("ALLOW_DISABLE", "true")];

/// Returns an organization in which Control Tower has trusted access.
pub fn enabled() -> ScriptedOrganizations {
    ScriptedOrganizations::with(&[OTHER, CONTROL_TOWER])
}

/// Returns an organization in which Control Tower has no trusted access.
pub fn disabled() -> ScriptedOrganizations {
    ScriptedOrganizations::with(&[OTHER])
}

/// Starts the built binary with the organization as its endpoint.
pub fn function(server: &ScriptedOrganizations, environment: &[(&str, &str)]) -> Function {
    let endpoint = server.endpoint();
    let mut all = vec![("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.as_str())];
    all.extend(environment);
    Function::start(&binary(), &all)
}

/// Runs a test with each case on a thread of its own: the functions mostly wait, for back-off or a verifying read.
pub fn at_once<T: Send>(cases: impl IntoIterator<Item = T>, test: impl Fn(T) + Sync) {
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| test(case));
        }
    });
}
