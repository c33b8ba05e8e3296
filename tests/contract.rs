//! The contract, row by row, on the built binary: a fake Runtime API before it, a scripted
//! Organizations behind it, and nothing of the crate in between.

mod calls;
mod early;
mod environment;
mod errors;
mod hold;
mod hostile;
mod input;
mod killed;
mod landing_zone;
mod lines;
mod memory;
mod secrets;
mod standalone;
mod watch;

use std::path::Path;

use crate::support::fake_lambda::Function;
use crate::support::scripted_organizations::{CONTROL_TOWER, ScriptedOrganizations};

const BINARY: &str = env!("CARGO_BIN_EXE_controltower-trusted-access");
const OTHER: &str = "sso.amazonaws.com";

/// An organization with trusted access for Control Tower, and one without.
fn enabled() -> ScriptedOrganizations {
    ScriptedOrganizations::with(&[OTHER, CONTROL_TOWER])
}

fn disabled() -> ScriptedOrganizations {
    ScriptedOrganizations::with(&[OTHER])
}

/// The binary as this build made it, before that organization.
fn function(server: &ScriptedOrganizations, environment: &[(&str, &str)]) -> Function {
    let endpoint = server.endpoint();
    let mut all = vec![("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.as_str())];
    all.extend(environment);
    Function::start(Path::new(BINARY), &all)
}
