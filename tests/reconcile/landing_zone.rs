//! The landing zone has its say where a change is due, and nowhere else.

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

use super::world;
use crate::support::fake_landing_zone::Meets::{self, Hang, Refused, Told};
use crate::support::fake_landing_zone::{FakeLandingZone, drifted};
use crate::support::fake_organizations::FakeOrganizations;
use crate::support::reconcilers::{reconciler_with_landing_zone, with_hold};

async fn run(
    world: &FakeOrganizations,
    zone: &FakeLandingZone,
    desired: TrustedAccess,
    mode: Mode,
) -> Result<Reconciliation, ReconcileError> {
    let deadline = Instant::now() + Duration::from_mins(2);
    let reconciler = reconciler_with_landing_zone(world, zone, desired);
    reconciler.run(mode, deadline).await
}

fn zone(meets: &[Meets]) -> FakeLandingZone {
    FakeLandingZone::new(meets.iter().cloned())
}

fn answer(done: &Reconciliation) -> &LandingZoneState {
    &done.landing_zone.as_ref().unwrap().state
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_where_no_change_is_due() {
    for state in [Enabled, Disabled] {
        for mode in [Enforce, Audit] {
            let zone = zone(&[Told(drifted())]);
            let done = run(&world(state, &[]), &zone, state, mode).await.unwrap();
            assert_eq!((done.outcome, done.landing_zone), (Outcome::InSync, None));
            assert_eq!(zone.asked(), []);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn enabling_is_blocked_where_there_is_no_landing_zone() {
    let (world, zone) = (
        world(Disabled, &[]),
        zone(&[Told(LandingZoneState::NotFound)]),
    );
    let done = run(&world, &zone, Enabled, Enforce).await.unwrap();
    assert_eq!(done.outcome, Outcome::Blocked);
    assert_eq!((done.observed, done.plan), (Disabled, Some(Enable)));
    assert!(
        done.block_reason
            .unwrap()
            .starts_with("no landing zone exists in eu-west-1")
    );
    assert_eq!(world.calls(), [List]);
    assert_eq!(zone.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn disabling_is_blocked_where_there_is_one() {
    let (world, zone) = (world(Enabled, &[]), zone(&[Told(drifted())]));
    let done = run(&world, &zone, Disabled, Enforce).await.unwrap();
    assert_eq!(done.outcome, Outcome::Blocked);
    assert_eq!((done.observed, done.plan), (Enabled, Some(Disable)));
    assert_eq!(answer(&done), &drifted());
    assert!(
        done.block_reason
            .unwrap()
            .starts_with("a landing zone (version 3.3, eu-west-1) exists")
    );
    assert_eq!((world.calls(), world.state()), (vec![List], Enabled));
}

#[tokio::test(start_paused = true)]
async fn what_the_landing_zone_does_not_object_to_is_done() {
    for (state, desired, met, due) in [
        (Disabled, Enabled, drifted(), Enable),
        (Enabled, Disabled, LandingZoneState::NotFound, Disable),
    ] {
        let (world, zone) = (world(state, &[]), zone(&[Told(met.clone())]));
        let done = run(&world, &zone, desired, Enforce).await.unwrap();
        assert_eq!((done.outcome, answer(&done)), (Outcome::Remediated, &met));
        assert_eq!(done.block_reason, None);
        assert_eq!(world.calls(), [List, due, List]);
        // Enabled again, it is read again; what is gone is not.
        assert_eq!(zone.asked().len(), if desired == Enabled { 2 } else { 1 });
    }
}

#[tokio::test(start_paused = true)]
async fn after_enabling_the_second_answer_is_the_one_that_is_told() {
    let (world, zone) = (
        world(Disabled, &[]),
        zone(&[Refused(ApiErrorKind::Throttled), Told(drifted())]),
    );
    let done = run(&world, &zone, Enabled, Enforce).await.unwrap();
    assert_eq!(
        (done.outcome, answer(&done)),
        (Outcome::Remediated, &drifted())
    );
}

#[tokio::test(start_paused = true)]
async fn where_the_second_answer_tells_less_the_first_one_is_kept() {
    let throttled = Refused(ApiErrorKind::Throttled);
    let (world, zone) = (world(Disabled, &[]), zone(&[Told(drifted()), throttled]));
    let done = run(&world, &zone, Enabled, Enforce).await.unwrap();
    assert_eq!(
        (done.outcome, answer(&done)),
        (Outcome::Remediated, &drifted())
    );
    assert_eq!(zone.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_landing_zone_elsewhere_lets_enabling_go_on_and_blocks_disabling() {
    let elsewhere = LandingZoneState::InOtherRegion("us-west-2".to_owned());
    for (state, desired, outcome) in [
        (Disabled, Enabled, Outcome::Remediated),
        (Enabled, Disabled, Outcome::Blocked),
    ] {
        let (world, zone) = (world(state, &[]), zone(&[Told(elsewhere.clone())]));
        let done = run(&world, &zone, desired, Enforce).await.unwrap();
        assert_eq!((done.outcome, answer(&done)), (outcome, &elsewhere));
        assert_eq!(world.state(), Enabled);
    }
}

#[tokio::test(start_paused = true)]
async fn enabling_goes_on_where_the_landing_zone_cannot_be_read() {
    for met in [
        Refused(ApiErrorKind::AccessDenied),
        Refused(ApiErrorKind::InvalidResponse),
        Hang,
    ] {
        let (world, zone) = (world(Disabled, &[]), zone(&[met]));
        let done = run(&world, &zone, Enabled, Enforce).await.unwrap();
        assert_eq!(done.outcome, Outcome::Remediated);
        assert!(matches!(answer(&done), LandingZoneState::Unknown(_)));
        assert_eq!(world.calls(), [List, Enable, List]);
    }
}

#[tokio::test(start_paused = true)]
async fn disabling_fails_with_the_reads_error_where_the_landing_zone_cannot_be_read() {
    for (met, error_type) in [
        (Refused(ApiErrorKind::AccessDenied), "AccessDenied"),
        (Refused(ApiErrorKind::Throttled), "Throttled"),
        (Hang, "Unavailable"),
    ] {
        let (world, zone) = (world(Enabled, &[]), zone(&[met]));
        let error = run(&world, &zone, Disabled, Enforce).await.unwrap_err();
        assert_eq!(error.error_type(), error_type);
        assert!(
            error.to_string().starts_with("ListLandingZones: "),
            "{error}"
        );
        assert!(error.drift_detected());
        assert_eq!((world.calls(), world.state()), (vec![List], Enabled));
    }
}

#[tokio::test(start_paused = true)]
async fn a_landing_zone_that_never_answers_delays_a_repair_by_20_s() {
    let (world, zone) = (world(Disabled, &[]), zone(&[Hang, Told(drifted())]));
    run(&world, &zone, Enabled, Enforce).await.unwrap();
    let [read, written, _] = world.call_times()[..] else {
        panic!("three calls");
    };
    assert_eq!((written - read).as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_repair_is_told_although_the_second_answer_does_not_come_before_the_deadline() {
    let (world, zone) = (world(Disabled, &[]), zone(&[Told(drifted()), Hang]));
    let reconciler = reconciler_with_landing_zone(&world, &zone, Enabled);
    let started = Instant::now();
    let done = reconciler
        .run(Enforce, started + Duration::from_secs(5))
        .await
        .unwrap();
    assert_eq!(done.outcome, Outcome::Remediated);
    assert_eq!(answer(&done), &drifted());
    assert_eq!(started.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_time_ends_while_it_asks_has_changed_nothing_and_says_so() {
    let (world, zone) = (world(Disabled, &[]), zone(&[Hang]));
    let reconciler = reconciler_with_landing_zone(&world, &zone, Enabled);
    let deadline = Instant::now() + Duration::from_secs(5);
    let error = reconciler.run(Enforce, deadline).await.unwrap_err();
    assert_eq!(error.error_type(), "DeadlineExceeded");
    let waited_for = "reading the landing zone before EnableAWSServiceAccess; nothing was changed";
    assert!(error.to_string().contains(waited_for), "{error}");
    assert!(error.drift_detected());
    assert_eq!(world.calls(), [List]);
}

#[tokio::test(start_paused = true)]
async fn an_audit_and_a_maintenance_tell_of_the_landing_zone_and_fail_for_none() {
    let hold = MaintenanceHold {
        until: SystemTime::now() + Duration::from_hours(1),
        raw: "then".to_owned(),
    };
    for (met, objects) in [
        (Told(drifted()), true),
        (Told(LandingZoneState::NotFound), false),
        (Refused(ApiErrorKind::AccessDenied), false),
    ] {
        let (world, zone) = (world(Enabled, &[]), zone(&[met]));
        let reconciler = reconciler_with_landing_zone(&world, &zone, Disabled);
        let reconciler = with_hold(reconciler, hold.clone());
        for (mode, outcome) in [(Audit, Outcome::DriftDetected), (Enforce, Outcome::Held)] {
            let deadline = Instant::now() + Duration::from_mins(2);
            let done = reconciler.run(mode, deadline).await.unwrap();
            assert_eq!(done.outcome, outcome);
            assert_eq!(done.block_reason.is_some(), objects);
            assert!(done.landing_zone.is_some());
        }
        assert_eq!(world.calls(), [List; 2]);
    }
}
