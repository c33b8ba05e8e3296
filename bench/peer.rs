//! Who is measured.

use std::env;
use std::fs;
use std::process::Command;

use aws_smithy_types::base64;

use crate::support::fake_lambda::Function;

/// The roots that the function has built in; in this run they stand beside its own, so that the store
/// has its usual size.
const AMAZONS_ROOTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/aws/roots");

/// The roots that botocore brings, in PEM.
///
/// # Errors
/// A sentence about a Python that does not start.
pub fn botocores_roots() -> Result<String, String> {
    let code = "import botocore.httpsession as http; print(open(http.where()).read())";
    let printed = Command::new(variable("PYTHON")?)
        .args(["-c", code])
        .output();
    let printed = printed.map_err(|error| format!("Python does not start: {error}"))?;
    Ok(String::from_utf8_lossy(&printed.stdout).into_owned())
}

/// Amazon's roots in PEM.
///
/// # Errors
/// A sentence about a file that cannot be read.
pub fn amazons_roots() -> Result<String, String> {
    let unreadable = |error| format!("{AMAZONS_ROOTS}: {error}");
    let mut text = String::new();
    for file in fs::read_dir(AMAZONS_ROOTS).map_err(unreadable)? {
        let path = file.map_err(unreadable)?.path();
        text += &pem(&fs::read(path).map_err(unreadable)?);
    }
    Ok(text)
}

fn pem(certificate: &[u8]) -> String {
    let text = base64::encode(certificate);
    let mut lines = vec!["-----BEGIN CERTIFICATE-----"];
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        lines.push(line);
        rest = after;
    }
    lines.push("-----END CERTIFICATE-----\n");
    lines.join("\n")
}

/// A Lambda function, its runtime included.
pub struct Peer {
    pub name: &'static str,
    /// What is deployed, where that is measured.
    pub zip: Option<u64>,
    /// How many calls of AWS one invocation makes.
    pub calls: usize,
    program: String,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
}

impl Peer {
    pub fn start(&self) -> Function {
        self.start_at(None)
    }

    /// The same before another endpoint than the one all share.
    pub fn start_at(&self, endpoint: Option<&str>) -> Function {
        let mut environment: Vec<(&str, &str)> = self
            .environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        environment.extend(endpoint.map(|url| ("AWS_ENDPOINT_URL_ORGANIZATIONS", url)));
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        Function::run(command, &environment)
    }
}

/// The function first, which the others are compared with. Each trusts what it trusts by itself, and
/// the root of this run: `ours` for those in Rust, `botocores` for boto3; Node adds to its own.
///
/// # Errors
/// A sentence about the first variable that is not set.
pub fn all(endpoint: &str, root: &str, ours: &str, botocores: &str) -> Result<[Peer; 4], String> {
    let peer =
        |name, program: &str, arguments: &[String], trust: (&'static str, &str), calls| Peer {
            name,
            zip: zip(program),
            calls,
            program: program.to_owned(),
            arguments: arguments.to_vec(),
            environment: vec![
                ("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.to_owned()),
                (trust.0, trust.1.to_owned()),
            ],
        };
    let (python, node) = (variable("PYTHON_PEER")?, variable("NODE_PEER")?);
    Ok([
        peer(
            "this function",
            &variable("BOOTSTRAP")?,
            &[],
            ("AWS_CA_BUNDLE", ours),
            1,
        ),
        peer(
            "bare `lambda_runtime`",
            &variable("BARE_PEER")?,
            &[],
            ("AWS_CA_BUNDLE", ours),
            0,
        ),
        peer(
            "Python boto3",
            &variable("PYTHON")?,
            &[python],
            ("AWS_CA_BUNDLE", botocores),
            1,
        ),
        peer(
            "Node SDK v3",
            &variable("NODE")?,
            &[node],
            ("NODE_EXTRA_CA_CERTS", root),
            1,
        ),
    ])
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set: run `make bench`"))
}

/// The size of the package beside a program, where there is one.
fn zip(program: &str) -> Option<u64> {
    let package = fs::metadata(format!("{program}.zip"));
    package.ok().map(|file| file.len())
}
