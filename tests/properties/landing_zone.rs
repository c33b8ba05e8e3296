//! The landing-zone check over random faults and replies of Control Tower.

use controltower_trusted_access::core::error::ApiErrorKind;
use controltower_trusted_access::core::landing_zone::{DeleteStatus, LandingZoneState};
use controltower_trusted_access::core::model::{Mode, Operation, TrustedAccess};
use controltower_trusted_access::core::report::Outcome;
use proptest::prelude::*;
use std::time::Duration;
use tokio::time::Instant;

use super::{any_script, any_state, in_paused_time, in_two_minutes};
use crate::support::fake_landing_zone::{
    FakeLandingZone, FakeOperations, FakeReply, drifted_landing_zone,
};
use crate::support::fake_organizations::FakeOrganizations;
use crate::support::reconcilers::reconciler_with_landing_zone;

fn any_reply() -> impl Strategy<Value = FakeReply> {
    prop_oneof![
        Just(FakeReply::State(LandingZoneState::NotFound)),
        Just(FakeReply::State(drifted_landing_zone())),
        Just(FakeReply::Error(ApiErrorKind::AccessDenied)),
        Just(FakeReply::Error(ApiErrorKind::Throttled)),
        Just(FakeReply::GetError(ApiErrorKind::Conflict)),
        Just(FakeReply::Hang),
    ]
}

fn any_operations() -> impl Strategy<Value = FakeOperations> {
    prop_oneof![
        Just(FakeOperations::None),
        Just(FakeOperations::Delete(DeleteStatus::InProgress)),
        Just(FakeOperations::Delete(DeleteStatus::Succeeded)),
        Just(FakeOperations::Error(ApiErrorKind::AccessDenied)),
        Just(FakeOperations::Hang),
    ]
}

/// Returns whether a run towards `desired` may write after these replies.
fn permits(desired: TrustedAccess, reply: &FakeReply, operations: FakeOperations) -> bool {
    let is_listed = matches!(reply, FakeReply::State(_) | FakeReply::GetError(_));
    let is_deleted_now =
        is_listed && operations == FakeOperations::Delete(DeleteStatus::InProgress);
    match (desired, reply) {
        (TrustedAccess::Enabled, reply) => {
            *reply != FakeReply::State(LandingZoneState::NotFound) && !is_deleted_now
        }
        (TrustedAccess::Disabled, reply) => *reply == FakeReply::State(LandingZoneState::NotFound),
    }
}

proptest! {
    #[test]
    fn no_write_happens_that_the_landing_zone_does_not_permit(
        state in any_state(),
        desired in any_state(),
        script in any_script(),
        reply in any_reply(),
        operations in any_operations(),
    ) {
        in_paused_time(async {
            let organizations = FakeOrganizations::new(state, script);
            let zone = FakeLandingZone::new([reply.clone()]).with_operations(operations);
            let reconciler = reconciler_with_landing_zone(&organizations, &zone, desired);
            let done = reconciler.run(Mode::Enforce, in_two_minutes()).await;
            let calls = organizations.calls();
            if !permits(desired, &reply, operations) {
                prop_assert_eq!(&calls, &[Operation::List]);
            }
            prop_assert!(zone.read_times().len() <= 2);
            let blocked = done.is_ok_and(|done| done.outcome == Outcome::Blocked);
            prop_assert!(!blocked || !permits(desired, &reply, operations));
            Ok(())
        })?;
    }

    #[test]
    fn audit_never_writes_with_any_reply_about_the_landing_zone(
        state in any_state(),
        desired in any_state(),
        script in any_script(),
        reply in any_reply(),
        operations in any_operations(),
    ) {
        in_paused_time(async {
            let organizations = FakeOrganizations::new(state, script);
            let zone = FakeLandingZone::new([reply]).with_operations(operations);
            let reconciler = reconciler_with_landing_zone(&organizations, &zone, desired);
            let _ = reconciler.run(Mode::Audit, in_two_minutes()).await;
            prop_assert_eq!(organizations.calls(), [Operation::List]);
            Ok(())
        })?;
    }

    #[test]
    fn a_run_without_faults_converges_once_the_landing_zone_permits_it(
        state in any_state(),
        desired in any_state(),
        script in any_script(),
        replies in prop::collection::vec(any_reply(), 0..4),
    ) {
        in_paused_time(async {
            let organizations = FakeOrganizations::new(state, script);
            for reply in replies {
                let zone = FakeLandingZone::new([reply]);
                let reconciler = reconciler_with_landing_zone(&organizations, &zone, desired);
                let _ = reconciler.run(Mode::Enforce, in_two_minutes()).await;
            }
            organizations.end_faults();
            let permitting = match desired {
                TrustedAccess::Enabled => drifted_landing_zone(),
                TrustedAccess::Disabled => LandingZoneState::NotFound,
            };
            let zone = FakeLandingZone::new([FakeReply::State(permitting)]);
            let reconciler = reconciler_with_landing_zone(&organizations, &zone, desired);
            prop_assert!(reconciler.run(Mode::Enforce, in_two_minutes()).await.is_ok());
            prop_assert_eq!(organizations.state(), desired);
            organizations.forget_calls();
            let last = reconciler.run(Mode::Enforce, in_two_minutes()).await;
            prop_assert_eq!(last.map(|done| done.outcome).ok(), Some(Outcome::InSync));
            prop_assert_eq!(organizations.calls(), [Operation::List]);
            Ok(())
        })?;
    }

    #[test]
    fn every_run_with_a_landing_zone_ends_by_its_deadline(
        state in any_state(),
        desired in any_state(),
        script in any_script(),
        replies in prop::collection::vec(any_reply(), 1..3),
        operations in any_operations(),
        millis in 0..60_000_u64,
    ) {
        in_paused_time(async {
            let organizations = FakeOrganizations::new(state, script);
            let zone = FakeLandingZone::new(replies).with_operations(operations);
            let started = Instant::now();
            let time = Duration::from_millis(millis);
            let reconciler = reconciler_with_landing_zone(&organizations, &zone, desired);
            let _ = reconciler.run(Mode::Enforce, started + time).await;
            prop_assert!(started.elapsed() <= time);
            Ok(())
        })?;
    }
}
