//! The list of operations before enabling: a decommissioning blocks, and explains a missing landing zone.

use controltower_trusted_access::core::error::ApiErrorKind;
use controltower_trusted_access::core::landing_zone::{DeleteStatus, LandingZoneState};
use controltower_trusted_access::core::model::Mode::Enforce;
use controltower_trusted_access::core::model::Operation::List;
use controltower_trusted_access::core::model::TrustedAccess::{Disabled, Enabled};
use controltower_trusted_access::core::report::Outcome;

use super::landing_zone::{landing_zone, run};
use super::organizations;
use crate::support::fake_landing_zone::FakeReply::{Error, GetError, Hang, State};
use crate::support::fake_landing_zone::{FakeOperations, drifted_landing_zone};

#[tokio::test(start_paused = true)]
async fn enabling_is_blocked_while_the_landing_zone_is_being_decommissioned() {
    for reply in [
        State(drifted_landing_zone()),
        State(LandingZoneState::NotFound),
        GetError(ApiErrorKind::Conflict),
    ] {
        let in_progress = FakeOperations::Delete(DeleteStatus::InProgress);
        let organizations = organizations(Disabled);
        let zone = landing_zone(&[reply]).with_operations(in_progress);
        let done = run(&organizations, &zone, Enabled, Enforce).await.unwrap();
        assert_eq!(done.outcome, Outcome::Blocked);
        let reason = done.block_reason.unwrap();
        assert!(
            reason.starts_with("the landing zone in eu-west-1 is being decommissioned"),
            "{reason}"
        );
        assert_eq!(organizations.calls(), [List]);
    }
}

#[tokio::test(start_paused = true)]
async fn operations_are_read_only_if_enabling_is_due_and_only_those_that_matter() {
    use DeleteStatus::{InProgress, Succeeded};
    let elsewhere = LandingZoneState::InOtherRegion("us-west-2".to_owned());
    for (observed, desired, reply, requested) in [
        (Enabled, Enabled, State(drifted_landing_zone()), &[][..]),
        (Enabled, Disabled, State(drifted_landing_zone()), &[]),
        (Enabled, Disabled, State(LandingZoneState::NotFound), &[]),
        (
            Disabled,
            Enabled,
            State(drifted_landing_zone()),
            &[InProgress],
        ),
        (
            Disabled,
            Enabled,
            GetError(ApiErrorKind::AccessDenied),
            &[InProgress],
        ),
        (Disabled, Enabled, Error(ApiErrorKind::AccessDenied), &[]),
        (Disabled, Enabled, Hang, &[]),
        (Disabled, Enabled, State(elsewhere), &[]),
        (
            Disabled,
            Enabled,
            State(LandingZoneState::NotFound),
            &[Succeeded, InProgress],
        ),
    ] {
        let zone = landing_zone(std::slice::from_ref(&reply));
        let _ = run(&organizations(observed), &zone, desired, Enforce).await;
        assert_eq!(zone.requested_statuses(), requested, "{desired} {reply:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_reason_says_if_the_landing_zone_was_decommissioned_or_the_region_may_be_wrong() {
    for (operations, says) in [
        (
            FakeOperations::Delete(DeleteStatus::Succeeded),
            "was decommissioned in the last 90 days",
        ),
        (FakeOperations::None, "LANDING_ZONE_REGION may be wrong"),
        (
            FakeOperations::Error(ApiErrorKind::AccessDenied),
            "if one exists in another Region",
        ),
    ] {
        let zone = landing_zone(&[State(LandingZoneState::NotFound)]).with_operations(operations);
        let done = run(&organizations(Disabled), &zone, Enabled, Enforce)
            .await
            .unwrap();
        assert_eq!(done.outcome, Outcome::Blocked);
        let reason = done.block_reason.unwrap();
        assert!(reason.contains(says), "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn unreadable_operations_do_not_stop_enabling() {
    for operations in [
        FakeOperations::Error(ApiErrorKind::AccessDenied),
        FakeOperations::Hang,
    ] {
        let organizations = organizations(Disabled);
        let zone = landing_zone(&[State(drifted_landing_zone())]).with_operations(operations);
        let done = run(&organizations, &zone, Enabled, Enforce).await.unwrap();
        assert_eq!(done.outcome, Outcome::Remediated);
    }
}

#[tokio::test(start_paused = true)]
async fn all_reads_before_a_repair_share_20_s() {
    let organizations = organizations(Disabled);
    let zone = landing_zone(&[State(drifted_landing_zone())]).with_operations(FakeOperations::Hang);
    run(&organizations, &zone, Enabled, Enforce).await.unwrap();
    let [read, written, _] = organizations.call_times()[..] else {
        panic!("three calls");
    };
    assert_eq!((written - read).as_secs(), 20);
}
