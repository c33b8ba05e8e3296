//! The reconciler over a stateful fake, one claim a test.

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

use crate::support::fake_organizations::{ENABLED_SINCE, FakeOrganizations, Fault, Turn};
use crate::support::reconcilers::{reconciler, with_hold};

fn world(state: TrustedAccess, faults: &[Fault]) -> FakeOrganizations {
    FakeOrganizations::new(state, faults.iter().copied().map(Turn::from))
}

const GOES_WELL: Turn = Turn {
    delay: Duration::ZERO,
    outside: None,
    fault: None,
};

fn world_of(state: TrustedAccess, turns: &[Turn]) -> FakeOrganizations {
    FakeOrganizations::new(state, turns.iter().copied())
}

async fn run(
    world: &FakeOrganizations,
    desired: TrustedAccess,
    mode: Mode,
) -> Result<Reconciliation, ReconcileError> {
    let deadline = Instant::now() + Duration::from_mins(2);
    reconciler(world, desired).run(mode, deadline).await
}

#[tokio::test(start_paused = true)]
async fn agreement_is_in_sync_after_one_read_in_either_mode() {
    for state in [Enabled, Disabled] {
        for mode in [Enforce, Audit] {
            let world = world(state, &[]);
            let done = run(&world, state, mode).await.unwrap();
            assert_eq!(done.outcome, Outcome::InSync);
            assert_eq!((done.observed, done.plan), (state, None));
            assert_eq!(world.calls(), [List]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn audit_reports_the_write_that_is_due_and_does_not_make_it() {
    for (state, desired, due) in [(Disabled, Enabled, Enable), (Enabled, Disabled, Disable)] {
        let world = world(state, &[]);
        let done = run(&world, desired, Audit).await.unwrap();
        assert_eq!(done.outcome, Outcome::DriftDetected);
        assert_eq!((done.observed, done.plan), (state, Some(due)));
        assert_eq!(world.calls(), [List]);
        assert_eq!(world.state(), state);
    }
}

#[tokio::test(start_paused = true)]
async fn enforce_writes_once_and_reads_until_it_shows() {
    for (state, desired, due) in [(Disabled, Enabled, Enable), (Enabled, Disabled, Disable)] {
        let world = world(state, &[]);
        let done = run(&world, desired, Enforce).await.unwrap();
        assert_eq!(done.outcome, Outcome::Remediated);
        assert_eq!((done.observed, done.plan), (state, Some(due)));
        assert_eq!(world.calls(), [List, due, List]);
        assert_eq!(world.state(), desired);
    }
}

/// A maintenance that ends, or has ended, an hour from now.
fn hold(ends: impl Fn(SystemTime, Duration) -> SystemTime) -> MaintenanceHold {
    MaintenanceHold {
        until: ends(SystemTime::now(), Duration::from_hours(1)),
        raw: "then".to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn while_a_maintenance_is_on_a_due_change_is_reported_and_not_made() {
    for (state, desired, due) in [(Disabled, Enabled, Enable), (Enabled, Disabled, Disable)] {
        let world = world(state, &[]);
        let reconciler = with_hold(reconciler(&world, desired), hold(|now, hour| now + hour));
        let deadline = Instant::now() + Duration::from_mins(2);
        let done = reconciler.run(Enforce, deadline).await.unwrap();
        assert_eq!(done.outcome, Outcome::Held);
        assert_eq!((done.observed, done.plan), (state, Some(due)));
        assert_eq!(done.held_until.as_deref().unwrap(), "then");
        let audited = reconciler.run(Audit, deadline).await.unwrap();
        assert_eq!(audited.outcome, Outcome::DriftDetected);
        assert_eq!(world.calls(), [List; 2]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_maintenance_says_nothing_where_no_change_is_due() {
    let world = world(Enabled, &[]);
    let reconciler = with_hold(reconciler(&world, Enabled), hold(|now, hour| now + hour));
    let deadline = Instant::now() + Duration::from_mins(2);
    let done = reconciler.run(Enforce, deadline).await.unwrap();
    assert_eq!((done.outcome, done.held_until), (Outcome::InSync, None));
}

#[tokio::test(start_paused = true)]
async fn after_a_maintenance_the_change_is_made() {
    let world = world(Disabled, &[]);
    let reconciler = with_hold(reconciler(&world, Enabled), hold(|now, hour| now - hour));
    let deadline = Instant::now() + Duration::from_mins(2);
    let done = reconciler.run(Enforce, deadline).await.unwrap();
    assert_eq!((done.outcome, done.held_until), (Outcome::Remediated, None));
    assert_eq!(world.calls(), [List, Enable, List]);
}

#[tokio::test(start_paused = true)]
async fn the_date_of_enabling_comes_from_the_last_read() {
    let enabled = run(&world(Disabled, &[]), Enabled, Enforce).await.unwrap();
    assert_eq!(
        enabled.last_read.enabled_since.as_deref(),
        Some(ENABLED_SINCE)
    );
    let disabled = run(&world(Enabled, &[]), Disabled, Enforce).await.unwrap();
    assert_eq!(disabled.last_read.enabled_since, None);
}

#[tokio::test(start_paused = true)]
async fn no_two_reads_are_less_than_a_second_apart() {
    let stale = [GOES_WELL, GOES_WELL]
        .into_iter()
        .chain([Turn::from(Fault::Stale); 4]);
    let world = FakeOrganizations::new(Disabled, stale);
    run(&world, Enabled, Enforce).await.unwrap();
    assert_eq!(world.calls(), [List, Enable, List, List, List, List, List]);
    let times = world.call_times();
    let reads: Vec<Instant> = [0, 2, 3, 4, 5, 6].map(|nth| times[nth]).into();
    for pair in reads.windows(2) {
        assert!(pair[1] - pair[0] >= Duration::from_secs(1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_does_not_show_within_20_s_is_not_converged() {
    let stale = [GOES_WELL, GOES_WELL]
        .into_iter()
        .chain([Turn::from(Fault::Stale); 100]);
    let world = FakeOrganizations::new(Disabled, stale);
    let started = Instant::now();
    let error = run(&world, Enabled, Enforce).await.unwrap_err();
    assert_eq!(error.error_type(), "NotConverged");
    assert_eq!(started.elapsed().as_secs(), 20);
    let reads = world.calls().len() - 2;
    assert!((2..=20).contains(&reads), "{reads} reads");
    assert_eq!(
        error.to_string(),
        "EnableAWSServiceAccess was accepted, and ListAWSServiceAccessForOrganization did not show \
         it within 20 s. Organizations is eventually consistent: the next run reads again. If it \
         lasts, find out what else changes it, and check the function's network access"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failed_read_is_followed_by_nothing() {
    for kind in [
        ApiErrorKind::AccessDenied,
        ApiErrorKind::Throttled,
        ApiErrorKind::InvalidResponse,
    ] {
        let world = world(Disabled, &[Fault::Refused(kind)]);
        let error = run(&world, Enabled, Enforce).await.unwrap_err();
        assert_eq!(error.error_type(), kind.to_string());
        assert!(!error.drift_detected());
        assert_eq!(world.calls(), [List]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_write_fails_at_once_with_its_own_error() {
    let world = world_of(
        Disabled,
        &[GOES_WELL, Fault::Refused(ApiErrorKind::Rejected).into()],
    );
    let error = run(&world, Enabled, Enforce).await.unwrap_err();
    assert_eq!(error.error_type(), "Rejected");
    assert!(error.drift_detected());
    assert_eq!(world.calls(), [List, Enable]);
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_is_remediated_if_a_read_shows_it() {
    let world = world_of(Disabled, &[GOES_WELL, Fault::LostAfterEffect.into()]);
    let done = run(&world, Enabled, Enforce).await.unwrap();
    assert_eq!(done.outcome, Outcome::Remediated);
    assert_eq!(world.calls(), [List, Enable, List]);
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_fails_with_the_writes_error_if_a_read_does_not_show_it() {
    let unreadable = Fault::Refused(ApiErrorKind::Throttled).into();
    for after in [GOES_WELL, unreadable] {
        let world = world_of(
            Disabled,
            &[GOES_WELL, Fault::LostBeforeEffect.into(), after],
        );
        let error = run(&world, Enabled, Enforce).await.unwrap_err();
        assert_eq!(error.error_type(), "Unavailable");
        assert!(error.to_string().starts_with("EnableAWSServiceAccess: "));
        assert_eq!(world.calls(), [List, Enable, List]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_verifying_read_that_is_refused_ends_the_run_and_says_that_the_write_was_accepted() {
    let refused = Fault::Refused(ApiErrorKind::AccessDenied).into();
    let world = world_of(Disabled, &[GOES_WELL, GOES_WELL, refused]);
    let error = run(&world, Enabled, Enforce).await.unwrap_err();
    assert_eq!(error.error_type(), "AccessDenied");
    assert!(
        error
            .to_string()
            .starts_with("EnableAWSServiceAccess was accepted, and the read")
    );
    assert!(error.drift_detected());
    assert_eq!(world.calls(), [List, Enable, List]);
}

#[tokio::test(start_paused = true)]
async fn a_verifying_read_that_may_go_better_later_does_not_end_the_run() {
    let throttled = Fault::Refused(ApiErrorKind::Throttled).into();
    let world = world_of(
        Disabled,
        &[GOES_WELL, GOES_WELL, throttled, Fault::Stale.into()],
    );
    let done = run(&world, Enabled, Enforce).await.unwrap();
    assert_eq!(done.outcome, Outcome::Remediated);
    assert_eq!(world.calls(), [List, Enable, List, List, List]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_ends_in_failing_reads_has_the_last_ones_error() {
    let throttled = Turn::from(Fault::Refused(ApiErrorKind::Throttled));
    let turns = [GOES_WELL, GOES_WELL].into_iter().chain([throttled; 100]);
    let world = FakeOrganizations::new(Disabled, turns);
    let error = run(&world, Enabled, Enforce).await.unwrap_err();
    assert_eq!(error.error_type(), "Throttled");
    assert!(
        error
            .to_string()
            .starts_with("EnableAWSServiceAccess was accepted, and the read")
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_without_time_left_calls_nothing() {
    let world = world(Disabled, &[]);
    let reconciler = reconciler(&world, Enabled);
    let error = reconciler.run(Enforce, Instant::now()).await.unwrap_err();
    assert_eq!(error.error_type(), "DeadlineExceeded");
    assert_eq!(world.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn a_run_ends_at_its_deadline_and_says_what_it_waited_for() {
    for (turns, waited_for, drift) in [
        (vec![Fault::Hang.into()], "nothing was changed", false),
        (
            vec![GOES_WELL, Fault::Hang.into()],
            "the response to EnableAWSServiceAccess",
            true,
        ),
        (
            vec![GOES_WELL, GOES_WELL, Fault::Hang.into()],
            "reads to show EnableAWSServiceAccess",
            true,
        ),
    ] {
        let world = world_of(Disabled, &turns);
        let reconciler = reconciler(&world, Enabled);
        let started = Instant::now();
        let time = Duration::from_secs(7);
        let error = reconciler.run(Enforce, started + time).await.unwrap_err();
        assert_eq!(started.elapsed(), time);
        assert!(matches!(error, ReconcileError::DeadlineExceeded(_)));
        assert!(error.to_string().contains(waited_for), "{error}");
        assert_eq!(error.drift_detected(), drift);
    }
}
