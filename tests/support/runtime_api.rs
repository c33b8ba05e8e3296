//! A fake Lambda Runtime API, the side of Lambda that the built binary polls for invocations.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Instant, SystemTime};

use serde_json::Value;

use super::http::{self, Connection, ConnectionAction, Request};

pub const FUNCTION_NAME: &str = "controltower-trusted-access-test";

/// How one invocation ended.
#[derive(Debug, Clone, PartialEq)]
pub enum InvocationResult {
    Response(Value),
    Error { error_type: String, message: String },
}

impl InvocationResult {
    /// Returns the report. Panics if the invocation failed.
    pub fn report(&self) -> &Value {
        match self {
            Self::Response(report) => report,
            Self::Error { .. } => panic!("an error instead of a report: {self:?}"),
        }
    }

    /// Returns the outcome in the report. Panics if the invocation failed.
    pub fn outcome(&self) -> &str {
        self.report()["outcome"]
            .as_str()
            .expect("a report has an outcome")
    }

    /// Returns the error's type and message. Panics if the invocation succeeded.
    pub fn error(&self) -> (&str, &str) {
        match self {
            Self::Error {
                error_type,
                message,
            } => (error_type, message),
            Self::Response(_) => panic!("a report instead of an error: {self:?}"),
        }
    }

    /// Returns the outcome, or the error's type.
    pub fn outcome_or_error_type(&self) -> &str {
        match self {
            Self::Response(_) => self.outcome(),
            Self::Error { error_type, .. } => error_type,
        }
    }

    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error { .. })
    }

    /// Returns the report or the error as the caller gets it.
    pub fn json(&self) -> Value {
        match self {
            Self::Response(report) => report.clone(),
            Self::Error {
                error_type,
                message,
            } => serde_json::json!({"errorType": error_type, "errorMessage": message}),
        }
    }
}

/// An invocation that waits for the function.
pub struct Invocation {
    pub payload: Vec<u8>,
    pub deadline: SystemTime,
    /// The caller's client context, as JSON.
    pub client_context: Option<String>,
}

/// The ends of the channels that the Runtime API uses.
pub struct Channels {
    pub invocations: Receiver<Invocation>,
    pub results: Sender<Option<InvocationResult>>,
    /// The time of each request for the next invocation.
    pub polls: Sender<Instant>,
}

/// Serves the Runtime API, and returns its address.
pub fn serve(channels: Channels) -> SocketAddr {
    let invocations = Mutex::new(channels.invocations);
    let (results, polls) = (channels.results, channels.polls);
    let number = AtomicU32::new(0);
    http::serve(move |request, stream| {
        let last = request.path.rsplit('/').next().unwrap_or_default();
        match last {
            "next" => {
                let _ = polls.send(Instant::now());
                let Ok(invocation) = invocations.lock().expect("one poller").recv() else {
                    return ConnectionAction::Close;
                };
                deliver(stream, number.fetch_add(1, Ordering::Relaxed), &invocation);
            }
            "response" => accept(stream, &results, InvocationResult::Response(body(&request))),
            "error" => {
                let text = |key: &str| body(&request)[key].as_str().unwrap_or_default().to_owned();
                let error = InvocationResult::Error {
                    error_type: text("errorType"),
                    message: text("errorMessage"),
                };
                accept(stream, &results, error);
            }
            other => panic!("the Runtime API has no path {other}"),
        }
        ConnectionAction::KeepOpen
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
    let context = invocation.client_context.as_deref();
    let context = context.map(|json| ("lambda-runtime-client-context", json));
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .chain(context)
        .collect();
    http::send(
        stream,
        &http::response(200, "application/json", &headers, &invocation.payload),
    );
}

fn accept(
    stream: &mut dyn Connection,
    results: &Sender<Option<InvocationResult>>,
    result: InvocationResult,
) {
    let _ = results.send(Some(result));
    http::send(stream, &http::response(202, "application/json", &[], b"{}"));
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).expect("the function responds with JSON")
}
