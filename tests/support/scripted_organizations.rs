//! AWS Organizations on loopback: stateful and honest by default, and as faulty as a test scripts it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http::{self, Connection, Request, Then};
use super::tls::{self, Authority};

pub const CONTROL_TOWER: &str = "controltower.amazonaws.com";
pub const LIST: &str = "ListAWSServiceAccessForOrganization";
pub const ENABLE: &str = "EnableAWSServiceAccess";
pub const DISABLE: &str = "DisableAWSServiceAccess";

const TARGET_PREFIX: &str = "AWSOrganizationsV20161128.";
const JSON: &str = "application/x-amz-json-1.1";
const DATE_ENABLED: f64 = 1_763_892_153.25;

/// What the server does with one request.
#[derive(Clone)]
pub enum Reply {
    /// What Organizations would do.
    Honest,
    /// An answer of this status and body; the request is not applied.
    Instead(u16, &'static str, Vec<u8>),
    /// The request is applied and the connection cut before the answer.
    AppliedThenCut,
    /// The connection is cut; the request is not applied.
    Cut,
    /// An answer whose body is cut off in the middle.
    CutInBody,
    /// No answer for as long as the test lives; the request is not applied.
    Hang,
    /// The same, and the request is applied.
    AppliedThenHang,
}

impl Reply {
    /// An error as the API sends it: status 400, `__type` and `Message`.
    pub fn error(code: &str) -> Self {
        Self::error_of(400, code, "as scripted by the test")
    }

    pub fn error_of(status: u16, code: &str, message: &str) -> Self {
        let body = json!({"__type": code, "Message": message}).to_string();
        Self::Instead(status, JSON, body.into_bytes())
    }

    /// An answer of status 200 with this JSON.
    pub fn ok(body: &Value) -> Self {
        Self::Instead(200, JSON, body.to_string().into_bytes())
    }

    pub fn html(status: u16) -> Self {
        Self::Instead(
            status,
            "text/html",
            b"<html><h1>Gateway</h1></html>".to_vec(),
        )
    }
}

/// One request that arrived.
#[derive(Debug, Clone)]
pub struct Call {
    pub operation: String,
    pub body: Value,
    pub content_type: Option<String>,
    /// The `Authorization` header.
    pub signature: String,
    pub at: Instant,
}

/// A scripted organization; dropping it does not stop it, the test's process does.
#[derive(Clone)]
pub struct ScriptedOrganizations {
    endpoint: String,
    shared: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// One entry a page.
    pages: Vec<Vec<String>>,
    script: HashMap<String, VecDeque<Reply>>,
    forever: HashMap<String, Reply>,
    stale_reads: u32,
    before_write: Option<Vec<Vec<String>>>,
    calls: Vec<Call>,
}

impl ScriptedOrganizations {
    /// An organization in which these principals are enabled, on one page.
    pub fn with(principals: &[&str]) -> Self {
        Self::with_pages(&[principals])
    }

    /// The same with a list that is spread over pages.
    pub fn with_pages(pages: &[&[&str]]) -> Self {
        let (shared, serve) = organization(pages);
        let endpoint = format!("http://{}", http::serve(serve));
        Self { endpoint, shared }
    }

    /// One page behind TLS, with that authority's certificate.
    pub fn behind_tls(principals: &[&str], authority: &Authority) -> Self {
        let (shared, serve) = organization(&[principals]);
        let port = http::serve_through(authority.server(), serve).port();
        let endpoint = format!("https://{}:{port}", tls::NAME);
        Self { endpoint, shared }
    }

    pub fn endpoint(&self) -> String {
        self.endpoint.clone()
    }

    /// The next requests for an operation get these replies; later ones are honest again.
    pub fn script(&self, operation: &str, replies: impl IntoIterator<Item = Reply>) -> &Self {
        self.state()
            .script
            .entry(operation.to_owned())
            .or_default()
            .extend(replies);
        self
    }

    /// Every further request for an operation gets this reply.
    pub fn forever(&self, operation: &str, reply: Reply) -> &Self {
        self.state().forever.insert(operation.to_owned(), reply);
        self
    }

    /// After the next write, this many honest reads still show the state before it.
    pub fn stale_reads_after_a_write(&self, reads: u32) -> &Self {
        self.state().stale_reads = reads;
        self
    }

    /// Somebody else switches the principal on or off.
    pub fn set(&self, principal: &str, enabled: bool) {
        self.state().set(principal, enabled);
    }

    pub fn has(&self, principal: &str) -> bool {
        self.state().pages.iter().flatten().any(|p| p == principal)
    }

    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// The names of the operations that were called, in order.
    pub fn operations(&self) -> Vec<String> {
        self.calls()
            .into_iter()
            .map(|call| call.operation)
            .collect()
    }

    /// Waits until this many requests have arrived.
    pub fn wait_for_calls(&self, count: usize) {
        let patience = Instant::now() + Duration::from_secs(150);
        while self.calls().len() < count {
            assert!(Instant::now() < patience, "only {:?}", self.operations());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn forget_calls(&self) {
        self.state().calls.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock().expect("no test panicked with the lock")
    }
}

impl State {
    fn set(&mut self, principal: &str, enabled: bool) {
        for page in &mut self.pages {
            page.retain(|p| p != principal);
        }
        if enabled && let Some(last) = self.pages.last_mut() {
            last.push(principal.to_owned());
        }
    }

    fn apply(&mut self, operation: &str, body: &Value) {
        if operation != LIST {
            self.before_write = Some(self.pages.clone());
            let principal = body["ServicePrincipal"]
                .as_str()
                .expect("a write names its principal")
                .to_owned();
            self.set(&principal, operation == ENABLE);
        }
    }

    fn honest(&mut self, operation: &str, body: &Value) -> Vec<u8> {
        self.apply(operation, body);
        if operation != LIST {
            return http::response(200, JSON, &[], b"");
        }
        let pages = match &self.before_write {
            Some(before) if self.stale_reads > 0 => {
                self.stale_reads -= 1;
                before
            }
            _ => &self.pages,
        };
        let index: usize = body["NextToken"]
            .as_str()
            .map_or(0, |token| token.parse().expect("our token"));
        let entries: Vec<Value> = pages[index]
            .iter()
            .map(|principal| json!({"ServicePrincipal": principal, "DateEnabled": DATE_ENABLED}))
            .collect();
        let mut page = json!({"EnabledServicePrincipals": entries});
        if index + 1 < pages.len() {
            page["NextToken"] = json!((index + 1).to_string());
        }
        http::response(200, JSON, &[], page.to_string().as_bytes())
    }
}

/// The state of an organization, and what answers from it.
fn organization(
    pages: &[&[&str]],
) -> (
    Arc<Mutex<State>>,
    impl Fn(Request, &mut dyn Connection) -> Then + Send + Sync + 'static,
) {
    let page = |page: &&[&str]| {
        page.iter()
            .map(|principal| (*principal).to_owned())
            .collect()
    };
    let shared = Arc::new(Mutex::new(State {
        pages: pages.iter().map(page).collect(),
        ..State::default()
    }));
    let serving = Arc::clone(&shared);
    (shared, move |request, stream| {
        answer(&serving, &request, stream)
    })
}

fn answer(shared: &Mutex<State>, request: &Request, stream: &mut dyn Connection) -> Then {
    let target = request
        .header("x-amz-target")
        .expect("an Organizations request has a target");
    let operation = target
        .strip_prefix(TARGET_PREFIX)
        .expect("of this API version")
        .to_owned();
    let body: Value = serde_json::from_slice(&request.body).expect("a JSON body");
    let mut state = shared.lock().expect("no test panicked with the lock");
    state.calls.push(Call {
        operation: operation.clone(),
        body: body.clone(),
        content_type: request.header("content-type").map(str::to_owned),
        signature: request
            .header("authorization")
            .unwrap_or_default()
            .to_owned(),
        at: Instant::now(),
    });
    let scripted = state
        .script
        .get_mut(&operation)
        .and_then(VecDeque::pop_front);
    let reply = scripted.or_else(|| state.forever.get(&operation).cloned());
    let bytes = match reply.unwrap_or(Reply::Honest) {
        Reply::Honest => state.honest(&operation, &body),
        Reply::Instead(status, content_type, body) => {
            http::response(status, content_type, &[], &body)
        }
        Reply::AppliedThenCut => {
            state.apply(&operation, &body);
            return Then::Close;
        }
        Reply::Cut => return Then::Close,
        Reply::CutInBody => {
            let whole = state.honest(&operation, &body);
            drop(state);
            http::send(stream, &whole[..whole.len() - 5]);
            return Then::Close;
        }
        hang @ (Reply::Hang | Reply::AppliedThenHang) => {
            if let Reply::AppliedThenHang = hang {
                state.apply(&operation, &body);
            }
            drop(state);
            std::thread::park();
            return Then::Close;
        }
    };
    drop(state);
    http::send(stream, &bytes);
    Then::KeepOpen
}
