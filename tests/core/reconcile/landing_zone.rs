//! The landing-zone check: it runs only if a change is due, and may block the change.

use std::time::{Duration, SystemTime};

use controltower_trusted_access::core::error::{ApiErrorKind, ReconcileError};
use controltower_trusted_access::core::landing_zone::LandingZoneState;
use controltower_trusted_access::core::model::Mode::{Audit, Enforce};
use controltower_trusted_access::core::model::Operation::{Disable, Enable, List};
use controltower_trusted_access::core::model::TrustedAccess::{Disabled, Enabled};
use controltower_trusted_access::core::model::{MaintenanceHold, Mode, TrustedAccess};
use controltower_trusted_access::core::reconcile::Reconciliation;
use controltower_trusted_access::core::report::Outcome;
use tokio::time::Instant;

use super::{in_two_minutes, organizations};
use crate::support::fake_landing_zone::FakeReply::{self, Error, Hang, State};
use crate::support::fake_landing_zone::{FakeLandingZone, drifted_landing_zone};
use crate::support::fake_organizations::FakeOrganizations;
use crate::support::reconcilers::{reconciler_with_landing_zone, with_hold};

pub(super) async fn run(
    organizations: &FakeOrganizations,
    zone: &FakeLandingZone,
    desired: TrustedAccess,
    mode: Mode,
) -> Result<Reconciliation, ReconcileError> {
    let reconciler = reconciler_with_landing_zone(organizations, zone, desired);
    reconciler.run(mode, in_two_minutes()).await
}

pub(super) fn landing_zone(replies: &[FakeReply]) -> FakeLandingZone {
    FakeLandingZone::new(replies.iter().cloned())
}

fn reported(done: &Reconciliation) -> &LandingZoneState {
    &done.landing_zone.as_ref().unwrap().state
}

#[tokio::test(start_paused = true)]
async fn the_landing_zone_is_not_read_when_in_sync() {
    for state in [Enabled, Disabled] {
        for mode in [Enforce, Audit] {
            let zone = landing_zone(&[State(drifted_landing_zone())]);
            let done = run(&organizations(state), &zone, state, mode)
                .await
                .unwrap();
            assert_eq!((done.outcome, done.landing_zone), (Outcome::InSync, None));
            assert_eq!(zone.read_times(), []);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn enabling_is_blocked_if_no_landing_zone_exists() {
    let (organizations, zone) = (
        organizations(Disabled),
        landing_zone(&[State(LandingZoneState::NotFound)]),
    );
    let done = run(&organizations, &zone, Enabled, Enforce).await.unwrap();
    assert_eq!(done.outcome, Outcome::Blocked);
    assert_eq!((done.observed, done.plan), (Disabled, Some(Enable)));
    assert!(
        done.block_reason
            .unwrap()
            .starts_with("no landing zone exists in eu-west-1")
    );
    assert_eq!(organizations.calls(), [List]);
    assert_eq!(zone.read_times().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn disabling_is_blocked_if_a_landing_zone_exists() {
    let (organizations, zone) = (
        organizations(Enabled),
        landing_zone(&[State(drifted_landing_zone())]),
    );
    let done = run(&organizations, &zone, Disabled, Enforce).await.unwrap();
    assert_eq!(done.outcome, Outcome::Blocked);
    assert_eq!((done.observed, done.plan), (Enabled, Some(Disable)));
    assert_eq!(reported(&done), &drifted_landing_zone());
    assert!(
        done.block_reason
            .unwrap()
            .starts_with("a landing zone (version 3.3, eu-west-1) exists")
    );
    assert_eq!(
        (organizations.calls(), organizations.state()),
        (vec![List], Enabled)
    );
}

#[tokio::test(start_paused = true)]
async fn a_change_that_the_landing_zone_allows_is_made() {
    for (state, desired, zone_state, due) in [
        (Disabled, Enabled, drifted_landing_zone(), Enable),
        (Enabled, Disabled, LandingZoneState::NotFound, Disable),
    ] {
        let (organizations, zone) = (
            organizations(state),
            landing_zone(&[State(zone_state.clone())]),
        );
        let done = run(&organizations, &zone, desired, Enforce).await.unwrap();
        assert_eq!(
            (done.outcome, reported(&done)),
            (Outcome::Remediated, &zone_state)
        );
        assert_eq!(done.block_reason, None);
        assert_eq!(organizations.calls(), [List, due, List]);
        // It is read again only after enabling.
        assert_eq!(
            zone.read_times().len(),
            if desired == Enabled { 2 } else { 1 }
        );
    }
}

#[tokio::test(start_paused = true)]
async fn after_enabling_the_second_read_of_the_landing_zone_is_reported() {
    let (organizations, zone) = (
        organizations(Disabled),
        landing_zone(&[
            Error(ApiErrorKind::Throttled),
            State(drifted_landing_zone()),
        ]),
    );
    let done = run(&organizations, &zone, Enabled, Enforce).await.unwrap();
    assert_eq!(
        (done.outcome, reported(&done)),
        (Outcome::Remediated, &drifted_landing_zone())
    );
}

#[tokio::test(start_paused = true)]
async fn the_first_read_of_the_landing_zone_is_reported_if_the_second_one_fails() {
    let throttled = Error(ApiErrorKind::Throttled);
    let (organizations, zone) = (
        organizations(Disabled),
        landing_zone(&[State(drifted_landing_zone()), throttled]),
    );
    let done = run(&organizations, &zone, Enabled, Enforce).await.unwrap();
    assert_eq!(
        (done.outcome, reported(&done)),
        (Outcome::Remediated, &drifted_landing_zone())
    );
    assert_eq!(zone.read_times().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_landing_zone_in_another_region_allows_enabling_and_blocks_disabling() {
    let in_other_region = LandingZoneState::InOtherRegion("us-west-2".to_owned());
    for (state, desired, outcome) in [
        (Disabled, Enabled, Outcome::Remediated),
        (Enabled, Disabled, Outcome::Blocked),
    ] {
        let (organizations, zone) = (
            organizations(state),
            landing_zone(&[State(in_other_region.clone())]),
        );
        let done = run(&organizations, &zone, desired, Enforce).await.unwrap();
        assert_eq!((done.outcome, reported(&done)), (outcome, &in_other_region));
        assert_eq!(organizations.state(), Enabled);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_landing_zone_allows_enabling() {
    for reply in [
        Error(ApiErrorKind::AccessDenied),
        Error(ApiErrorKind::InvalidResponse),
        Hang,
    ] {
        let (organizations, zone) = (organizations(Disabled), landing_zone(&[reply]));
        let done = run(&organizations, &zone, Enabled, Enforce).await.unwrap();
        assert_eq!(done.outcome, Outcome::Remediated);
        assert!(matches!(reported(&done), LandingZoneState::Unknown(_)));
        assert_eq!(organizations.calls(), [List, Enable, List]);
    }
}

#[tokio::test(start_paused = true)]
async fn disabling_fails_with_the_error_of_an_unreadable_landing_zone() {
    for (reply, error_type) in [
        (Error(ApiErrorKind::AccessDenied), "AccessDenied"),
        (Error(ApiErrorKind::Throttled), "Throttled"),
        (Hang, "Unavailable"),
    ] {
        let (organizations, zone) = (organizations(Enabled), landing_zone(&[reply]));
        let error = run(&organizations, &zone, Disabled, Enforce)
            .await
            .unwrap_err();
        assert_eq!(error.error_type(), error_type);
        assert!(
            error.to_string().starts_with("ListLandingZones: "),
            "{error}"
        );
        assert!(error.drift_detected());
        assert_eq!(
            (organizations.calls(), organizations.state()),
            (vec![List], Enabled)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_landing_zone_read_without_a_response_delays_a_repair_by_20_s() {
    let (organizations, zone) = (
        organizations(Disabled),
        landing_zone(&[Hang, State(drifted_landing_zone())]),
    );
    run(&organizations, &zone, Enabled, Enforce).await.unwrap();
    let [read, written, _] = organizations.call_times()[..] else {
        panic!("three calls");
    };
    assert_eq!((written - read).as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_repair_is_reported_although_the_second_landing_zone_read_reaches_the_deadline() {
    let (organizations, zone) = (
        organizations(Disabled),
        landing_zone(&[State(drifted_landing_zone()), Hang]),
    );
    let reconciler = reconciler_with_landing_zone(&organizations, &zone, Enabled);
    let started = Instant::now();
    let done = reconciler
        .run(Enforce, started + Duration::from_secs(5))
        .await
        .unwrap();
    assert_eq!(done.outcome, Outcome::Remediated);
    assert_eq!(reported(&done), &drifted_landing_zone());
    assert_eq!(started.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_during_the_landing_zone_read_changes_nothing_and_names_the_phase() {
    let (organizations, zone) = (organizations(Disabled), landing_zone(&[Hang]));
    let reconciler = reconciler_with_landing_zone(&organizations, &zone, Enabled);
    let deadline = Instant::now() + Duration::from_secs(5);
    let error = reconciler.run(Enforce, deadline).await.unwrap_err();
    assert_eq!(error.error_type(), "DeadlineExceeded");
    let phase = "reading the landing zone before EnableAWSServiceAccess; nothing was changed";
    assert!(error.to_string().contains(phase), "{error}");
    assert!(error.drift_detected());
    assert_eq!(organizations.calls(), [List]);
}

#[tokio::test(start_paused = true)]
async fn audit_and_a_maintenance_hold_report_the_landing_zone_and_do_not_fail_without_it() {
    let hold = MaintenanceHold {
        until: SystemTime::now() + Duration::from_hours(1),
        raw: "then".to_owned(),
    };
    for (reply, is_blocked) in [
        (State(drifted_landing_zone()), true),
        (State(LandingZoneState::NotFound), false),
        (Error(ApiErrorKind::AccessDenied), false),
    ] {
        let (organizations, zone) = (organizations(Enabled), landing_zone(&[reply]));
        let reconciler = reconciler_with_landing_zone(&organizations, &zone, Disabled);
        let reconciler = with_hold(reconciler, hold.clone());
        for (mode, outcome) in [(Audit, Outcome::DriftDetected), (Enforce, Outcome::Held)] {
            let done = reconciler.run(mode, in_two_minutes()).await.unwrap();
            assert_eq!(done.outcome, outcome);
            assert_eq!(done.block_reason.is_some(), is_blocked);
            assert!(done.landing_zone.is_some());
        }
        assert_eq!(organizations.calls(), [List; 2]);
    }
}
