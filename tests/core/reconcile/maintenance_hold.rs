//! The maintenance hold: while it is active, a due change is reported and not made.

use std::time::{Duration, SystemTime};

use controltower_trusted_access::core::model::MaintenanceHold;
use controltower_trusted_access::core::model::Mode::{Audit, Enforce};
use controltower_trusted_access::core::model::Operation::{Disable, Enable, List};
use controltower_trusted_access::core::model::TrustedAccess::{Disabled, Enabled};
use controltower_trusted_access::core::report::Outcome;

use super::{in_two_minutes, organizations};
use crate::support::reconcilers::{reconciler, with_hold};

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
