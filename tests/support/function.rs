//! The built binary as a Lambda function: its process, its invocations, and the lines that it prints.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use super::runtime_api::{self, Channels, FUNCTION_NAME, Invocation, InvocationResult};

/// Returns the binary to test: that of `BOOTSTRAP`, or that of this build if the variable is not set.
pub fn binary() -> PathBuf {
    let built = env!("CARGO_BIN_EXE_controltower-trusted-access");
    std::env::var_os("BOOTSTRAP").map_or_else(|| built.into(), PathBuf::from)
}

/// The start of the WARN line of a function whose network is redirected, as it is in these tests: AWS is a server of the
/// test.
pub const REDIRECTED: &str = "the environment redirects the function's network";

/// How long a test waits for the function before it fails.
const WAIT_TIMEOUT: Duration = Duration::from_secs(150);
/// The time of an invocation, unless the test sets another one.
const INVOCATION_TIMEOUT: Duration = Duration::from_mins(1);

/// A running function. Dropping it kills the process with SIGKILL.
pub struct Function {
    process: Child,
    invocations: Sender<Invocation>,
    /// `None` if the process has ended.
    results: Receiver<Option<InvocationResult>>,
    polls: Receiver<Instant>,
    lines: Arc<Mutex<Vec<String>>>,
    line_arrived: Receiver<()>,
}

impl Function {
    /// Starts a binary with Lambda's environment and these variables.
    pub fn start(binary: &Path, environment: &[(&str, &str)]) -> Self {
        Self::run(Command::new(binary), environment)
    }

    /// Starts a command with Lambda's environment and these variables.
    pub fn run(mut command: Command, environment: &[(&str, &str)]) -> Self {
        let (invocations, queue) = channel();
        let (result_sender, results) = channel();
        let (poll_sender, polls) = channel();
        let api = runtime_api::serve(Channels {
            invocations: queue,
            results: result_sender.clone(),
            polls: poll_sender,
        });
        let mut process = command
            .env_clear()
            .envs(lambda_environment(&api))
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the built binary starts");
        let stdout = process.stdout.take().expect("stdout is piped");
        let stderr = process.stderr.take().expect("stderr is piped");
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (arrived, line_arrived) = channel();
        let reader = (Arc::clone(&lines), arrived.clone());
        thread::spawn(move || collect(stderr, &reader.0, &reader.1));
        let reader = Arc::clone(&lines);
        thread::spawn(move || {
            collect(stdout, &reader, &arrived);
            let _ = result_sender.send(None);
        });
        Self {
            process,
            invocations,
            results,
            polls,
            lines,
            line_arrived,
        }
    }

    /// Invokes the function with a timeout of 60 s, and waits for the result.
    pub fn invoke(&self, payload: &str) -> InvocationResult {
        self.invoke_within(payload, INVOCATION_TIMEOUT)
    }

    /// Invokes the function with this timeout, and waits for the result.
    pub fn invoke_within(&self, payload: &str, timeout: Duration) -> InvocationResult {
        self.send_within(payload, timeout);
        self.result()
    }

    /// Invokes the function with a timeout of 60 s, and does not wait for the result.
    pub fn send(&self, payload: &str) {
        self.send_within(payload, INVOCATION_TIMEOUT);
    }

    /// Waits for the result of an invocation that was sent.
    pub fn result(&self) -> InvocationResult {
        let result = self.results.recv_timeout(WAIT_TIMEOUT);
        result
            .expect("the function returns a result")
            .unwrap_or_else(|| panic!("the process ended: {:?}", self.lines.lock()))
    }

    /// Waits until the function polls for the next invocation, and returns the time of the poll. There is one poll after
    /// the start and one after each invocation.
    pub fn wait_for_poll(&self) -> Instant {
        let polled = self.polls.recv_timeout(WAIT_TIMEOUT);
        polled.expect("the function polls for invocations")
    }

    /// Returns the process ID.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Sends SIGTERM, as Lambda does before it removes the environment, and waits until the process has ended.
    pub fn terminate(mut self) {
        let kill = Command::new("kill").arg(self.pid().to_string()).status();
        assert!(kill.is_ok_and(|status| status.success()));
        let _ = self.process.wait();
    }

    fn send_within(&self, payload: &str, timeout: Duration) {
        self.send_invocation(payload, timeout, None);
    }

    /// Invokes the function with a client context, and returns the result, or `None` if the process ended instead.
    pub fn invoke_with_client_context(
        &self,
        payload: &str,
        json: &str,
    ) -> Option<InvocationResult> {
        self.send_invocation(payload, INVOCATION_TIMEOUT, Some(json.to_owned()));
        let result = self.results.recv_timeout(WAIT_TIMEOUT);
        result.expect("a result, or the end of the process")
    }

    fn send_invocation(&self, payload: &str, timeout: Duration, client_context: Option<String>) {
        let invocation = Invocation {
            payload: payload.as_bytes().to_vec(),
            deadline: SystemTime::now() + timeout,
            client_context,
        };
        self.invocations
            .send(invocation)
            .expect("the Runtime API is running");
    }

    /// Waits for the metric lines of this many runs, and returns all lines of stdout and stderr so far.
    pub fn lines(&self, runs: usize) -> Vec<String> {
        loop {
            let lines = self.lines.lock().expect("no reader panicked").clone();
            if lines
                .iter()
                .filter(|line| line.contains("\"_aws\""))
                .count()
                >= runs
            {
                return lines;
            }
            self.line_arrived
                .recv_timeout(WAIT_TIMEOUT)
                .expect("a run ends with its metric line");
        }
    }

    /// Returns the log lines of this level, once this many runs have ended, without those about a redirected network.
    pub fn log_lines(&self, runs: usize, level: &str) -> Vec<Value> {
        let lines = self.json_lines(runs).into_iter();
        lines
            .filter(|line| line["level"] == level && !is_about_redirection(line))
            .collect()
    }

    /// Returns the log lines about a redirected network, once this many runs have ended.
    pub fn redirection_lines(&self, runs: usize) -> Vec<Value> {
        let lines = self.json_lines(runs).into_iter();
        lines.filter(is_about_redirection).collect()
    }

    /// Returns the metric lines, once this many runs have ended.
    pub fn metrics(&self, runs: usize) -> Vec<Value> {
        let lines = self.json_lines(runs).into_iter();
        lines.filter(|line| line.get("_aws").is_some()).collect()
    }

    fn json_lines(&self, runs: usize) -> Vec<Value> {
        let lines = self.lines(runs);
        let parse = |line: &String| serde_json::from_str(line).expect("every line is JSON");
        lines.iter().map(parse).collect()
    }

    /// Returns the peak of the process's memory so far, in KiB.
    pub fn peak_memory_kib(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// Returns the number of the process's threads.
    pub fn threads(&self) -> u64 {
        self.status("Threads:")
    }

    /// Returns the number of the process's open sockets.
    pub fn sockets(&self) -> usize {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.process.id()));
        let links = files
            .expect("the process runs")
            .flatten()
            .flat_map(|file| std::fs::read_link(file.path()));
        links
            .filter(|link| link.to_string_lossy().starts_with("socket:"))
            .count()
    }

    /// Returns a number of `/proc/PID/status`.
    fn status(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))
            .expect("the process runs");
        let line = status
            .lines()
            .find(|line| line.starts_with(name))
            .expect("Linux has this line");
        let number = line.split_whitespace().nth(1).expect("a number follows");
        number.parse().expect("a number")
    }
}

fn is_about_redirection(line: &Value) -> bool {
    line["message"]
        .as_str()
        .is_some_and(|message| message.starts_with(REDIRECTED))
}

fn collect(stream: impl Read, lines: &Mutex<Vec<String>>, arrived: &Sender<()>) {
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        lines.lock().expect("no reader panicked").push(line);
        let _ = arrived.send(());
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns the variables that Lambda sets, with credentials and a Region.
fn lambda_environment(runtime_api: &SocketAddr) -> [(&'static str, String); 10] {
    [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", FUNCTION_NAME.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_DEFAULT_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "example-secret".to_owned()),
        ("AWS_SESSION_TOKEN", "example-token".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ]
}
