//! AWS Organizations on loopback, and beside it Control Tower: stateful and honest by default, and as
//! faulty as a test scripts it.

use std::net::{Shutdown, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http::{self, Connection, Door, Request, Then};
use super::tls::{self, Authority};

mod reply;
mod state;

pub use reply::{Obstacle, Part, Reply};
use state::State;

pub const CONTROL_TOWER: &str = "controltower.amazonaws.com";
pub const LIST: &str = "ListAWSServiceAccessForOrganization";
pub const ENABLE: &str = "EnableAWSServiceAccess";
pub const DISABLE: &str = "DisableAWSServiceAccess";
pub const LIST_ZONES: &str = "ListLandingZones";
pub const GET_ZONE: &str = "GetLandingZone";

const TARGET_PREFIX: &str = "AWSOrganizationsV20161128.";
const JSON: &str = "application/x-amz-json-1.1";

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
    address: SocketAddr,
    shared: Arc<Mutex<State>>,
}

impl ScriptedOrganizations {
    /// An organization in which these principals are enabled, on one page.
    pub fn with(principals: &[&str]) -> Self {
        Self::with_pages(&[principals])
    }

    /// The same with a list that is spread over pages.
    pub fn with_pages(pages: &[&[&str]]) -> Self {
        let shared = organization(pages);
        let serving = Arc::clone(&shared);
        let address = http::serve_behind(
            door(&shared),
            |stream| Box::new(stream),
            move |request, stream| answer(&serving, &request, stream),
        );
        Self {
            endpoint: format!("http://{address}"),
            address,
            shared,
        }
    }

    /// One page behind TLS, with that authority's certificate.
    pub fn behind_tls(principals: &[&str], authority: &Authority) -> Self {
        Self::with_pages_behind_tls(&[principals], authority)
    }

    /// The same with a list that is spread over pages.
    pub fn with_pages_behind_tls(pages: &[&[&str]], authority: &Authority) -> Self {
        let shared = organization(pages);
        let (serving, wrapping) = (Arc::clone(&shared), Arc::clone(&shared));
        let (trusted, untrusted) = (authority.server(), Authority::new().server());
        let address = http::serve_behind(
            door(&shared),
            move |stream| {
                let mut state = lock(&wrapping);
                state.connections.extend(stream.try_clone());
                if state.untrusted {
                    untrusted(stream)
                } else {
                    trusted(stream)
                }
            },
            move |request, stream| answer(&serving, &request, stream),
        );
        Self {
            endpoint: format!("https://{}:{}", tls::NAME, address.port()),
            address,
            shared,
        }
    }

    pub fn endpoint(&self) -> String {
        self.endpoint.clone()
    }

    /// From now on Control Tower has this landing zone, as `GetLandingZone` shows it; it has none before.
    pub fn landing_zone(&self, detail: &Value) -> &Self {
        self.state().landing_zone = Some(detail.clone());
        self
    }

    /// From now on it has none.
    pub fn no_landing_zone(&self) -> &Self {
        self.state().landing_zone = None;
        self
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

    /// From now on no connection comes about.
    pub fn obstruct(&self, obstacle: Obstacle) {
        obstruct(&self.shared, self.address, obstacle);
    }

    /// Honest and open from now on, whatever was scripted.
    pub fn heal(&self) {
        let mut state = self.state();
        state.script.clear();
        state.forever.clear();
        state.stale_reads = 0;
        state.untrusted = false;
        let door = Arc::clone(&state.door);
        drop(state);
        door.open(self.address);
    }

    /// How many connections through TLS were begun.
    pub fn connections(&self) -> usize {
        self.state().connections.len()
    }

    /// Closes those connections, as a server does with idle ones.
    pub fn hang_up(&self) {
        for connection in &self.state().connections {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// Somebody else switches the principal on or off.
    pub fn set(&self, principal: &str, enabled: bool) {
        self.state().set(principal, enabled);
    }

    pub fn has(&self, principal: &str) -> bool {
        self.principals().iter().any(|p| p == principal)
    }

    /// The enabled principals, in order.
    pub fn principals(&self) -> Vec<String> {
        self.state().pages.iter().flatten().cloned().collect()
    }

    /// Another list, over these pages.
    pub fn relist(&self, pages: &[Vec<&str>]) {
        let page = |page: &Vec<&str>| page.iter().map(|&principal| principal.to_owned()).collect();
        self.state().pages = pages.iter().map(page).collect();
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
        lock(&self.shared)
    }
}

fn lock(shared: &Mutex<State>) -> MutexGuard<'_, State> {
    shared.lock().expect("no test panicked with the lock")
}

fn door(shared: &Mutex<State>) -> Arc<Door> {
    Arc::clone(&lock(shared).door)
}

fn obstruct(shared: &Mutex<State>, address: SocketAddr, obstacle: Obstacle) {
    match obstacle {
        Obstacle::Untrusted => lock(shared).untrusted = true,
        Obstacle::Refused => door(shared).close(address),
    }
}

fn organization(pages: &[&[&str]]) -> Arc<Mutex<State>> {
    let page = |page: &&[&str]| {
        page.iter()
            .map(|principal| (*principal).to_owned())
            .collect()
    };
    Arc::new(Mutex::new(State {
        pages: pages.iter().map(page).collect(),
        ..State::default()
    }))
}

fn answer(shared: &Mutex<State>, request: &Request, stream: &mut dyn Connection) -> Then {
    let operation = operation(request);
    let body: Value = serde_json::from_slice(&request.body).expect("a JSON body");
    let reply = lock(shared).arrived(&operation, &body, request);
    let honest = || lock(shared).honest(&operation, &body);
    let apply = || lock(shared).apply(&operation, &body);
    match reply {
        Reply::Honest => http::send(stream, &honest()),
        Reply::HonestAs(content_type) => {
            http::send(stream, &http::with_content_type(&honest(), content_type));
        }
        Reply::Padded(size) => {
            let body = padded(&mut lock(shared), &operation, &body, size);
            http::send(stream, &http::response(200, JSON, &[], &body));
        }
        Reply::PaddedInChunks(size) => {
            let body = padded(&mut lock(shared), &operation, &body, size);
            http::send(stream, &http::chunked_response(200, JSON, &body));
        }
        Reply::Huge(size) => http::send_huge(stream, JSON, size),
        Reply::EndlessTokens => {
            let token = lock(shared).calls.len();
            let page =
                json!({"EnabledServicePrincipals": [], "NextToken": format!("endless-{token}")});
            http::send(
                stream,
                &http::response(200, JSON, &[], page.to_string().as_bytes()),
            );
        }
        Reply::Instead(status, content_type, body) => {
            http::send(stream, &http::response(status, content_type, &[], &body));
        }
        Reply::HonestThen(obstacle) => {
            let bytes = honest();
            let address = stream.socket().local_addr().expect("a connected socket");
            obstruct(shared, address, obstacle);
            http::send(stream, &bytes);
            return Then::Close;
        }
        Reply::Slow(part) => {
            let bytes = honest();
            let quick = match part {
                Part::Head => 0,
                Part::Body => bytes.len().saturating_sub(40),
            };
            http::send(stream, &bytes[..quick]);
            http::send_slowly(stream, &bytes[quick..]);
        }
        Reply::CutInBody => {
            let whole = honest();
            http::send(stream, &whole[..whole.len() - 5]);
            return Then::Close;
        }
        Reply::AppliedThenCut => {
            apply();
            return Then::Close;
        }
        Reply::Cut => return Then::Close,
        Reply::AppliedThenReset => {
            apply();
            return Then::Reset;
        }
        Reply::Reset => return Then::Reset,
        Reply::AppliedThenHang => {
            apply();
            std::thread::park();
        }
        Reply::Hang => std::thread::park(),
    }
    Then::KeepOpen
}

/// The honest answer with `size` bytes of padding.
fn padded(state: &mut State, operation: &str, body: &Value, size: usize) -> Vec<u8> {
    let mut answer: Value = match operation {
        ENABLE | DISABLE => json!({}),
        _ => serde_json::from_slice(&state.read(operation, body)).expect("JSON"),
    };
    state.apply(operation, body);
    answer["Padding"] = json!("x".repeat(size));
    answer.to_string().into_bytes()
}

/// Organizations has it in a header, Control Tower in the path.
fn operation(request: &Request) -> String {
    match request.path.as_str() {
        "/list-landingzones" => LIST_ZONES.to_owned(),
        "/get-landingzone" => GET_ZONE.to_owned(),
        _ => {
            let target = request.header("x-amz-target");
            let operation = target.and_then(|target| target.strip_prefix(TARGET_PREFIX));
            operation
                .expect("an Organizations request has a target of this API version")
                .to_owned()
        }
    }
}
