//! Two concurrent instances of the function, interleaved at every call: a duplicate event, or a second stack with the
//! opposite desired state.

use controltower_trusted_access::core::error::ReconcileError;
use controltower_trusted_access::core::model::{Mode, Operation, TrustedAccess};
use controltower_trusted_access::core::report::Outcome;
use proptest::prelude::*;
use tokio::time::Instant;

use super::{any_script, any_state, in_paused_time, in_two_minutes};
use crate::support::fake_organizations::FakeOrganizations;
use crate::support::reconcilers::reconciler;

/// The most calls of one run: one read, one write, and the verifying reads at 1, 3, 7, 11, 15 and 19 s.
const MAX_CALLS: usize = 1 + 1 + 6;

fn writes(organizations: &FakeOrganizations) -> Vec<Operation> {
    let calls = organizations.calls().into_iter();
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
    fn two_instances_with_the_same_desired_state_converge_once_the_faults_end(
        state in any_state(),
        desired in any_state(),
        script in any_script(),
    ) {
        in_paused_time(async {
            let organizations = FakeOrganizations::new(state, script);
            let (one, other) = (reconciler(&organizations, desired), reconciler(&organizations, desired));
            let _ = tokio::join!(one.run(Mode::Enforce, in_two_minutes()), other.run(Mode::Enforce, in_two_minutes()));
            prop_assert!(writes(&organizations).len() <= 2);
            prop_assert!(writes(&organizations).iter().all(|write| *write == write_towards(desired)));

            organizations.end_faults();
            let (first, second) = tokio::join!(one.run(Mode::Enforce, in_two_minutes()), other.run(Mode::Enforce, in_two_minutes()));
            prop_assert!(first.is_ok() && second.is_ok());
            prop_assert_eq!(organizations.state(), desired);
            for last in [&one, &other] {
                organizations.forget_calls();
                let outcome = last.run(Mode::Enforce, in_two_minutes()).await.map(|done| done.outcome);
                prop_assert_eq!(outcome.ok(), Some(Outcome::InSync));
                prop_assert_eq!(organizations.calls(), [Operation::List]);
            }
            Ok(())
        })?;
    }

    #[test]
    fn two_instances_with_opposite_desired_states_make_a_bounded_number_of_calls_and_one_alone_converges(
        state in any_state(),
        script in any_script(),
    ) {
        in_paused_time(async {
            let organizations = FakeOrganizations::new(state, script);
            let enabling = reconciler(&organizations, TrustedAccess::Enabled);
            let disabling = reconciler(&organizations, TrustedAccess::Disabled);
            let deadline = in_two_minutes();
            let _ = tokio::join!(enabling.run(Mode::Enforce, deadline), disabling.run(Mode::Enforce, deadline));
            prop_assert!(Instant::now() <= deadline);
            prop_assert!(organizations.calls().len() <= 2 * MAX_CALLS);
            for write in [Operation::Enable, Operation::Disable] {
                prop_assert!(writes(&organizations).iter().filter(|one| **one == write).count() <= 1);
            }

            organizations.end_faults();
            prop_assert!(enabling.run(Mode::Enforce, in_two_minutes()).await.is_ok());
            prop_assert_eq!(organizations.state(), TrustedAccess::Enabled);
            Ok(())
        })?;
    }

    #[test]
    fn an_auditing_instance_beside_an_enforcing_one_never_writes_and_fails_only_on_its_read(
        state in any_state(),
        desired in any_state(),
        script in any_script(),
    ) {
        in_paused_time(async {
            let organizations = FakeOrganizations::new(state, script);
            let (auditing, enforcing) = (reconciler(&organizations, desired), reconciler(&organizations, desired));
            let (audit, _) = tokio::join!(auditing.run(Mode::Audit, in_two_minutes()), enforcing.run(Mode::Enforce, in_two_minutes()));
            prop_assert!(writes(&organizations).len() <= 1);
            let failed_otherwise = audit.is_err_and(|error| {
                !matches!(error, ReconcileError::Read(_) | ReconcileError::DeadlineExceeded(_))
            });
            prop_assert!(!failed_otherwise);
            Ok(())
        })?;
    }
}
