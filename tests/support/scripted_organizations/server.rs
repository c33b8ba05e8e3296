//! Handles one request as the script says.

use std::net::SocketAddr;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::super::http::{self, Connection, ConnectionAction, Request};
use super::raw_response::{chunked_response, send_large, send_slowly, with_content_type};
use super::state::State;
use super::{
    ConnectionFault, DISABLE, ENABLE, GET_ZONE, JSON, LIST_OPERATIONS, LIST_ZONES, Reply,
    ResponsePart, gate, lock,
};

const TARGET_PREFIX: &str = "AWSOrganizationsV20161128.";

pub fn break_connections(shared: &Mutex<State>, address: SocketAddr, fault: ConnectionFault) {
    match fault {
        ConnectionFault::UntrustedCertificate => lock(shared).untrusted = true,
        ConnectionFault::Refused => gate(shared).close(address),
    }
}

pub fn handle(
    shared: &Mutex<State>,
    request: &Request,
    stream: &mut dyn Connection,
) -> ConnectionAction {
    let operation = operation(request);
    let body: Value = serde_json::from_slice(&request.body).expect("a JSON body");
    let reply = lock(shared).record_call(&operation, &body, request);
    let normal = || lock(shared).normal_response(&operation, &body);
    let apply = || lock(shared).apply(&operation, &body);
    match reply {
        Reply::Normal => http::send(stream, &normal()),
        Reply::NormalWithContentType(content_type) => {
            http::send(stream, &with_content_type(&normal(), content_type));
        }
        Reply::Padded(size) => {
            let body = padded(&mut lock(shared), &operation, &body, size);
            http::send(stream, &http::response(200, JSON, &[], &body));
        }
        Reply::PaddedInChunks(size) => {
            let body = padded(&mut lock(shared), &operation, &body, size);
            http::send(stream, &chunked_response(200, JSON, &body));
        }
        Reply::Large(size) => send_large(stream, JSON, size),
        Reply::EndlessTokens => {
            let token = lock(shared).calls.len();
            let page =
                json!({"EnabledServicePrincipals": [], "NextToken": format!("endless-{token}")});
            http::send(
                stream,
                &http::response(200, JSON, &[], page.to_string().as_bytes()),
            );
        }
        Reply::Custom(status, content_type, body) => {
            http::send(stream, &http::response(status, content_type, &[], &body));
        }
        Reply::NormalThen(fault) => {
            let response = normal();
            let address = stream.socket().local_addr().expect("a connected socket");
            break_connections(shared, address, fault);
            http::send(stream, &response);
            return ConnectionAction::Close;
        }
        Reply::Slow(part) => {
            let response = normal();
            let sent_at_once = match part {
                ResponsePart::Head => 0,
                ResponsePart::Body => response.len().saturating_sub(40),
            };
            http::send(stream, &response[..sent_at_once]);
            send_slowly(stream, &response[sent_at_once..]);
        }
        Reply::TruncatedBody => {
            let response = normal();
            http::send(stream, &response[..response.len() - 5]);
            return ConnectionAction::Close;
        }
        Reply::AppliedThenClose => {
            apply();
            return ConnectionAction::Close;
        }
        Reply::Close => return ConnectionAction::Close,
        Reply::AppliedThenReset => {
            apply();
            return ConnectionAction::Reset;
        }
        Reply::Reset => return ConnectionAction::Reset,
        Reply::AppliedThenHang => {
            apply();
            std::thread::park();
        }
        Reply::Hang => std::thread::park(),
    }
    ConnectionAction::KeepOpen
}

/// Returns the normal response's body with `size` bytes of padding.
fn padded(state: &mut State, operation: &str, body: &Value, size: usize) -> Vec<u8> {
    let mut response: Value = match operation {
        ENABLE | DISABLE => json!({}),
        _ => serde_json::from_slice(&state.read(operation, body)).expect("JSON"),
    };
    state.apply(operation, body);
    response["Padding"] = json!("x".repeat(size));
    response.to_string().into_bytes()
}

/// Returns the operation: Organizations has it in a header, Control Tower in the path.
fn operation(request: &Request) -> String {
    match request.path.as_str() {
        "/list-landingzones" => LIST_ZONES.to_owned(),
        "/get-landingzone" => GET_ZONE.to_owned(),
        "/list-landingzone-operations" => LIST_OPERATIONS.to_owned(),
        _ => {
            let target = request.header("x-amz-target");
            let operation = target.and_then(|target| target.strip_prefix(TARGET_PREFIX));
            operation
                .expect("an Organizations request has a target of this API version")
                .to_owned()
        }
    }
}
