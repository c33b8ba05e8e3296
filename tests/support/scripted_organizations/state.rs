//! The state of the scripted organization, and its normal responses.

use std::collections::{HashMap, VecDeque};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

use super::super::http::{self, ListenerGate, Request};
use super::reply::Reply;
use super::{Call, DISABLE, ENABLE, GET_ZONE, JSON, LIST_OPERATIONS, LIST_ZONES};

const DATE_ENABLED: f64 = 1_763_892_153.25;

#[derive(Default)]
pub struct State {
    /// The enabled principals, page by page.
    pub pages: Vec<Vec<String>>,
    pub script: HashMap<String, VecDeque<Reply>>,
    pub always: HashMap<String, Reply>,
    pub stale_reads: u32,
    pub before_write: Option<Vec<Vec<String>>>,
    pub calls: Vec<Call>,
    pub gate: Arc<ListenerGate>,
    /// Whether new TLS connections get an untrusted certificate.
    pub untrusted: bool,
    /// The landing zone as `GetLandingZone` returns it, if there is one.
    pub landing_zone: Option<Value>,
    /// The status of the one `DELETE` operation, if there is one.
    pub delete_operation: Option<&'static str>,
    /// All TLS connections so far.
    pub connections: Vec<TcpStream>,
}

impl State {
    pub fn set(&mut self, principal: &str, enabled: bool) {
        for page in &mut self.pages {
            page.retain(|p| p != principal);
        }
        if enabled && let Some(last) = self.pages.last_mut() {
            last.push(principal.to_owned());
        }
    }

    /// Applies a write; a read changes nothing.
    pub fn apply(&mut self, operation: &str, body: &Value) {
        if matches!(operation, ENABLE | DISABLE) {
            self.before_write = Some(self.pages.clone());
            let principal = body["ServicePrincipal"]
                .as_str()
                .expect("a write names its principal")
                .to_owned();
            self.set(&principal, operation == ENABLE);
        }
    }

    /// Applies the request, and returns its normal response.
    pub fn normal_response(&mut self, operation: &str, body: &Value) -> Vec<u8> {
        self.apply(operation, body);
        let body = match operation {
            ENABLE | DISABLE => Vec::new(),
            _ => self.read(operation, body),
        };
        http::response(200, JSON, &[], &body)
    }

    /// Returns the body of a read's response.
    pub fn read(&mut self, operation: &str, body: &Value) -> Vec<u8> {
        match operation {
            LIST_ZONES => {
                let arns = self
                    .landing_zone
                    .iter()
                    .map(|zone| json!({"arn": zone["arn"]}));
                json!({"landingZones": arns.collect::<Vec<_>>()})
                    .to_string()
                    .into_bytes()
            }
            GET_ZONE => {
                let zone = self.landing_zone.as_ref().expect("the list has shown it");
                assert_eq!(body["landingZoneIdentifier"], zone["arn"]);
                json!({"landingZone": zone}).to_string().into_bytes()
            }
            LIST_OPERATIONS => self.operations(body).to_string().into_bytes(),
            _ => self.page(body),
        }
    }

    /// Returns the operations that the request's filter selects.
    fn operations(&self, body: &Value) -> Value {
        let filter = &body["filter"];
        let operations = self.delete_operation.iter().filter(|status| {
            filter["types"] == json!(["DELETE"]) && filter["statuses"] == json!([status])
        });
        let summaries = operations.map(|status| {
            json!({"operationType": "DELETE", "operationIdentifier": "example", "status": status})
        });
        json!({"landingZoneOperations": summaries.collect::<Vec<_>>()})
    }

    /// Returns the page of the request's token.
    fn page(&mut self, body: &Value) -> Vec<u8> {
        let pages = match &self.before_write {
            Some(before) if self.stale_reads > 0 => {
                self.stale_reads -= 1;
                before
            }
            _ => &self.pages,
        };
        let index: usize = body["NextToken"]
            .as_str()
            .map_or(0, |token| token.parse().expect("a token of this server"));
        let entries: Vec<Value> = pages[index]
            .iter()
            .map(|principal| json!({"ServicePrincipal": principal, "DateEnabled": DATE_ENABLED}))
            .collect();
        let mut page = json!({"EnabledServicePrincipals": entries});
        if index + 1 < pages.len() {
            page["NextToken"] = json!((index + 1).to_string());
        }
        page.to_string().into_bytes()
    }

    /// Records a request, and returns its reply.
    pub fn record_call(&mut self, operation: &str, body: &Value, request: &Request) -> Reply {
        let header = |name| request.header(name).map(str::to_owned);
        self.calls.push(Call {
            operation: operation.to_owned(),
            body: body.clone(),
            content_type: header("content-type"),
            signature: header("authorization").unwrap_or_default(),
            at: Instant::now(),
        });
        let scripted = self.script.get_mut(operation).and_then(VecDeque::pop_front);
        let reply = scripted.or_else(|| self.always.get(operation).cloned());
        reply.unwrap_or(Reply::Normal)
    }
}
