//! The built doctor, run as an operator does, with AWS on loopback.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Who this is runs through every test; it must never be printed.
pub const SECRET_KEY: &str = "operators-secret-access-key-example";
/// The same, of the token.
pub const TOKEN: &str = "operators-session-token-example";

/// What a run came to.
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub told: String,
    /// Standard error.
    pub errors: String,
}

/// The command, with nothing of this machine's AWS set-up.
pub fn command(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trusted-access-doctor"));
    command
        .args(arguments)
        .env_clear()
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .env("AWS_SESSION_TOKEN", TOKEN)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub fn run(url: &str, arguments: &[&str]) -> Run {
    told(command(url, arguments).output().unwrap())
}

/// What an output says.
pub fn told(output: Output) -> Run {
    Run {
        code: output.status.code().expect("ended by itself"),
        told: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The document of a run with `--json`, and its exit code.
pub fn document(url: &str, arguments: &[&str]) -> (Value, i32) {
    let run = run(url, &[&["--json"], arguments].concat());
    let document = serde_json::from_str(&run.told);
    (
        document.unwrap_or_else(|_| panic!("{}{}", run.told, run.errors)),
        run.code,
    )
}

/// The row of a check.
pub fn row<'a>(document: &'a Value, check: &str) -> &'a Value {
    let rows = document["checks"].as_array().unwrap();
    let row = rows.iter().find(|row| row["check"] == check);
    row.unwrap_or_else(|| panic!("no row {check} in {document:#}"))
}

/// The verdicts of all rows: `identity healthy`, one a line.
pub fn verdicts(document: &Value) -> Vec<String> {
    let rows = document["checks"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| format!("{} {}", text(&row["check"]), text(&row["verdict"])))
        .collect()
}
