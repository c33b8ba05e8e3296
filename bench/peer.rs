//! The functions that are measured.

use std::env;
use std::fs;
use std::process::Command;

use aws_smithy_types::base64;

use crate::support::function::Function;

/// The function's built-in roots. The benchmark's trust store contains them too, so that it has its usual size.
const AMAZON_ROOTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/aws/roots");

/// Returns the roots of botocore in PEM.
///
/// # Errors
/// If Python does not start.
pub fn botocore_roots() -> Result<String, String> {
    let code = "import botocore.httpsession as http; print(open(http.where()).read())";
    let output = Command::new(variable("PYTHON")?)
        .args(["-c", code])
        .output();
    let output = output.map_err(|error| format!("Python does not start: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns Amazon's roots in PEM.
///
/// # Errors
/// If a file cannot be read.
pub fn amazon_roots() -> Result<String, String> {
    let unreadable = |error| format!("{AMAZON_ROOTS}: {error}");
    let mut text = String::new();
    for file in fs::read_dir(AMAZON_ROOTS).map_err(unreadable)? {
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

/// A Lambda function with its runtime.
pub struct Peer {
    pub name: &'static str,
    /// The size of the deployment package in bytes, if it is measured.
    pub zip: Option<u64>,
    /// The AWS calls of one invocation.
    pub calls: usize,
    program: String,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
}

impl Peer {
    /// Starts the function with the endpoint of all peers.
    pub fn start(&self) -> Function {
        self.start_with_endpoint(None)
    }

    /// Starts the function with another endpoint.
    pub fn start_with_endpoint(&self, endpoint: Option<&str>) -> Function {
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

/// Returns the peers; the first is this project's function. Each trusts its usual roots and the root of this run:
/// `rust_roots` for the peers in Rust, `python_roots` for boto3, and `root` in addition to Node's own.
///
/// # Errors
/// If an environment variable is not set.
pub fn all(
    endpoint: &str,
    root: &str,
    rust_roots: &str,
    python_roots: &str,
) -> Result<[Peer; 4], String> {
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
            ("AWS_CA_BUNDLE", rust_roots),
            1,
        ),
        peer(
            "bare `lambda_runtime`",
            &variable("BARE_PEER")?,
            &[],
            ("AWS_CA_BUNDLE", rust_roots),
            0,
        ),
        peer(
            "Python boto3",
            &variable("PYTHON")?,
            &[python],
            ("AWS_CA_BUNDLE", python_roots),
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

/// Returns the size of the package next to a program, if there is one.
fn zip(program: &str) -> Option<u64> {
    let package = fs::metadata(format!("{program}.zip"));
    package.ok().map(|file| file.len())
}
