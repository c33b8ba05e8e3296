//! The properties that `lib.rs` states, over random worlds.
//!
//! Time is paused: a world of hours runs in microseconds, and no clock decides a test.

mod landing_zone;
mod lists;
mod two_instances;

use std::time::{Duration, SystemTime};

use controltower_trusted_access::core::error::ApiErrorKind;
use controltower_trusted_access::core::model::{MaintenanceHold, Mode, Operation, TrustedAccess};
use controltower_trusted_access::core::report::Outcome;
use proptest::prelude::*;
use tokio::time::Instant;

use crate::support::fake_organizations::{FakeOrganizations, Fault, Turn};
use crate::support::reconcilers::{reconciler, with_hold};

fn any_state() -> impl Strategy<Value = TrustedAccess> {
    prop_oneof![Just(TrustedAccess::Enabled), Just(TrustedAccess::Disabled)]
}

fn any_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![any_failure(), Just(Fault::Stale)]
}

/// A fault after which the caller knows nothing.
fn any_failure() -> impl Strategy<Value = Fault> {
    prop_oneof![
        prop::sample::select(vec![
            ApiErrorKind::AccessDenied,
            ApiErrorKind::Rejected,
            ApiErrorKind::Throttled,
            ApiErrorKind::Conflict,
            ApiErrorKind::InvalidResponse,
        ])
        .prop_map(Fault::Refused),
        Just(Fault::LostAfterEffect),
        Just(Fault::LostBeforeEffect),
        Just(Fault::Hang),
    ]
}

fn any_turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = (
        0..5_000_u64,
        prop::option::weighted(0.2, any_state()),
        prop::option::of(any_fault()),
    )
        .prop_map(|(millis, outside, fault)| Turn {
            delay: Duration::from_millis(millis),
            outside,
            fault,
        });
    prop::collection::vec(turn, 0..16)
}

fn in_paused_time(
    test: impl Future<Output = Result<(), TestCaseError>>,
) -> Result<(), TestCaseError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime")
        .block_on(test)
}

fn soon() -> Instant {
    Instant::now() + Duration::from_mins(2)
}

/// What `make properties` asks for is what is run, and a few hundred where nobody asks.
#[test]
fn as_many_cases_are_run_as_are_asked_for() {
    let asked = std::env::var("PROPTEST_CASES").map_or(256, |cases| cases.parse().unwrap());
    let run = std::cell::Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::default();
    let counted = runner.run(&any_turns(), |_| {
        run.set(run.get() + 1);
        Ok(())
    });
    assert!(counted.is_ok());
    assert_eq!(run.get(), asked);
}

proptest! {
    #[test]
    fn p2_unknown_is_not_disabled(state in any_state(), desired in any_state(), fault in any_failure()) {
        in_paused_time(async {
            let world = FakeOrganizations::new(state, [fault.into()]);
            let result = reconciler(&world, desired).run(Mode::Enforce, soon()).await;
            prop_assert!(result.is_err());
            prop_assert_eq!(world.calls(), [Operation::List]);
            Ok(())
        })?;
    }

    #[test]
    fn p3_audit_never_writes(state in any_state(), desired in any_state(), turns in any_turns()) {
        in_paused_time(async {
            let world = FakeOrganizations::new(state, turns);
            let _ = reconciler(&world, desired).run(Mode::Audit, soon()).await;
            prop_assert_eq!(world.calls(), [Operation::List]);
            Ok(())
        })?;
    }

    #[test]
    fn no_fault_makes_a_write_happen_during_a_maintenance(
        state in any_state(),
        desired in any_state(),
        turns in any_turns(),
    ) {
        in_paused_time(async {
            let world = FakeOrganizations::new(state, turns);
            let until = SystemTime::now() + Duration::from_hours(1);
            let hold = MaintenanceHold { until, raw: String::new() };
            let reconciler = with_hold(reconciler(&world, desired), hold);
            let _ = reconciler.run(Mode::Enforce, soon()).await;
            prop_assert_eq!(world.calls(), [Operation::List]);
            Ok(())
        })?;
    }

    #[test]
    fn p4_a_run_without_faults_converges_and_the_next_one_is_in_sync(
        state in any_state(),
        desired in any_state(),
        turns in any_turns(),
        faulty_runs in 0..4_usize,
    ) {
        in_paused_time(async {
            let world = FakeOrganizations::new(state, turns);
            let reconciler = reconciler(&world, desired);
            for _ in 0..faulty_runs {
                let _ = reconciler.run(Mode::Enforce, soon()).await;
            }
            world.end_faults();
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
    fn one_run_makes_at_most_one_write_and_only_towards_what_is_desired(
        state in any_state(),
        desired in any_state(),
        turns in any_turns(),
    ) {
        in_paused_time(async {
            let world = FakeOrganizations::new(state, turns);
            let _ = reconciler(&world, desired).run(Mode::Enforce, soon()).await;
            let writes: Vec<_> = world.calls().into_iter().filter(|call| *call != Operation::List).collect();
            prop_assert!(writes.len() <= 1);
            let towards = match desired {
                TrustedAccess::Enabled => Operation::Enable,
                TrustedAccess::Disabled => Operation::Disable,
            };
            prop_assert!(writes.iter().all(|write| *write == towards));
            Ok(())
        })?;
    }

    #[test]
    fn p6_every_run_ends_by_its_deadline(
        state in any_state(),
        desired in any_state(),
        turns in any_turns(),
        millis in 0..60_000_u64,
    ) {
        in_paused_time(async {
            let world = FakeOrganizations::new(state, turns);
            let started = Instant::now();
            let time = Duration::from_millis(millis);
            let _ = reconciler(&world, desired).run(Mode::Enforce, started + time).await;
            prop_assert!(started.elapsed() <= time);
            Ok(())
        })?;
    }
}
