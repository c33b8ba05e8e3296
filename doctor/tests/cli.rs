//! Runs the built doctor against a fake AWS.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The operator's secret access key. The doctor must not print it.
pub const SECRET_KEY: &str = "operators-secret-access-key-example";
/// The operator's session token. The doctor must not print it.
pub const SESSION_TOKEN: &str = "operators-session-token-example";

/// The result of a run.
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Returns the command, isolated from the AWS configuration of this machine.
pub fn command(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trusted-access-doctor"));
    command.args(arguments);
    // CloudTrail's quota, which the fake does not have, would make each run half a second longer.
    if !arguments.contains(&"--lookups-per-second") {
        command.args(["--lookups-per-second", "1000"]);
    }
    command
        .env_clear()
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .env("AWS_SESSION_TOKEN", SESSION_TOKEN)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the doctor.
pub fn run(url: &str, arguments: &[&str]) -> Run {
    result(command(url, arguments).output().unwrap())
}

/// Returns the result of a process that ended.
pub fn result(output: Output) -> Run {
    Run {
        code: output.status.code().expect("the process was not killed"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the doctor with `--json`. Returns the document and the exit code.
pub fn run_json(url: &str, arguments: &[&str]) -> (Value, i32) {
    let run = run(url, &[&["--json"], arguments].concat());
    let document = serde_json::from_str(&run.stdout);
    (
        document.unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr)),
        run.code,
    )
}

/// Returns the result of a check.
pub fn check<'a>(document: &'a Value, id: &str) -> &'a Value {
    let checks = document["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["check"] == id);
    check.unwrap_or_else(|| panic!("no check {id} in {document:#}"))
}

/// Returns the verdict of each check: `identity healthy`.
pub fn verdicts(document: &Value) -> Vec<String> {
    let checks = document["checks"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    checks
        .iter()
        .map(|check| format!("{} {}", text(&check["check"]), text(&check["verdict"])))
        .collect()
}
