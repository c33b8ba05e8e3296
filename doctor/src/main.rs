//! The binary. The library beside it has everything, for the examples.

use std::process::ExitCode;

fn main() -> ExitCode {
    trusted_access_doctor::main()
}
