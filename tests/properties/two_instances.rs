//! Two instances of the function at once, interleaved wherever a call waits: a duplicate event, or a
//! second copy of the stack that wants the opposite.

use controltower_trusted_access::core::error::ReconcileError;
use controltower_trusted_access::core::model::{Mode, Operation, TrustedAccess};
use controltower_trusted_access::core::report::Outcome;
use proptest::prelude::*;
use tokio::time::Instant;

use super::{any_state, any_turns, in_paused_time, soon};
use crate::support::fake_organizations::FakeOrganizations;
use crate::support::reconcilers::reconciler;

/// One pass, one write, and the reads at 1, 3, 7, 11, 15 and 19 s.
const MOST_CALLS: usize = 1 + 1 + 6;

fn writes(world: &FakeOrganizations) -> Vec<Operation> {
    let calls = world.calls().into_iter();
    calls.filter(|call| *call != Operation::List).collect()
}

fn write_towards(desired: TrustedAccess) -> Operation {
    match desired {
        TrustedAccess::Enabled => Operation::Enable,
        TrustedAccess::Disabled => Operation::Disable,
    }
}

proptest! {
    #[test]
    fn with_one_desire_they_converge_once_the_faults_end_whatever_they_did_to_each_other(
        state in any_state(),
        desired in any_state(),
        turns in any_turns(),
    ) {
        in_paused_time(async {
            let world = FakeOrganizations::new(state, turns);
            let (one, other) = (reconciler(&world, desired), reconciler(&world, desired));
            let _ = tokio::join!(one.run(Mode::Enforce, soon()), other.run(Mode::Enforce, soon()));
            prop_assert!(writes(&world).len() <= 2);
            prop_assert!(writes(&world).iter().all(|write| *write == write_towards(desired)));

            world.end_faults();
            let (first, second) = tokio::join!(one.run(Mode::Enforce, soon()), other.run(Mode::Enforce, soon()));
            prop_assert!(first.is_ok() && second.is_ok());
            prop_assert_eq!(world.state(), desired);
            for last in [&one, &other] {
                world.forget_calls();
                let outcome = last.run(Mode::Enforce, soon()).await.map(|done| done.outcome);
                prop_assert_eq!(outcome.ok(), Some(Outcome::InSync));
                prop_assert_eq!(world.calls(), [Operation::List]);
            }
            Ok(())
        })?;
    }

    #[test]
    fn with_opposite_desires_each_run_ends_in_bounded_calls_and_one_alone_converges(
        state in any_state(),
        turns in any_turns(),
    ) {
        in_paused_time(async {
            let world = FakeOrganizations::new(state, turns);
            let enabling = reconciler(&world, TrustedAccess::Enabled);
            let disabling = reconciler(&world, TrustedAccess::Disabled);
            let deadline = soon();
            let _ = tokio::join!(enabling.run(Mode::Enforce, deadline), disabling.run(Mode::Enforce, deadline));
            prop_assert!(Instant::now() <= deadline);
            prop_assert!(world.calls().len() <= 2 * MOST_CALLS);
            for write in [Operation::Enable, Operation::Disable] {
                prop_assert!(writes(&world).iter().filter(|one| **one == write).count() <= 1);
            }

            world.end_faults();
            prop_assert!(enabling.run(Mode::Enforce, soon()).await.is_ok());
            prop_assert_eq!(world.state(), TrustedAccess::Enabled);
            Ok(())
        })?;
    }

    #[test]
    fn an_auditing_instance_beside_an_enforcing_one_writes_nothing_and_fails_only_by_its_read(
        state in any_state(),
        desired in any_state(),
        turns in any_turns(),
    ) {
        in_paused_time(async {
            let world = FakeOrganizations::new(state, turns);
            let (auditing, enforcing) = (reconciler(&world, desired), reconciler(&world, desired));
            let (audit, _) = tokio::join!(auditing.run(Mode::Audit, soon()), enforcing.run(Mode::Enforce, soon()));
            prop_assert!(writes(&world).len() <= 1);
            let failed_otherwise = audit.is_err_and(|error| {
                !matches!(error, ReconcileError::Read(_) | ReconcileError::DeadlineExceeded(_))
            });
            prop_assert!(!failed_otherwise);
            Ok(())
        })?;
    }
}
