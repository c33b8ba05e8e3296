//! Reconcilers over the fake ports.

use controltower_trusted_access::core::model::{MaintenanceHold, Mode, TrustedAccess};
use controltower_trusted_access::core::reconcile::{Policy, Reconciler};

use super::fake_landing_zone::FakeLandingZone;
use super::fake_organizations::FakeOrganizations;

pub type FakeReconciler<'a> = Reconciler<&'a FakeOrganizations, &'a FakeLandingZone>;

/// Returns a reconciler that enforces `desired`, without a landing zone.
pub fn reconciler(organizations: &FakeOrganizations, desired: TrustedAccess) -> FakeReconciler<'_> {
    Reconciler {
        organizations,
        landing_zone: None,
        policy: Policy {
            desired,
            mode: Mode::Enforce,
            hold: None,
        },
    }
}

/// Returns a reconciler that enforces `desired`, with a landing zone.
pub fn reconciler_with_landing_zone<'a>(
    organizations: &'a FakeOrganizations,
    landing_zone: &'a FakeLandingZone,
    desired: TrustedAccess,
) -> FakeReconciler<'a> {
    Reconciler {
        landing_zone: Some(landing_zone),
        ..reconciler(organizations, desired)
    }
}

/// Returns the reconciler with a maintenance hold.
pub fn with_hold(mut reconciler: FakeReconciler<'_>, hold: MaintenanceHold) -> FakeReconciler<'_> {
    reconciler.policy.hold = Some(hold);
    reconciler
}
