//! The AWS calls of a run: the trigger never changes them. The order of the calls is tested in `core/reconcile.rs`, and
//! each fault at each call in `faults/`.

use super::{CONTROL_TOWER, at_once, disabled, enabled, function};
use crate::support::event_files;
use crate::support::scripted_organizations::{ENABLE, LIST, Reply};

/// Returns the trigger kind of an event file by its name.
fn kind_of(file: &str) -> &'static str {
    match file.split(['-', '.']).next() {
        Some("organizations") => "OrganizationsEvent",
        Some("controltower") => "ControlTowerEvent",
        Some("schedule") => "Schedule",
        _ => "Manual",
    }
}

#[test]
fn p1_every_trigger_leads_to_the_same_aws_calls() {
    let mut payloads = event_files::all();
    payloads.push(("null".to_owned(), "null".to_owned()));
    at_once(payloads.chunks(6), |payloads| {
        let server = enabled();
        let function = function(&server, &[]);
        for (name, payload) in payloads {
            server.forget_calls();
            server.set(CONTROL_TOWER, true);
            let result = function.invoke(payload);
            assert_eq!(result.outcome(), "InSync", "{name}");
            assert_eq!(result.report()["trigger"]["kind"], kind_of(name), "{name}");
            assert_eq!(server.operations(), [LIST], "{name}");
            if name != "manual-audit.json" {
                server.forget_calls();
                server.set(CONTROL_TOWER, false);
                assert_eq!(function.invoke(payload).outcome(), "Remediated", "{name}");
                assert_eq!(server.operations(), [LIST, ENABLE, LIST], "{name}");
            }
        }
    });
}

#[test]
fn transient_errors_are_retried_within_the_run() {
    let server = disabled();
    server.script(
        LIST,
        [Reply::error("TooManyRequestsException"), Reply::html(503)],
    );
    server.script(ENABLE, [Reply::error("ConcurrentModificationException")]);
    assert_eq!(function(&server, &[]).invoke("{}").outcome(), "Remediated");
    assert_eq!(
        server.operations(),
        [LIST, LIST, LIST, ENABLE, ENABLE, LIST]
    );
}

#[test]
fn twenty_duplicates_of_one_event_write_once() {
    let server = disabled();
    let function = function(&server, &[]);
    let event = include_str!("../../events/organizations-disable-assumed-role.json");
    let outcomes: Vec<String> = (0..20)
        .map(|_| function.invoke(event).outcome().to_owned())
        .collect();
    assert_eq!(outcomes[0], "Remediated");
    assert_eq!(outcomes[1..], vec!["InSync"; 19]);
    let writes = server
        .operations()
        .iter()
        .filter(|operation| *operation == ENABLE)
        .count();
    assert_eq!(writes, 1);
}
