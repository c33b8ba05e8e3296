//! The connection that is made at the start, before there is anything to call.

use std::net::TcpListener;

use super::{CONTROL_TOWER, ScriptedOrganizations, function};
use crate::support::fake_lambda::Function;
use crate::support::http::RefusingPort;
use crate::support::named_file::NamedFile;
use crate::support::scripted_organizations::LIST;
use crate::support::tls::Authority;

fn started_before(server: &ScriptedOrganizations, authority: &Authority) -> Function {
    let bundle = NamedFile::holding(&authority.pem());
    let function = function(server, &[("AWS_CA_BUNDLE", bundle.path())]);
    function.idle();
    function
}

#[test]
fn the_start_connects_and_calls_nobody() {
    let authority = Authority::new();
    let server = ScriptedOrganizations::behind_tls(&[CONTROL_TOWER], &authority);
    let function = started_before(&server, &authority);
    assert_eq!(server.connections(), 1);
    assert_eq!(server.operations(), [""; 0]);
    assert_eq!(function.invoke("{}").outcome(), "InSync");
    assert_eq!(server.operations(), [LIST]);
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_connection_that_was_closed_since_the_start_costs_no_invocation() {
    let authority = Authority::new();
    let server = ScriptedOrganizations::behind_tls(&[CONTROL_TOWER], &authority);
    let function = started_before(&server, &authority);
    server.hang_up();
    assert_eq!(function.invoke("{}").outcome(), "InSync");
    assert_eq!(server.operations(), [LIST]);
    assert_eq!(server.connections(), 2);
}

/// It would wait for ever: no attempt's time-out runs before the first call.
#[test]
fn a_server_that_says_nothing_does_not_hold_the_start() {
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("https://localhost:{}", mute.local_addr().unwrap().port());
    let environment = [("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.as_str())];
    let function = Function::start(super::BINARY.as_ref(), &environment);
    function.idle();
}

/// It has no name to look up, or nobody is there: the first call says so, the start goes on.
#[test]
fn a_destination_that_is_not_there_does_not_hold_the_start() {
    let refusing = RefusingPort::new();
    let closed = refusing.address().port();
    for host in [
        format!("localhost:{closed}"),
        format!("127.0.0.1:{closed}"),
        "nowhere.invalid".to_owned(),
    ] {
        let endpoint = format!("https://{host}");
        let environment = [("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.as_str())];
        let function = Function::start(super::BINARY.as_ref(), &environment);
        function.idle();
    }
}
