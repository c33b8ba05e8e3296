//! What is called, how often, and when.

use std::time::Duration;

use super::{CONTROL_TOWER, OTHER, ScriptedOrganizations, disabled, enabled, function};
use crate::support::scripted_organizations::{ENABLE, LIST, Reply};

#[test]
fn in_sync_on_the_first_page_is_one_call() {
    let server = ScriptedOrganizations::with_pages(&[&[CONTROL_TOWER], &[OTHER]]);
    let answer = function(&server, &[]).invoke("{}");
    assert_eq!(answer.outcome(), "InSync");
    assert_eq!(answer.report()["enabledSince"], "2025-11-23T10:02:33.25Z");
    assert_eq!(server.operations(), [LIST]);
}

#[test]
fn in_sync_on_a_later_page_is_one_pass_across_an_empty_page() {
    let server = ScriptedOrganizations::with_pages(&[&[OTHER], &[], &[CONTROL_TOWER], &[OTHER]]);
    assert_eq!(function(&server, &[]).invoke("{}").outcome(), "InSync");
    assert_eq!(server.operations(), [LIST; 3]);
}

#[test]
fn a_repair_is_one_pass_one_write_and_the_reads_until_it_shows() {
    let server = ScriptedOrganizations::with_pages(&[&[OTHER], &["config.amazonaws.com"]]);
    server.stale_reads_after_a_write(2);
    let answer = function(&server, &[]).invoke("{}");
    assert_eq!(answer.outcome(), "Remediated");
    assert_eq!(answer.report()["observed"], "disabled");
    assert_eq!(answer.report()["enabledSince"], "2025-11-23T10:02:33.25Z");
    assert_eq!(
        server.operations(),
        [LIST, LIST, ENABLE, LIST, LIST, LIST, LIST]
    );
    let calls = server.calls();
    let pauses =
        [(1, 3), (4, 5)].map(|(before, after): (usize, usize)| calls[after].at - calls[before].at);
    assert!(
        pauses.iter().all(|pause| *pause >= Duration::from_secs(1)),
        "{pauses:?}"
    );
}

#[test]
fn a_failed_read_is_not_disabled_and_no_write_follows_it() {
    let server = ScriptedOrganizations::with_pages(&[&[OTHER], &[CONTROL_TOWER]]);
    server.script(LIST, [Reply::Honest, Reply::error("InvalidInputException")]);
    assert_eq!(function(&server, &[]).invoke("{}").error().0, "Rejected");
    assert_eq!(server.operations(), [LIST; 2]);
}

#[test]
fn a_write_whose_answer_was_lost_counts_if_a_read_shows_it() {
    let server = disabled();
    let mut lost = vec![Reply::AppliedThenCut];
    lost.resize(5, Reply::Cut);
    server.script(ENABLE, lost);
    assert_eq!(function(&server, &[]).invoke("{}").outcome(), "Remediated");
    assert_eq!(
        server.operations(),
        [LIST, ENABLE, ENABLE, ENABLE, ENABLE, ENABLE, LIST]
    );
}

#[test]
fn a_write_whose_answer_was_lost_fails_with_its_error_if_a_read_does_not_show_it() {
    let server = disabled();
    server.forever(ENABLE, Reply::html(502));
    let answer = function(&server, &[]).invoke("{}");
    let (error_type, message) = answer.error();
    assert_eq!(error_type, "Unavailable");
    assert!(message.starts_with("EnableAWSServiceAccess: "), "{message}");
    assert_eq!(
        server.operations(),
        [LIST, ENABLE, ENABLE, ENABLE, ENABLE, ENABLE, LIST]
    );
}

#[test]
fn a_write_whose_answer_cannot_be_understood_is_settled_by_a_read() {
    let server = disabled();
    server.forever(ENABLE, Reply::html(400));
    assert_eq!(
        function(&server, &[]).invoke("{}").error().0,
        "InvalidResponse"
    );
    assert_eq!(server.operations(), [LIST, ENABLE, LIST]);
}

#[test]
fn a_transient_fault_is_retried_within_the_call() {
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
fn p1_for_one_state_of_the_world_every_event_leads_to_the_same_calls() {
    let server = enabled();
    let function = function(&server, &[]);
    for (name, payload) in crate::support::event_files::all() {
        server.forget_calls();
        server.set(CONTROL_TOWER, true);
        assert_eq!(function.invoke(&payload).outcome(), "InSync", "{name}");
        assert_eq!(server.operations(), [LIST], "{name}");
        if name != "manual-audit.json" {
            server.forget_calls();
            server.set(CONTROL_TOWER, false);
            assert_eq!(function.invoke(&payload).outcome(), "Remediated", "{name}");
            assert_eq!(server.operations(), [LIST, ENABLE, LIST], "{name}");
        }
    }
}

#[test]
fn memory_sockets_and_threads_stay_flat_over_300_invocations() {
    let server = enabled();
    let function = function(&server, &[]);
    let event = include_str!("../../events/organizations-disable-sso-user.json");
    let invoke = |times: usize| {
        for _ in 0..times {
            assert_eq!(function.invoke(event).outcome(), "InSync");
        }
    };
    invoke(50);
    let before = function.peak_memory_kib();
    let held = (function.sockets(), function.threads());
    invoke(250);
    assert_eq!((function.sockets(), function.threads()), held);
    let growth = function.peak_memory_kib() - before;
    assert!(growth < 2048, "{growth} KiB");
}
