//! The connection that the built binary opens during its start, before the first call.

use std::net::TcpListener;

use crate::lambda::{CONTROL_TOWER, ScriptedOrganizations, function};
use crate::support::function::{Function, binary};
use crate::support::http::RefusingPort;
use crate::support::scripted_organizations::LIST;
use crate::support::temp_file::TempFile;
use crate::support::tls::Authority;

/// Starts the function with this endpoint, and waits until it polls for its first invocation.
fn started(endpoint: &str) -> Function {
    let environment = [("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint)];
    let function = Function::start(&binary(), &environment);
    function.wait_for_poll();
    function
}

/// Starts the function, and waits until it has preconnected to the server and polls.
fn preconnected(server: &ScriptedOrganizations, authority: &Authority) -> Function {
    let bundle = TempFile::with_content(&authority.pem());
    let function = function(server, &[("AWS_CA_BUNDLE", bundle.path())]);
    function.wait_for_poll();
    function
}

/// Returns whether the start opened the only connection of the first call.
fn first_call_uses_the_preconnected_connection() -> bool {
    let authority = Authority::new();
    let server = ScriptedOrganizations::with_tls(&[CONTROL_TOWER], &authority);
    let function = preconnected(&server, &authority);
    let preconnected = server.connections();
    assert_eq!(server.operations(), [""; 0]);
    assert_eq!(function.invoke("{}").outcome(), "InSync");
    assert_eq!(server.operations(), [LIST]);
    (preconnected, server.connections()) == (1, 1)
}

#[test]
fn the_start_opens_one_connection_without_a_request_and_the_first_call_uses_it() {
    // On a busy machine the preconnect may reach its timeout of 500 ms.
    assert!((0..5).any(|_| first_call_uses_the_preconnected_connection()));
}

#[test]
fn a_preconnected_connection_that_was_closed_is_replaced() {
    let authority = Authority::new();
    let server = ScriptedOrganizations::with_tls(&[CONTROL_TOWER], &authority);
    let function = preconnected(&server, &authority);
    server.close_connections();
    assert_eq!(function.invoke("{}").outcome(), "InSync");
    assert_eq!(server.operations(), [LIST]);
    assert_eq!(server.connections(), 2);
}

/// No attempt timeout limits the connection before the first call, so the start needs a limit of its own.
#[test]
fn a_server_without_a_tls_handshake_does_not_block_the_start() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    started(&format!("https://localhost:{port}"));
}

#[test]
fn an_unreachable_endpoint_does_not_block_the_start() {
    let refusing = RefusingPort::new();
    let closed = refusing.address().port();
    for host in [
        format!("localhost:{closed}"),
        format!("127.0.0.1:{closed}"),
        "nowhere.invalid".to_owned(),
    ] {
        started(&format!("https://{host}"));
    }
}
