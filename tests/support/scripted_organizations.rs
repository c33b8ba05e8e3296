//! A stateful AWS Organizations and AWS Control Tower on loopback. Each request gets the service's normal reply, or the
//! [`Reply`] that a test has scripted for it.

use std::net::{Shutdown, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::http::{self, ListenerGate};
use super::tls::{self, Authority};

mod raw_response;
mod reply;
mod server;
mod state;

pub use reply::{ConnectionFault, Reply, ResponsePart};
use state::State;

pub const CONTROL_TOWER: &str = "controltower.amazonaws.com";
pub const LIST: &str = "ListAWSServiceAccessForOrganization";
pub const ENABLE: &str = "EnableAWSServiceAccess";
pub const DISABLE: &str = "DisableAWSServiceAccess";
pub const LIST_ZONES: &str = "ListLandingZones";
pub const GET_ZONE: &str = "GetLandingZone";
pub const LIST_OPERATIONS: &str = "ListLandingZoneOperations";

/// The content type of AWS's JSON protocol.
const JSON: &str = "application/x-amz-json-1.1";
/// How long a test waits for requests before it fails.
const WAIT_TIMEOUT: Duration = Duration::from_secs(150);

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

/// A scripted organization. Its server runs until the test process ends.
#[derive(Clone)]
pub struct ScriptedOrganizations {
    endpoint: String,
    address: SocketAddr,
    shared: Arc<Mutex<State>>,
}

impl ScriptedOrganizations {
    /// Returns an organization in which these principals are enabled, on one page.
    pub fn with(principals: &[&str]) -> Self {
        Self::with_pages(&[principals])
    }

    /// Returns an organization whose list of principals has these pages.
    pub fn with_pages(pages: &[&[&str]]) -> Self {
        let shared = organization(pages);
        let handler_state = Arc::clone(&shared);
        let address = http::serve_with_gate(
            gate(&shared),
            |stream| Box::new(stream),
            move |request, stream| server::handle(&handler_state, &request, stream),
        );
        Self {
            endpoint: format!("http://{address}"),
            address,
            shared,
        }
    }

    /// Returns an organization behind TLS with the authority's certificate, with one page.
    pub fn with_tls(principals: &[&str], authority: &Authority) -> Self {
        Self::with_pages_and_tls(&[principals], authority)
    }

    /// Returns an organization behind TLS with the authority's certificate.
    pub fn with_pages_and_tls(pages: &[&[&str]], authority: &Authority) -> Self {
        let shared = organization(pages);
        let (handler_state, wrapper_state) = (Arc::clone(&shared), Arc::clone(&shared));
        let (trusted, untrusted) = (authority.server(), Authority::new().server());
        let address = http::serve_with_gate(
            gate(&shared),
            move |stream| {
                let mut state = lock(&wrapper_state);
                state.connections.extend(stream.try_clone());
                if state.untrusted {
                    untrusted(stream)
                } else {
                    trusted(stream)
                }
            },
            move |request, stream| server::handle(&handler_state, &request, stream),
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

    /// Sets the landing zone, as `GetLandingZone` returns it. There is none at first.
    pub fn set_landing_zone(&self, detail: &Value) -> &Self {
        self.state().landing_zone = Some(detail.clone());
        self
    }

    /// Sets the status of the one `DELETE` operation of the last 90 days. There is none at first.
    pub fn set_delete_operation(&self, status: &'static str) -> &Self {
        self.state().delete_operation = Some(status);
        self
    }

    pub fn remove_landing_zone(&self) -> &Self {
        self.state().landing_zone = None;
        self
    }

    /// The next requests for an operation get these replies, and later ones the normal reply.
    pub fn script(&self, operation: &str, replies: impl IntoIterator<Item = Reply>) -> &Self {
        self.state()
            .script
            .entry(operation.to_owned())
            .or_default()
            .extend(replies);
        self
    }

    /// Every request for an operation, after the scripted ones, gets this reply.
    pub fn always(&self, operation: &str, reply: Reply) -> &Self {
        self.state().always.insert(operation.to_owned(), reply);
        self
    }

    /// After the next write, this many normal reads still return the state before it.
    pub fn stale_reads_after_a_write(&self, reads: u32) -> &Self {
        self.state().stale_reads = reads;
        self
    }

    /// Makes every new connection fail.
    pub fn break_connections(&self, fault: ConnectionFault) {
        server::break_connections(&self.shared, self.address, fault);
    }

    /// Removes everything that was scripted, and accepts connections again.
    pub fn reset(&self) {
        let mut state = self.state();
        state.script.clear();
        state.always.clear();
        state.stale_reads = 0;
        state.untrusted = false;
        let gate = Arc::clone(&state.gate);
        drop(state);
        gate.open(self.address);
    }

    /// Returns how many TLS connections were accepted.
    pub fn connections(&self) -> usize {
        self.state().connections.len()
    }

    /// Closes all TLS connections, as a server does with idle ones.
    pub fn close_connections(&self) {
        for connection in &self.state().connections {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// Enables or disables a principal, as another caller would.
    pub fn set(&self, principal: &str, enabled: bool) {
        self.state().set(principal, enabled);
    }

    /// Returns whether the principal is enabled.
    pub fn has(&self, principal: &str) -> bool {
        self.principals().iter().any(|p| p == principal)
    }

    /// Returns the enabled principals, in order.
    pub fn principals(&self) -> Vec<String> {
        self.state().pages.iter().flatten().cloned().collect()
    }

    /// Replaces the list of principals.
    pub fn set_pages(&self, pages: &[Vec<&str>]) {
        let page = |page: &Vec<&str>| page.iter().map(|&principal| principal.to_owned()).collect();
        self.state().pages = pages.iter().map(page).collect();
    }

    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// Returns the operations that were called, in order.
    pub fn operations(&self) -> Vec<String> {
        self.calls()
            .into_iter()
            .map(|call| call.operation)
            .collect()
    }

    /// Waits until this many requests have arrived.
    pub fn wait_for_calls(&self, count: usize) {
        let deadline = Instant::now() + WAIT_TIMEOUT;
        while self.calls().len() < count {
            assert!(Instant::now() < deadline, "only {:?}", self.operations());
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
    shared.lock().expect("no thread panicked with the lock")
}

fn gate(shared: &Mutex<State>) -> Arc<ListenerGate> {
    Arc::clone(&lock(shared).gate)
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
