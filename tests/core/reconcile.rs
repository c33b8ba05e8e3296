//! The decision of the reconciler over stateful fakes: its calls, its outcome and its errors.

mod convergence;
mod decommissioning;
mod landing_zone;
mod maintenance_hold;

use std::time::Duration;

use controltower_trusted_access::core::error::{ApiErrorKind, ReconcileError};
use controltower_trusted_access::core::model::Mode::{Audit, Enforce};
use controltower_trusted_access::core::model::Operation::{Disable, Enable, List};
use controltower_trusted_access::core::model::TrustedAccess::{Disabled, Enabled};
use controltower_trusted_access::core::model::{Mode, TrustedAccess};
use controltower_trusted_access::core::reconcile::Reconciliation;
use controltower_trusted_access::core::report::Outcome;
use tokio::time::Instant;

use crate::support::fake_organizations::{FakeOrganizations, Fault, ScriptedCall};
use crate::support::reconcilers::reconciler;

/// A call that succeeds at once.
const OK: ScriptedCall = ScriptedCall {
    delay: Duration::ZERO,
    changed_to: None,
    fault: None,
};

/// Returns an organization in which every call succeeds.
fn organizations(state: TrustedAccess) -> FakeOrganizations {
    with_script(state, &[])
}

fn with_script(state: TrustedAccess, script: &[ScriptedCall]) -> FakeOrganizations {
    FakeOrganizations::new(state, script.iter().copied())
}

fn in_two_minutes() -> Instant {
    Instant::now() + Duration::from_mins(2)
}

async fn run(
    organizations: &FakeOrganizations,
    desired: TrustedAccess,
    mode: Mode,
) -> Result<Reconciliation, ReconcileError> {
    reconciler(organizations, desired)
        .run(mode, in_two_minutes())
        .await
}

#[tokio::test(start_paused = true)]
async fn the_desired_state_is_in_sync_after_one_read_in_both_modes() {
    for state in [Enabled, Disabled] {
        for mode in [Enforce, Audit] {
            let organizations = organizations(state);
            let done = run(&organizations, state, mode).await.unwrap();
            assert_eq!(done.outcome, Outcome::InSync);
            assert_eq!((done.observed, done.plan), (state, None));
            assert_eq!(organizations.calls(), [List]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn audit_reports_the_due_write_and_does_not_make_it() {
    for (state, desired, due) in [(Disabled, Enabled, Enable), (Enabled, Disabled, Disable)] {
        let organizations = organizations(state);
        let done = run(&organizations, desired, Audit).await.unwrap();
        assert_eq!(done.outcome, Outcome::DriftDetected);
        assert_eq!((done.observed, done.plan), (state, Some(due)));
        assert_eq!(organizations.calls(), [List]);
        assert_eq!(organizations.state(), state);
    }
}

#[tokio::test(start_paused = true)]
async fn enforce_writes_once_and_verifies_with_a_read() {
    for (state, desired, due) in [(Disabled, Enabled, Enable), (Enabled, Disabled, Disable)] {
        let organizations = organizations(state);
        let done = run(&organizations, desired, Enforce).await.unwrap();
        assert_eq!(done.outcome, Outcome::Remediated);
        assert_eq!((done.observed, done.plan), (state, Some(due)));
        assert_eq!(organizations.calls(), [List, due, List]);
        assert_eq!(organizations.state(), desired);
    }
}

#[tokio::test(start_paused = true)]
async fn no_write_follows_a_failed_read() {
    for kind in [
        ApiErrorKind::AccessDenied,
        ApiErrorKind::Throttled,
        ApiErrorKind::InvalidResponse,
    ] {
        let organizations = with_script(Disabled, &[Fault::Error(kind).into()]);
        let error = run(&organizations, Enabled, Enforce).await.unwrap_err();
        assert_eq!(error.error_type(), kind.to_string());
        assert!(!error.drift_detected());
        assert_eq!(organizations.calls(), [List]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejected_write_fails_the_run_without_a_read() {
    let organizations = with_script(Disabled, &[OK, Fault::Error(ApiErrorKind::Rejected).into()]);
    let error = run(&organizations, Enabled, Enforce).await.unwrap_err();
    assert_eq!(error.error_type(), "Rejected");
    assert!(error.drift_detected());
    assert_eq!(organizations.calls(), [List, Enable]);
}

#[tokio::test(start_paused = true)]
async fn a_run_at_its_deadline_makes_no_call() {
    let organizations = organizations(Disabled);
    let reconciler = reconciler(&organizations, Enabled);
    let error = reconciler.run(Enforce, Instant::now()).await.unwrap_err();
    assert_eq!(error.error_type(), "DeadlineExceeded");
    assert_eq!(organizations.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn a_run_ends_at_its_deadline_and_names_the_phase() {
    for (script, phase, drift) in [
        (vec![Fault::Hang.into()], "nothing was changed", false),
        (
            vec![OK, Fault::Hang.into()],
            "the response to EnableAWSServiceAccess",
            true,
        ),
        (
            vec![OK, OK, Fault::Hang.into()],
            "reads to show EnableAWSServiceAccess",
            true,
        ),
    ] {
        let organizations = with_script(Disabled, &script);
        let reconciler = reconciler(&organizations, Enabled);
        let started = Instant::now();
        let time = Duration::from_secs(7);
        let error = reconciler.run(Enforce, started + time).await.unwrap_err();
        assert_eq!(started.elapsed(), time);
        assert!(matches!(error, ReconcileError::DeadlineExceeded(_)));
        assert!(error.to_string().contains(phase), "{error}");
        assert_eq!(error.drift_detected(), drift);
    }
}
