//! The process is killed anywhere, and two of them want opposite things: nothing is left that the
//! next run does not put right, because nothing is remembered between runs.

use super::{CONTROL_TOWER, disabled, enabled, function};
use crate::support::fake_lambda::{Answer, Function};
use crate::support::scripted_organizations::{DISABLE, ENABLE, LIST, Reply, ScriptedOrganizations};

/// Where the process is killed: the call that has arrived, and what becomes of it.
struct Killed {
    during: Vec<&'static str>,
    reply: Reply,
    /// The outcome and the calls of the next run, in a new process.
    next: (&'static str, Vec<&'static str>),
}

/// Every call boundary of a run that ends in this write.
fn boundaries(write: &'static str) -> Vec<Killed> {
    let in_sync = || ("InSync", vec![LIST]);
    let remediated = || ("Remediated", vec![LIST, write, LIST]);
    let killed = |during: &[_], reply, next| Killed {
        during: during.to_vec(),
        reply,
        next,
    };
    vec![
        killed(&[LIST], Reply::Hang, remediated()),
        killed(&[LIST, write], Reply::Hang, remediated()),
        killed(&[LIST, write], Reply::AppliedThenHang, in_sync()),
        killed(&[LIST, write, LIST], Reply::Hang, in_sync()),
    ]
}

/// The reply stands for the last of the calls alone.
fn script(server: &ScriptedOrganizations, killed: &Killed) {
    let last = killed.during[killed.during.len() - 1];
    let earlier = killed.during.iter().filter(|call| **call == last).count() - 1;
    let mut replies = vec![Reply::Honest; earlier];
    replies.push(killed.reply.clone());
    server.script(last, replies);
}

fn assert_converges_after(
    server: &ScriptedOrganizations,
    environment: &[(&str, &str)],
    killed: &Killed,
) {
    script(server, killed);
    let doomed = function(server, environment);
    doomed.begin("{}");
    server.wait_for_calls(killed.during.len());
    // Dropping it sends SIGKILL.
    drop(doomed);
    assert_eq!(server.operations(), killed.during);

    let fresh = function(server, environment);
    for next in [&killed.next, &("InSync", vec![LIST])] {
        server.forget_calls();
        assert_eq!(fresh.invoke("{}").outcome(), next.0);
        assert_eq!(server.operations(), next.1);
    }
}

#[test]
fn killed_at_any_call_of_an_enabling_run_the_next_process_converges() {
    for killed in boundaries(ENABLE) {
        let server = disabled();
        assert_converges_after(&server, &[], &killed);
        assert!(server.has(CONTROL_TOWER));
    }
}

#[test]
fn killed_at_any_call_of_a_disabling_run_the_next_process_converges() {
    for killed in boundaries(DISABLE) {
        let server = enabled();
        assert_converges_after(&server, &KEEPS_DISABLED, &killed);
        assert!(!server.has(CONTROL_TOWER));
    }
}

const KEEPS_DISABLED: [(&str, &str); 2] =
    [("DESIRED_STATE", "disabled"), ("ALLOW_DISABLE", "true")];

/// The calls of a run are bounded whatever the other does: one pass, one write, and the reads that
/// fit into 20 s, which are at 1, 3, 7, 11, 15 and 19 s.
const MOST_CALLS: usize = 1 + 1 + 6;

#[test]
fn two_functions_with_opposite_desires_undo_each_other_run_by_run_and_say_so() {
    let server = enabled();
    let (keeps_enabled, keeps_disabled) =
        (function(&server, &[]), function(&server, &KEEPS_DISABLED));
    for (one, saw, write) in [
        (&keeps_disabled, "enabled", DISABLE),
        (&keeps_enabled, "disabled", ENABLE),
        (&keeps_disabled, "enabled", DISABLE),
    ] {
        server.forget_calls();
        let answer = one.invoke("{}");
        assert_eq!(answer.outcome(), "Remediated");
        assert_eq!(answer.report()["observed"], saw);
        assert_eq!(server.operations(), [LIST, write, LIST]);
    }
}

#[test]
fn two_functions_with_opposite_desires_at_once_each_end_in_bounded_calls() {
    let server = enabled();
    let (keeps_enabled, keeps_disabled) =
        (function(&server, &[]), function(&server, &KEEPS_DISABLED));
    for _ in 0..3 {
        server.forget_calls();
        keeps_enabled.begin("{}");
        keeps_disabled.begin("{}");
        let answers = [&keeps_enabled, &keeps_disabled].map(Function::answer);
        let calls = server.calls();
        assert!(calls.len() <= 2 * MOST_CALLS, "{:?}", server.operations());
        let writes: Vec<_> = calls.iter().filter(|call| call.operation != LIST).collect();
        assert!(writes.len() <= 2, "{:?}", server.operations());
        assert!(
            writes
                .iter()
                .all(|call| call.body["ServicePrincipal"] == CONTROL_TOWER)
        );
        for answer in &answers {
            match answer {
                Answer::Response(report) => {
                    assert!(
                        ["enabled", "disabled"].contains(&report["observed"].as_str().unwrap())
                    );
                }
                Answer::Error { error_type, .. } => assert_eq!(error_type, "NotConverged"),
            }
        }
    }
}
