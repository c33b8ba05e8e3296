//! The properties that `lib.rs` states, over random faults, delays and changes by other callers.
//!
//! Time is paused, so hours of back-off run in microseconds and no test depends on a real clock.

mod landing_zone;
mod pagination;
mod two_instances;

use std::time::{Duration, SystemTime};

use controltower_trusted_access::core::error::ApiErrorKind;
use controltower_trusted_access::core::model::{MaintenanceHold, Mode, Operation, TrustedAccess};
use controltower_trusted_access::core::report::Outcome;
use proptest::prelude::*;
use tokio::time::Instant;

use crate::support::fake_organizations::{FakeOrganizations, Fault, ScriptedCall};
use crate::support::reconcilers::{reconciler, with_hold};

fn any_state() -> impl Strategy<Value = TrustedAccess> {
    prop_oneof![Just(TrustedAccess::Enabled), Just(TrustedAccess::Disabled)]
}

fn any_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![any_failure(), Just(Fault::Stale)]
}

/// A fault that leaves the caller without an observation.
fn any_failure() -> impl Strategy<Value = Fault> {
    prop_oneof![
        prop::sample::select(vec![
            ApiErrorKind::AccessDenied,
            ApiErrorKind::Rejected,
            ApiErrorKind::Throttled,
            ApiErrorKind::Conflict,
            ApiErrorKind::InvalidResponse,
        ])
        .prop_map(Fault::Error),
        Just(Fault::NoResponseAfterEffect),
        Just(Fault::NoResponseBeforeEffect),
        Just(Fault::Hang),
    ]
}

fn any_script() -> impl Strategy<Value = Vec<ScriptedCall>> {
    let call = (
        0..5_000_u64,
        prop::option::weighted(0.2, any_state()),
        prop::option::of(any_fault()),
    )
        .prop_map(|(millis, changed_to, fault)| ScriptedCall {
            delay: Duration::from_millis(millis),
            changed_to,
            fault,
        });
    prop::collection::vec(call, 0..16)
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

fn in_two_minutes() -> Instant {
    Instant::now() + Duration::from_mins(2)
}

/// `make properties` sets the number; the default is 256.
#[test]
fn as_many_cases_run_as_proptest_cases_says() {
    let expected = std::env::var("PROPTEST_CASES").map_or(256, |cases| cases.parse().unwrap());
    let run = std::cell::Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::default();
    let result = runner.run(&any_script(), |_| {
        run.set(run.get() + 1);
        Ok(())
    });
    assert!(result.is_ok());
    assert_eq!(run.get(), expected);
}

proptest! {
    #[test]
    fn p2_unknown_is_not_disabled(state in any_state(), desired in any_state(), fault in any_failure()) {
        in_paused_time(async {
            let organizations = FakeOrganizations::new(state, [fault.into()]);
            let result = reconciler(&organizations, desired).run(Mode::Enforce, in_two_minutes()).await;
            prop_assert!(result.is_err());
            prop_assert_eq!(organizations.calls(), [Operation::List]);
            Ok(())
        })?;
    }

    #[test]
    fn p3_audit_never_writes(state in any_state(), desired in any_state(), script in any_script()) {
        in_paused_time(async {
            let organizations = FakeOrganizations::new(state, script);
            let _ = reconciler(&organizations, desired).run(Mode::Audit, in_two_minutes()).await;
            prop_assert_eq!(organizations.calls(), [Operation::List]);
            Ok(())
        })?;
    }

    #[test]
    fn a_maintenance_hold_never_writes_whatever_faults_happen(
        state in any_state(),
        desired in any_state(),
        script in any_script(),
    ) {
        in_paused_time(async {
            let organizations = FakeOrganizations::new(state, script);
            let until = SystemTime::now() + Duration::from_hours(1);
            let hold = MaintenanceHold { until, raw: String::new() };
            let reconciler = with_hold(reconciler(&organizations, desired), hold);
            let _ = reconciler.run(Mode::Enforce, in_two_minutes()).await;
            prop_assert_eq!(organizations.calls(), [Operation::List]);
            Ok(())
        })?;
    }

    #[test]
    fn p4_a_run_without_faults_converges_and_the_next_one_is_in_sync(
        state in any_state(),
        desired in any_state(),
        script in any_script(),
        faulty_runs in 0..4_usize,
    ) {
        in_paused_time(async {
            let organizations = FakeOrganizations::new(state, script);
            let reconciler = reconciler(&organizations, desired);
            for _ in 0..faulty_runs {
                let _ = reconciler.run(Mode::Enforce, in_two_minutes()).await;
            }
            organizations.end_faults();
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
    fn one_run_makes_at_most_one_write_and_only_towards_the_desired_state(
        state in any_state(),
        desired in any_state(),
        script in any_script(),
    ) {
        in_paused_time(async {
            let organizations = FakeOrganizations::new(state, script);
            let _ = reconciler(&organizations, desired).run(Mode::Enforce, in_two_minutes()).await;
            let writes: Vec<_> = organizations.calls().into_iter().filter(|call| *call != Operation::List).collect();
            prop_assert!(writes.len() <= 1);
            let expected = match desired {
                TrustedAccess::Enabled => Operation::Enable,
                TrustedAccess::Disabled => Operation::Disable,
            };
            prop_assert!(writes.iter().all(|write| *write == expected));
            Ok(())
        })?;
    }

    #[test]
    fn p6_every_run_ends_by_its_deadline(
        state in any_state(),
        desired in any_state(),
        script in any_script(),
        millis in 0..60_000_u64,
    ) {
        in_paused_time(async {
            let organizations = FakeOrganizations::new(state, script);
            let started = Instant::now();
            let time = Duration::from_millis(millis);
            let _ = reconciler(&organizations, desired).run(Mode::Enforce, started + time).await;
            prop_assert!(started.elapsed() <= time);
            Ok(())
        })?;
    }
}
