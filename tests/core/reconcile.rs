//! The decision of the reconciler over stateful fakes: its calls, its outcome and its errors.

mod landing_zone;

use std::time::{Duration, SystemTime};

use controltower_trusted_access::core::error::{ApiErrorKind, ReconcileError};
use controltower_trusted_access::core::model::Mode::{Audit, Enforce};
use controltower_trusted_access::core::model::Operation::{Disable, Enable, List};
use controltower_trusted_access::core::model::TrustedAccess::{Disabled, Enabled};
use controltower_trusted_access::core::model::{MaintenanceHold, Mode, TrustedAccess};
use controltower_trusted_access::core::reconcile::Reconciliation;
use controltower_trusted_access::core::report::Outcome;
use tokio::time::Instant;

use crate::support::fake_organizations::{ENABLED_SINCE, FakeOrganizations, Fault, ScriptedCall};
use crate::support::reconcilers::{reconciler, with_hold};

/// A call that succeeds at once.
const OK: ScriptedCall = ScriptedCall {
    delay: Duration::ZERO,
    changed_to: None,
    fault: None,
};

/// Rescript an organization in which every call succeeds.
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

/// Returns a maintenance hold that ends at a time relative to now; the second argument of `ends` is one hour.
fn hold(ends: impl Fn(SystemTime, Duration) -> SystemTime) -> MaintenanceHold {
    MaintenanceHold {
        until: ends(SystemTime::now(), Duration::from_hours(1)),
        raw: "then".to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn an_active_maintenance_hold_reports_a_due_change_and_does_not_make_it() {
    for (state, desired, due) in [(Disabled, Enabled, Enable), (Enabled, Disabled, Disable)] {
        let organizations = organizations(state);
        let reconciler = with_hold(
            reconciler(&organizations, desired),
            hold(|now, hour| now + hour),
        );
        let deadline = in_two_minutes();
        let done = reconciler.run(Enforce, deadline).await.unwrap();
        assert_eq!(done.outcome, Outcome::Held);
        assert_eq!((done.observed, done.plan), (state, Some(due)));
        assert_eq!(done.held_until.as_deref().unwrap(), "then");
        let audited = reconciler.run(Audit, deadline).await.unwrap();
        assert_eq!(audited.outcome, Outcome::DriftDetected);
        assert_eq!(organizations.calls(), [List; 2]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_maintenance_hold_is_not_reported_when_in_sync() {
    let organizations = organizations(Enabled);
    let reconciler = with_hold(
        reconciler(&organizations, Enabled),
        hold(|now, hour| now + hour),
    );
    let done = reconciler.run(Enforce, in_two_minutes()).await.unwrap();
    assert_eq!((done.outcome, done.held_until), (Outcome::InSync, None));
}

#[tokio::test(start_paused = true)]
async fn a_due_change_is_made_after_the_maintenance_hold() {
    let organizations = organizations(Disabled);
    let reconciler = with_hold(
        reconciler(&organizations, Enabled),
        hold(|now, hour| now - hour),
    );
    let done = reconciler.run(Enforce, in_two_minutes()).await.unwrap();
    assert_eq!((done.outcome, done.held_until), (Outcome::Remediated, None));
    assert_eq!(organizations.calls(), [List, Enable, List]);
}

#[tokio::test(start_paused = true)]
async fn enabled_since_comes_from_the_last_read() {
    let enabled = run(&organizations(Disabled), Enabled, Enforce)
        .await
        .unwrap();
    assert_eq!(
        enabled.last_read.enabled_since.as_deref(),
        Some(ENABLED_SINCE)
    );
    let disabled = run(&organizations(Enabled), Disabled, Enforce)
        .await
        .unwrap();
    assert_eq!(disabled.last_read.enabled_since, None);
}

#[tokio::test(start_paused = true)]
async fn reads_after_a_write_are_at_least_one_second_apart() {
    let stale = [OK, OK]
        .into_iter()
        .chain([ScriptedCall::from(Fault::Stale); 4]);
    let organizations = FakeOrganizations::new(Disabled, stale);
    run(&organizations, Enabled, Enforce).await.unwrap();
    assert_eq!(
        organizations.calls(),
        [List, Enable, List, List, List, List, List]
    );
    let times = organizations.call_times();
    let reads: Vec<Instant> = [0, 2, 3, 4, 5, 6].map(|nth| times[nth]).into();
    for pair in reads.windows(2) {
        assert!(pair[1] - pair[0] >= Duration::from_secs(1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_no_read_shows_within_20_s_is_not_converged() {
    let stale = [OK, OK]
        .into_iter()
        .chain([ScriptedCall::from(Fault::Stale); 100]);
    let organizations = FakeOrganizations::new(Disabled, stale);
    let started = Instant::now();
    let error = run(&organizations, Enabled, Enforce).await.unwrap_err();
    assert_eq!(error.error_type(), "NotConverged");
    assert_eq!(started.elapsed().as_secs(), 20);
    let reads = organizations.calls().len() - 2;
    assert!((2..=20).contains(&reads), "{reads} reads");
    assert_eq!(
        error.to_string(),
        "EnableAWSServiceAccess was accepted, and ListAWSServiceAccessForOrganization did not show \
         it within 20 s. Organizations is eventually consistent: the next run reads again. If it \
         lasts, find out what else changes it, and check the function's network access"
    );
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
async fn a_write_without_a_response_is_remediated_if_a_read_shows_it() {
    let organizations = with_script(Disabled, &[OK, Fault::NoResponseAfterEffect.into()]);
    let done = run(&organizations, Enabled, Enforce).await.unwrap();
    assert_eq!(done.outcome, Outcome::Remediated);
    assert_eq!(organizations.calls(), [List, Enable, List]);
}

#[tokio::test(start_paused = true)]
async fn a_write_without_a_response_fails_with_its_error_if_no_read_shows_it() {
    let throttled = Fault::Error(ApiErrorKind::Throttled).into();
    for after in [OK, throttled] {
        let organizations =
            with_script(Disabled, &[OK, Fault::NoResponseBeforeEffect.into(), after]);
        let error = run(&organizations, Enabled, Enforce).await.unwrap_err();
        assert_eq!(error.error_type(), "Unavailable");
        assert!(error.to_string().starts_with("EnableAWSServiceAccess: "));
        assert_eq!(organizations.calls(), [List, Enable, List]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_permanent_error_of_the_verifying_read_fails_the_run_and_says_that_the_write_was_accepted()
 {
    let denied = Fault::Error(ApiErrorKind::AccessDenied).into();
    let organizations = with_script(Disabled, &[OK, OK, denied]);
    let error = run(&organizations, Enabled, Enforce).await.unwrap_err();
    assert_eq!(error.error_type(), "AccessDenied");
    assert!(
        error
            .to_string()
            .starts_with("EnableAWSServiceAccess was accepted, and the read")
    );
    assert!(error.drift_detected());
    assert_eq!(organizations.calls(), [List, Enable, List]);
}

#[tokio::test(start_paused = true)]
async fn a_transient_error_of_the_verifying_read_is_followed_by_another_read() {
    let throttled = Fault::Error(ApiErrorKind::Throttled).into();
    let organizations = with_script(Disabled, &[OK, OK, throttled, Fault::Stale.into()]);
    let done = run(&organizations, Enabled, Enforce).await.unwrap();
    assert_eq!(done.outcome, Outcome::Remediated);
    assert_eq!(organizations.calls(), [List, Enable, List, List, List]);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_no_read_could_verify_within_20_s_fails_with_the_last_error() {
    let throttled = ScriptedCall::from(Fault::Error(ApiErrorKind::Throttled));
    let script = [OK, OK].into_iter().chain([throttled; 100]);
    let organizations = FakeOrganizations::new(Disabled, script);
    let error = run(&organizations, Enabled, Enforce).await.unwrap_err();
    assert_eq!(error.error_type(), "Throttled");
    assert!(
        error
            .to_string()
            .starts_with("EnableAWSServiceAccess was accepted, and the read")
    );
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
