//! An AWS on loopback that answers what the doctor asks, in the protocol of each service, and can be
//! made to refuse, hang or throttle. A call that it does not know is an answer that fails the test.

pub mod answers;
mod cbor;
mod operation;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::http::{self, Connection, ConnectionAction as Then, Request, response, send};
use operation::Operation;

/// What comes instead of the usual answer.
#[derive(Clone)]
pub enum Instead {
    /// An error of this status, code and message.
    Error(u16, &'static str, &'static str),
    /// The same the first so many times.
    ErrorFirst(usize, u16, &'static str, &'static str),
    /// No answer.
    Silence,
    /// Bytes that are no answer of AWS.
    Nonsense,
    /// Another body for the operation, in its protocol.
    Body(String),
    /// Bodies for one page after the other.
    Pages(Vec<String>),
}

/// How many accounts there are, and who stands out.
#[derive(Clone)]
pub struct World {
    /// By operation, such as `sts:AssumeRole`.
    pub instead: BTreeMap<&'static str, Instead>,
    /// By account: what its role answers.
    pub roles: BTreeMap<String, Instead>,
    /// Enrolled accounts, besides the management account.
    pub accounts: usize,
    /// How long an answer to `AssumeRole` and of a list takes.
    pub latency: Duration,
    /// How many `AssumeRole` are answered within a second; more are throttled.
    pub rate: usize,
}

/// One call, as it came in.
#[derive(Clone)]
pub struct Call {
    /// Such as `sts:AssumeRole`.
    pub operation: String,
    /// The request's body.
    pub body: String,
    /// The Region that it was signed for.
    pub region: String,
    /// The access key that it was signed with.
    pub key: String,
}

/// A running one.
pub struct ScriptedAws {
    /// Where it listens.
    pub url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    most_at_once: Arc<AtomicUsize>,
}

impl World {
    /// In which nothing is wrong.
    pub fn healthy() -> Self {
        Self {
            instead: BTreeMap::new(),
            roles: BTreeMap::new(),
            accounts: 4,
            latency: Duration::ZERO,
            rate: usize::MAX,
        }
    }

    /// With another answer to an operation.
    pub fn with(mut self, operation: &'static str, instead: Instead) -> Self {
        self.instead.insert(operation, instead);
        self
    }

    /// With another answer of an account's role.
    pub fn with_role(mut self, account: &str, instead: Instead) -> Self {
        self.roles.insert(account.to_owned(), instead);
        self
    }

    /// Starts it.
    pub fn start(self) -> ScriptedAws {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let most_at_once = Arc::new(AtomicUsize::new(0));
        let desk = Desk {
            world: self,
            calls: Arc::clone(&calls),
            counts: Mutex::default(),
            this_second: Mutex::new((Instant::now(), 0)),
            at_once: AtomicUsize::new(0),
            most_at_once: Arc::clone(&most_at_once),
        };
        let address: SocketAddr = http::serve(move |request, stream| desk.serve(&request, stream));
        ScriptedAws {
            url: format!("http://{address}"),
            calls,
            most_at_once,
        }
    }
}

impl ScriptedAws {
    /// All calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// How often an operation was called.
    pub fn count(&self, operation: &str) -> usize {
        let calls = self.calls();
        calls
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }

    /// The most `AssumeRole` at the same time.
    pub fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }
}

struct Desk {
    world: World,
    calls: Arc<Mutex<Vec<Call>>>,
    counts: Mutex<BTreeMap<String, usize>>,
    this_second: Mutex<(Instant, usize)>,
    at_once: AtomicUsize,
    most_at_once: Arc<AtomicUsize>,
}

impl Desk {
    fn serve(&self, request: &Request, stream: &mut dyn Connection) -> Then {
        let operation = Operation::of(request);
        let name = operation.name.clone();
        // What is asked ten thousand times is counted and not kept.
        if self.world.accounts < 1000 {
            self.calls.lock().unwrap().push(Call {
                operation: name.clone(),
                body: operation.body.clone(),
                region: operation.region.clone(),
                key: operation.key.clone(),
            });
        }
        let is_role = name == "sts:AssumeRole";
        if is_role {
            let at_once = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_at_once.fetch_max(at_once, Ordering::SeqCst);
        }
        let is_list = name.contains(":ListEnabled") || name.contains(":ListAccounts");
        if is_role || is_list {
            thread::sleep(self.world.latency);
        }
        let then = self.answer(&operation, stream);
        if is_role {
            self.at_once.fetch_sub(1, Ordering::SeqCst);
        }
        then
    }

    fn answer(&self, operation: &Operation, stream: &mut dyn Connection) -> Then {
        let role = operation.role_account();
        let of_role = role
            .as_ref()
            .and_then(|account| self.world.roles.get(account));
        let instead = of_role.or_else(|| self.world.instead.get(operation.name.as_str()));
        let key = format!("{} {}", operation.name, role.unwrap_or_default());
        let too_many = operation.name == "sts:AssumeRole" && self.is_beyond_the_rate();
        let answer = match instead {
            _ if too_many => operation.error(400, "Throttling", "Rate exceeded"),
            None => answers::usual(operation, &self.world),
            Some(Instead::Error(status, code, message)) => operation.error(*status, code, message),
            Some(Instead::ErrorFirst(times, status, code, message)) => {
                if self.count(key) <= *times {
                    operation.error(*status, code, message)
                } else {
                    answers::usual(operation, &self.world)
                }
            }
            Some(Instead::Silence) => {
                thread::sleep(Duration::from_mins(10));
                return Then::Close;
            }
            Some(Instead::Nonsense) => response(200, "text/html", &[], b"<html>Sign in</html>"),
            Some(Instead::Body(body)) => operation.success(body.as_bytes()),
            Some(Instead::Pages(pages)) => {
                let page = pages.get(self.count(key) - 1);
                operation.success(page.expect("no call after the last page").as_bytes())
            }
        };
        send(stream, &answer);
        Then::KeepOpen
    }

    fn is_beyond_the_rate(&self) -> bool {
        let mut window = self.this_second.lock().unwrap();
        if window.0.elapsed() >= Duration::from_secs(1) {
            *window = (Instant::now(), 0);
        }
        window.1 += 1;
        window.1 > self.world.rate
    }

    fn count(&self, key: String) -> usize {
        let mut counts = self.counts.lock().unwrap();
        let count = counts.entry(key).or_default();
        *count += 1;
        *count
    }
}
