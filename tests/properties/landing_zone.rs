//! The landing zone's say, over random worlds and whatever Control Tower answers.

use controltower_trusted_access::core::error::ApiErrorKind;
use controltower_trusted_access::core::landing_zone::LandingZoneState;
use controltower_trusted_access::core::model::{Mode, Operation, TrustedAccess};
use controltower_trusted_access::core::report::Outcome;
use proptest::prelude::*;
use std::time::Duration;
use tokio::time::Instant;

use super::{any_state, any_turns, in_paused_time, soon};
use crate::support::fake_landing_zone::{FakeLandingZone, Meets, drifted};
use crate::support::fake_organizations::FakeOrganizations;
use crate::support::reconcilers::reconciler_with_landing_zone;

fn any_meeting() -> impl Strategy<Value = Meets> {
    prop_oneof![
        Just(Meets::Told(LandingZoneState::NotFound)),
        Just(Meets::Told(drifted())),
        Just(Meets::Refused(ApiErrorKind::AccessDenied)),
        Just(Meets::Refused(ApiErrorKind::Throttled)),
        Just(Meets::Hang),
    ]
}

/// Whether a run that wants `desired` may write after this.
fn permits(desired: TrustedAccess, met: &Meets) -> bool {
    match (desired, met) {
        (TrustedAccess::Enabled, met) => *met != Meets::Told(LandingZoneState::NotFound),
        (TrustedAccess::Disabled, met) => *met == Meets::Told(LandingZoneState::NotFound),
    }
}

proptest! {
    #[test]
    fn no_write_is_made_that_the_landing_zone_does_not_permit(
        state in any_state(),
        desired in any_state(),
        turns in any_turns(),
        met in any_meeting(),
    ) {
        in_paused_time(async {
            let world = FakeOrganizations::new(state, turns);
            let zone = FakeLandingZone::new([met.clone()]);
            let reconciler = reconciler_with_landing_zone(&world, &zone, desired);
            let done = reconciler.run(Mode::Enforce, soon()).await;
            let calls = world.calls();
            if !permits(desired, &met) {
                prop_assert_eq!(&calls, &[Operation::List]);
            }
            prop_assert!(zone.asked().len() <= 2);
            let blocked = done.is_ok_and(|done| done.outcome == Outcome::Blocked);
            prop_assert!(!blocked || !permits(desired, &met));
            Ok(())
        })?;
    }

    #[test]
    fn audit_never_writes_whatever_the_landing_zone_says(
        state in any_state(),
        desired in any_state(),
        turns in any_turns(),
        met in any_meeting(),
    ) {
        in_paused_time(async {
            let world = FakeOrganizations::new(state, turns);
            let zone = FakeLandingZone::new([met]);
            let reconciler = reconciler_with_landing_zone(&world, &zone, desired);
            let _ = reconciler.run(Mode::Audit, soon()).await;
            prop_assert_eq!(world.calls(), [Operation::List]);
            Ok(())
        })?;
    }

    #[test]
    fn once_the_landing_zone_permits_it_a_run_without_faults_converges(
        state in any_state(),
        desired in any_state(),
        turns in any_turns(),
        meetings in prop::collection::vec(any_meeting(), 0..4),
    ) {
        in_paused_time(async {
            let world = FakeOrganizations::new(state, turns);
            for met in meetings {
                let zone = FakeLandingZone::new([met]);
                let reconciler = reconciler_with_landing_zone(&world, &zone, desired);
                let _ = reconciler.run(Mode::Enforce, soon()).await;
            }
            world.end_faults();
            let permitting = match desired {
                TrustedAccess::Enabled => drifted(),
                TrustedAccess::Disabled => LandingZoneState::NotFound,
            };
            let zone = FakeLandingZone::new([Meets::Told(permitting)]);
            let reconciler = reconciler_with_landing_zone(&world, &zone, desired);
            prop_assert!(reconciler.run(Mode::Enforce, soon()).await.is_ok());
            prop_assert_eq!(world.state(), desired);
            world.forget_calls();
            let last = reconciler.run(Mode::Enforce, soon()).await;
            prop_assert_eq!(last.map(|done| done.outcome).ok(), Some(Outcome::InSync));
            prop_assert_eq!(world.calls(), [Operation::List]);
            Ok(())
        })?;
    }

    #[test]
    fn every_run_that_asks_ends_by_its_deadline(
        state in any_state(),
        desired in any_state(),
        turns in any_turns(),
        meetings in prop::collection::vec(any_meeting(), 1..3),
        millis in 0..60_000_u64,
    ) {
        in_paused_time(async {
            let world = FakeOrganizations::new(state, turns);
            let zone = FakeLandingZone::new(meetings);
            let started = Instant::now();
            let time = Duration::from_millis(millis);
            let reconciler = reconciler_with_landing_zone(&world, &zone, desired);
            let _ = reconciler.run(Mode::Enforce, started + time).await;
            prop_assert!(started.elapsed() <= time);
            Ok(())
        })?;
    }
}
