//! A decommissioning in reports and log lines. Its decisions are tested in `core/reconcile/decommissioning.rs`.

use super::landing_zone::function;
use super::{CONTROL_TOWER, disabled};
use crate::aws::control_tower::drifted_landing_zone;
use crate::support::scripted_organizations::{GET_ZONE, LIST, LIST_OPERATIONS, LIST_ZONES, Reply};

#[test]
fn enabling_is_blocked_while_the_landing_zone_is_being_decommissioned() {
    let server = disabled();
    server.set_landing_zone(&drifted_landing_zone());
    server.set_delete_operation("IN_PROGRESS");
    let function = function(&server, &[]);
    let result = function.invoke("{}");
    assert_eq!(result.outcome(), "Blocked");
    assert_eq!(
        result.report()["reason"],
        "the landing zone in eu-west-1 is being decommissioned: AWS Control Tower lists a DELETE operation that is in \
         progress. The next run after it has ended reads the landing zone again"
    );
    assert_eq!(
        server.operations(),
        [LIST, LIST_ZONES, GET_ZONE, LIST_OPERATIONS]
    );

    server.remove_landing_zone();
    server.set_delete_operation("SUCCEEDED");
    let result = function.invoke("{}");
    assert_eq!(result.outcome(), "Blocked");
    let reason = result.report()["reason"].as_str().unwrap();
    assert!(
        reason.contains("was decommissioned in the last 90 days"),
        "{reason}"
    );
    assert!(!server.has(CONTROL_TOWER));
}

#[test]
fn unreadable_operations_are_warned_of_and_do_not_stop_a_repair() {
    let server = disabled();
    server.set_landing_zone(&drifted_landing_zone());
    let denied = Reply::error_with_status(403, "AccessDeniedException", "no");
    server.always(LIST_OPERATIONS, denied);
    let function = function(&server, &[]);
    let result = function.invoke("{}");
    assert_eq!(result.outcome(), "Remediated");
    assert_eq!(result.report()["landingZone"]["version"], "3.3");
    let warnings = function.log_lines(1, "WARN");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(
        warnings[0]["message"],
        "the landing zone's operations could not be read"
    );
}
