//! A fake Lambda Runtime API, and the built binary running against it.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use super::http::{self, Connection, Request, Then};

pub const FUNCTION_NAME: &str = "controltower-trusted-access-test";

/// How long a test waits for an answer before it fails; no test passes because of it.
const PATIENCE: Duration = Duration::from_secs(150);

/// What the function sent back for one invocation.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Response(Value),
    Error { error_type: String, message: String },
}

impl Answer {
    pub fn report(&self) -> &Value {
        match self {
            Self::Response(report) => report,
            Self::Error { .. } => panic!("an error instead of a report: {self:?}"),
        }
    }

    pub fn outcome(&self) -> &str {
        self.report()["outcome"]
            .as_str()
            .expect("a report has an outcome")
    }

    /// All that it says, be it a report or an error.
    pub fn json(&self) -> Value {
        match self {
            Self::Response(report) => report.clone(),
            Self::Error {
                error_type,
                message,
            } => serde_json::json!({"errorType": error_type, "errorMessage": message}),
        }
    }

    /// The error's type and message.
    pub fn error(&self) -> (&str, &str) {
        match self {
            Self::Error {
                error_type,
                message,
            } => (error_type, message),
            Self::Response(_) => panic!("a report instead of an error: {self:?}"),
        }
    }
}

struct Invocation {
    payload: Vec<u8>,
    deadline: SystemTime,
}

/// The built binary, being a Lambda function. It is killed when this is dropped.
pub struct Function {
    process: Child,
    invocations: Sender<Invocation>,
    /// `None` where the process has ended.
    answers: Receiver<Option<Answer>>,
    polls: Receiver<Instant>,
    lines: Arc<Mutex<Vec<String>>>,
    line_arrived: Receiver<()>,
}

impl Function {
    /// Starts the built binary with this environment besides the one that Lambda sets.
    pub fn start(binary: &Path, environment: &[(&str, &str)]) -> Self {
        Self::run(Command::new(binary), environment)
    }

    /// The same for a runtime that is started in another way.
    pub fn run(mut command: Command, environment: &[(&str, &str)]) -> Self {
        let (invocations, to_deliver) = channel();
        let (answered, answers) = channel();
        let (polled, polls) = channel();
        let ended = answered.clone();
        let api = runtime_api(to_deliver, answered, polled);
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
        let reading = (Arc::clone(&lines), arrived.clone());
        thread::spawn(move || collect(stderr, &reading.0, &reading.1));
        let reading = Arc::clone(&lines);
        thread::spawn(move || {
            collect(stdout, &reading, &arrived);
            let _ = ended.send(None);
        });
        Self {
            process,
            invocations,
            answers,
            polls,
            lines,
            line_arrived,
        }
    }

    /// One invocation that has 60 s.
    pub fn invoke(&self, payload: &str) -> Answer {
        self.invoke_within(payload, Duration::from_mins(1))
    }

    /// One invocation with this long to answer.
    pub fn invoke_within(&self, payload: &str, time: Duration) -> Answer {
        self.send(payload, time);
        self.answer()
    }

    /// One invocation that has 60 s, and whose answer is not waited for here.
    pub fn begin(&self, payload: &str) {
        self.send(payload, Duration::from_mins(1));
    }

    /// The answer to the invocation that was begun.
    pub fn answer(&self) -> Answer {
        let answer = self.answers.recv_timeout(PATIENCE);
        answer
            .expect("the function answers")
            .unwrap_or_else(|| panic!("the function died: {:?}", self.lines.lock()))
    }

    /// When it asked for an event that it had not asked for before: once after the start and once
    /// after each answer.
    pub fn idle(&self) -> Instant {
        let polled = self.polls.recv_timeout(PATIENCE);
        polled.expect("the function asks for events")
    }

    /// The process's number.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Asks the process to end, as Lambda does before it takes the machine away, and waits until it has.
    pub fn end(mut self) {
        let asked = Command::new("kill").arg(self.pid().to_string()).status();
        assert!(asked.is_ok_and(|status| status.success()));
        let _ = self.process.wait();
    }

    fn send(&self, payload: &str, time: Duration) {
        let invocation = Invocation {
            payload: payload.as_bytes().to_vec(),
            deadline: SystemTime::now() + time,
        };
        self.invocations
            .send(invocation)
            .expect("the runtime API listens");
    }

    /// Every line printed so far to either stream, which Lambda both logs, once the metric line of the latest run is among them.
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
                .recv_timeout(PATIENCE)
                .expect("a run ends with its metric line");
        }
    }

    /// The printed lines that are log lines of this level.
    pub fn log_lines(&self, runs: usize, level: &str) -> Vec<Value> {
        self.lines(runs)
            .iter()
            .map(|line| serde_json::from_str(line).expect("every line is JSON"))
            .filter(|line: &Value| line["level"] == level)
            .collect()
    }

    /// The metric lines.
    pub fn metrics(&self, runs: usize) -> Vec<Value> {
        self.lines(runs)
            .iter()
            .map(|line| serde_json::from_str(line).expect("every line is JSON"))
            .filter(|line: &Value| line.get("_aws").is_some())
            .collect()
    }

    /// The most memory that the process has held so far, in KiB.
    pub fn peak_memory_kib(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// How many threads the process has now.
    pub fn threads(&self) -> u64 {
        self.status("Threads:")
    }

    /// How many sockets the process holds open now.
    pub fn sockets(&self) -> usize {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.process.id()));
        let links = files
            .expect("the process lives")
            .flatten()
            .flat_map(|file| std::fs::read_link(file.path()));
        links
            .filter(|link| link.to_string_lossy().starts_with("socket:"))
            .count()
    }

    /// A number that Linux keeps about the process.
    fn status(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))
            .expect("the process lives");
        let line = status
            .lines()
            .find(|line| line.starts_with(name))
            .expect("Linux keeps it");
        let number = line.split_whitespace().nth(1).expect("a number follows");
        number.parse().expect("a number")
    }
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

/// What Lambda sets, and credentials and a Region, and nothing else.
pub fn lambda_environment(runtime_api: &SocketAddr) -> [(&'static str, String); 10] {
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

fn runtime_api(
    to_deliver: Receiver<Invocation>,
    answered: Sender<Option<Answer>>,
    polled: Sender<Instant>,
) -> SocketAddr {
    let to_deliver = Mutex::new(to_deliver);
    let number = AtomicU32::new(0);
    http::serve(move |request, stream| {
        let last = request.path.rsplit('/').next().unwrap_or_default();
        match last {
            "next" => {
                let _ = polled.send(Instant::now());
                let Ok(invocation) = to_deliver.lock().expect("one poller").recv() else {
                    return Then::Close;
                };
                deliver(stream, number.fetch_add(1, Ordering::Relaxed), &invocation);
            }
            "response" => accept(stream, &answered, Answer::Response(body(&request))),
            "error" => {
                let text = |key: &str| body(&request)[key].as_str().unwrap_or_default().to_owned();
                let error = Answer::Error {
                    error_type: text("errorType"),
                    message: text("errorMessage"),
                };
                accept(stream, &answered, error);
            }
            other => panic!("the runtime API has no {other}"),
        }
        Then::KeepOpen
    })
}

fn deliver(stream: &mut dyn Connection, number: u32, invocation: &Invocation) {
    let deadline = invocation
        .deadline
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let headers = [
        ("lambda-runtime-aws-request-id", format!("request-{number}")),
        (
            "lambda-runtime-deadline-ms",
            deadline.as_millis().to_string(),
        ),
        (
            "lambda-runtime-invoked-function-arn",
            format!("arn:aws:lambda:us-east-1:111122223333:function:{FUNCTION_NAME}"),
        ),
    ];
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    http::send(
        stream,
        &http::response(200, "application/json", &headers, &invocation.payload),
    );
}

fn accept(stream: &mut dyn Connection, answered: &Sender<Option<Answer>>, answer: Answer) {
    let _ = answered.send(Some(answer));
    http::send(stream, &http::response(202, "application/json", &[], b"{}"));
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).expect("the function answers in JSON")
}
