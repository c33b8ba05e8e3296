//! An AWS on loopback, in the protocol of each service that the doctor calls. A scenario makes it refuse, hang or
//! throttle. An operation that it does not know is answered with an error, which fails the test.

mod cbor;
pub mod deployment;
pub mod event_history;
mod operation;
pub mod replies;
pub mod scenarios;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::http::{self, Connection, ConnectionAction, Request, response, send};
use event_history::FakeEvent;
use operation::Operation;

/// A reply in place of the usual one.
#[derive(Clone)]
pub enum FakeReply {
    /// An error with a status, code and message.
    Error(u16, &'static str, &'static str),
    /// The error for the first calls, then the usual reply.
    ErrorFirst(usize, u16, &'static str, &'static str),
    /// The usual reply for the first calls, then the error.
    ErrorAfter(usize, u16, &'static str, &'static str),
    /// None at all: the connection stays open.
    NoResponse,
    /// A page that AWS would not send, as from a captive portal.
    Html,
    /// A body, in the protocol of the operation.
    Body(String),
    /// One body for each call.
    Pages(Vec<String>),
    /// The reply for requests whose body contains the text, and the usual one for others.
    Only(&'static str, Box<FakeReply>),
}

/// The state of the organization, and the replies that differ from the usual ones.
#[derive(Clone)]
pub struct Scenario {
    /// By operation, such as `sts:AssumeRole`.
    pub replies: BTreeMap<&'static str, FakeReply>,
    /// The replies to `AssumeRole`, by account.
    pub role_replies: BTreeMap<String, FakeReply>,
    /// The number of enrolled accounts, without the management account.
    pub accounts: usize,
    /// The latency of `AssumeRole` and of the lists of accounts.
    pub latency: Duration,
    /// The most `AssumeRole` calls in a second. More are throttled.
    pub assume_role_rate: usize,
    /// CloudTrail's event history, in the order in which it is returned.
    pub events: Arc<Vec<FakeEvent>>,
}

/// A request that the fake received.
#[derive(Clone)]
pub struct Call {
    /// The operation, such as `sts:AssumeRole`.
    pub operation: String,
    /// The request's body.
    pub body: String,
    /// The Region in the signature.
    pub region: String,
    /// The access key ID in the signature.
    pub access_key_id: String,
}

/// A running fake.
pub struct FakeAws {
    /// Its endpoint.
    pub url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    max_concurrency: Arc<AtomicUsize>,
}

impl Scenario {
    /// Returns the scenario in which every check is healthy.
    pub fn healthy() -> Self {
        Self {
            replies: BTreeMap::new(),
            role_replies: BTreeMap::new(),
            accounts: 4,
            latency: Duration::ZERO,
            assume_role_rate: usize::MAX,
            events: Arc::default(),
        }
    }

    /// Replaces the reply of an operation.
    pub fn with(mut self, operation: &'static str, reply: FakeReply) -> Self {
        self.replies.insert(operation, reply);
        self
    }

    /// Sets the event history, in the order in which it is returned.
    pub fn with_events(mut self, events: impl IntoIterator<Item = impl Into<FakeEvent>>) -> Self {
        self.events = Arc::new(events.into_iter().map(Into::into).collect());
        self
    }

    /// Replaces the reply to `AssumeRole` in one account.
    pub fn with_role(mut self, account: &str, reply: FakeReply) -> Self {
        self.role_replies.insert(account.to_owned(), reply);
        self
    }

    /// Starts the fake.
    pub fn start(self) -> FakeAws {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let max_concurrency = Arc::new(AtomicUsize::new(0));
        let server = Server {
            scenario: self,
            calls: Arc::clone(&calls),
            counts: Mutex::default(),
            this_second: Mutex::new((Instant::now(), 0)),
            concurrency: AtomicUsize::new(0),
            max_concurrency: Arc::clone(&max_concurrency),
        };
        let address: SocketAddr =
            http::serve(move |request, stream| server.serve(&request, stream));
        FakeAws {
            url: format!("http://{address}"),
            calls,
            max_concurrency,
        }
    }
}

impl FakeAws {
    /// Returns all calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// Returns the calls of one operation.
    pub fn calls_of(&self, operation: &str) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(|call| call.operation == operation);
        calls
    }

    /// Returns the number of calls of one operation.
    pub fn count(&self, operation: &str) -> usize {
        self.calls_of(operation).len()
    }

    /// Returns the most `AssumeRole` calls at a time.
    pub fn max_concurrency(&self) -> usize {
        self.max_concurrency.load(Ordering::SeqCst)
    }
}

struct Server {
    scenario: Scenario,
    calls: Arc<Mutex<Vec<Call>>>,
    counts: Mutex<BTreeMap<String, usize>>,
    this_second: Mutex<(Instant, usize)>,
    concurrency: AtomicUsize,
    max_concurrency: Arc<AtomicUsize>,
}

impl Server {
    fn serve(&self, request: &Request, stream: &mut dyn Connection) -> ConnectionAction {
        let operation = Operation::from_request(request);
        let name = operation.name.clone();
        // The benchmark's thousands of calls are not kept: the memory would slow it down.
        if self.scenario.accounts < 1000 {
            self.calls.lock().unwrap().push(Call {
                operation: name.clone(),
                body: operation.body.clone(),
                region: operation.region.clone(),
                access_key_id: operation.access_key_id.clone(),
            });
        }
        let is_role = name == "sts:AssumeRole";
        if is_role {
            let concurrency = self.concurrency.fetch_add(1, Ordering::SeqCst) + 1;
            self.max_concurrency
                .fetch_max(concurrency, Ordering::SeqCst);
        }
        let is_list = name.contains(":ListEnabled") || name.contains(":ListAccounts");
        if is_role || is_list {
            thread::sleep(self.scenario.latency);
        }
        let action = self.reply(&operation, stream);
        if is_role {
            self.concurrency.fetch_sub(1, Ordering::SeqCst);
        }
        action
    }

    fn reply(&self, operation: &Operation, stream: &mut dyn Connection) -> ConnectionAction {
        let account = operation.role_account();
        let scenario = &self.scenario;
        let role_reply = account
            .as_ref()
            .and_then(|account| scenario.role_replies.get(account));
        let reply = role_reply.or_else(|| scenario.replies.get(operation.name.as_str()));
        let reply = match reply {
            Some(FakeReply::Only(text, reply)) => operation.body.contains(text).then_some(&**reply),
            other => other,
        };
        let key = format!("{} {}", operation.name, account.unwrap_or_default());
        let usual = || replies::usual(operation, scenario);
        let is_throttled = operation.name == "sts:AssumeRole" && self.exceeds_rate();
        let bytes = match reply {
            _ if is_throttled => operation.error(400, "Throttling", "Rate exceeded"),
            None | Some(FakeReply::Only(..)) => usual(),
            Some(FakeReply::ErrorFirst(times, ..)) if self.count(&key) > *times => usual(),
            Some(FakeReply::ErrorAfter(times, ..)) if self.count(&key) <= *times => usual(),
            Some(
                FakeReply::Error(status, code, message)
                | FakeReply::ErrorFirst(_, status, code, message)
                | FakeReply::ErrorAfter(_, status, code, message),
            ) => operation.error(*status, code, message),
            Some(FakeReply::NoResponse) => {
                thread::sleep(Duration::from_mins(10));
                return ConnectionAction::Close;
            }
            Some(FakeReply::Html) => response(200, "text/html", &[], b"<html>Sign in</html>"),
            Some(FakeReply::Body(body)) => operation.success(body.as_bytes()),
            Some(FakeReply::Pages(pages)) => {
                let page = pages.get(self.count(&key) - 1);
                operation.success(page.expect("no call after the last page").as_bytes())
            }
        };
        send(stream, &bytes);
        ConnectionAction::KeepOpen
    }

    fn exceeds_rate(&self) -> bool {
        let mut window = self.this_second.lock().unwrap();
        if window.0.elapsed() >= Duration::from_secs(1) {
            *window = (Instant::now(), 0);
        }
        window.1 += 1;
        window.1 > self.scenario.assume_role_rate
    }

    fn count(&self, key: &str) -> usize {
        let mut counts = self.counts.lock().unwrap();
        let count = counts.entry(key.to_owned()).or_default();
        *count += 1;
        *count
    }
}
