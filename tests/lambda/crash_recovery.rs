//! A process that ended, and two functions with opposite desired states. No state is kept between runs, so the next run
//! repairs whatever they left.

use super::{CONTROL_TOWER, KEEP_DISABLED, disabled, enabled, function};
use crate::support::function::Function;
use crate::support::runtime_api::InvocationResult;
use crate::support::scripted_organizations::{DISABLE, ENABLE, LIST, Reply, ScriptedOrganizations};

/// A point of a run at which the process is killed.
struct Kill {
    /// The calls that have arrived. The process is killed during the last one.
    calls: Vec<&'static str>,
    /// The reply to the last call.
    reply: Reply,
    /// The outcome and the calls of the next run, in a new process.
    next_run: (&'static str, Vec<&'static str>),
}

/// Returns every point at which a run with this write can be killed.
fn kill_points(write: &'static str) -> Vec<Kill> {
    let in_sync = || ("InSync", vec![LIST]);
    let remediated = || ("Remediated", vec![LIST, write, LIST]);
    let kill = |calls: &[_], reply, next_run| Kill {
        calls: calls.to_vec(),
        reply,
        next_run,
    };
    vec![
        kill(&[LIST], Reply::Hang, remediated()),
        kill(&[LIST, write], Reply::Hang, remediated()),
        kill(&[LIST, write], Reply::AppliedThenHang, in_sync()),
        kill(&[LIST, write, LIST], Reply::Hang, in_sync()),
    ]
}

/// Scripts the reply for the last call.
fn script(server: &ScriptedOrganizations, kill: &Kill) {
    let last = kill.calls[kill.calls.len() - 1];
    let earlier = kill.calls.iter().filter(|call| **call == last).count() - 1;
    let mut replies = vec![Reply::Normal; earlier];
    replies.push(kill.reply.clone());
    server.script(last, replies);
}

fn assert_converges_after(
    server: &ScriptedOrganizations,
    environment: &[(&str, &str)],
    kill: &Kill,
) {
    script(server, kill);
    let killed = function(server, environment);
    killed.send("{}");
    server.wait_for_calls(kill.calls.len());
    // Sends SIGKILL.
    drop(killed);
    assert_eq!(server.operations(), kill.calls);

    let restarted = function(server, environment);
    for next_run in [&kill.next_run, &("InSync", vec![LIST])] {
        server.forget_calls();
        assert_eq!(restarted.invoke("{}").outcome(), next_run.0);
        assert_eq!(server.operations(), next_run.1);
    }
}

#[test]
fn the_next_process_converges_after_sigkill_at_any_call_of_an_enabling_run() {
    for kill in kill_points(ENABLE) {
        let server = disabled();
        assert_converges_after(&server, &[], &kill);
        assert!(server.has(CONTROL_TOWER));
    }
}

#[test]
fn the_next_process_converges_after_sigkill_at_any_call_of_a_disabling_run() {
    for kill in kill_points(DISABLE) {
        let server = enabled();
        assert_converges_after(&server, &KEEP_DISABLED, &kill);
        assert!(!server.has(CONTROL_TOWER));
    }
}

/// The most calls of one run: one read, one write, and the verifying reads within 20 s, at 1, 3, 7, 11, 15 and 19 s.
const MAX_CALLS: usize = 1 + 1 + 6;

#[test]
fn two_functions_with_opposite_desired_states_undo_and_report_each_others_changes() {
    let server = enabled();
    let (enabling, disabling) = (function(&server, &[]), function(&server, &KEEP_DISABLED));
    for (function, observed, write) in [
        (&disabling, "enabled", DISABLE),
        (&enabling, "disabled", ENABLE),
        (&disabling, "enabled", DISABLE),
    ] {
        server.forget_calls();
        let result = function.invoke("{}");
        assert_eq!(result.outcome(), "Remediated");
        assert_eq!(result.report()["observed"], observed);
        assert_eq!(server.operations(), [LIST, write, LIST]);
    }
}

#[test]
fn two_concurrent_functions_with_opposite_desired_states_make_a_bounded_number_of_calls() {
    let server = enabled();
    let (enabling, disabling) = (function(&server, &[]), function(&server, &KEEP_DISABLED));
    for _ in 0..3 {
        server.forget_calls();
        enabling.send("{}");
        disabling.send("{}");
        let results = [&enabling, &disabling].map(Function::result);
        let calls = server.calls();
        assert!(calls.len() <= 2 * MAX_CALLS, "{:?}", server.operations());
        let writes: Vec<_> = calls.iter().filter(|call| call.operation != LIST).collect();
        assert!(writes.len() <= 2, "{:?}", server.operations());
        assert!(
            writes
                .iter()
                .all(|call| call.body["ServicePrincipal"] == CONTROL_TOWER)
        );
        for result in &results {
            match result {
                InvocationResult::Response(report) => {
                    assert!(
                        ["enabled", "disabled"].contains(&report["observed"].as_str().unwrap())
                    );
                }
                InvocationResult::Error { error_type, .. } => {
                    assert_eq!(error_type, "NotConverged");
                }
            }
        }
    }
}

/// `lambda_runtime` 1.5 ends its loop if it cannot parse the client context, before any layer or handler sees the
/// invocation. Only a caller with `lambda:InvokeFunction` can send one, and Lambda then starts a new process.
#[test]
fn a_client_context_that_ends_the_process_changes_nothing_and_the_next_process_answers() {
    for context in [
        r#"{"custom":{"ticket":5}}"#,
        r#"{"custom":{"a":true}}"#,
        r#"{"custom":{"who":{"name":"x"}}}"#,
        r#"{"custom":null}"#,
        r#"{"client":{}}"#,
        r#""x""#,
    ] {
        let server = disabled();
        let process = function(&server, &[]);
        let result = process.invoke_with_client_context("{}", context);
        assert_eq!(
            result, None,
            "{context} is answered: remove it from the threat model"
        );
        assert_eq!(server.operations(), [""; 0], "{context}");
        let next = function(&server, &[]);
        assert_eq!(next.invoke("{}").outcome(), "Remediated", "{context}");
    }
}

#[test]
fn a_client_context_of_the_documented_form_is_answered() {
    for context in ["{}", r#"{"custom":{"ticket":"5"}}"#, "[]"] {
        let result = function(&enabled(), &[]).invoke_with_client_context("{}", context);
        assert_eq!(result.expect("an answer").outcome(), "InSync", "{context}");
    }
}
