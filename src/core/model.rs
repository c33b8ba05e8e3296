//! The vocabulary: the service principal, its two states, and what a read of them shows.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::Serialize;

/// The service principal whose trusted access this program keeps, and the only one it can change.
///
/// A constant and not a setting: a program that takes a list of principals can disable
/// `sso.amazonaws.com` because of a typing error, and then no user can sign in.
pub const CONTROL_TOWER: &str = "controltower.amazonaws.com";

/// Whether AWS Organizations lets a service act in the organization.
///
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TrustedAccess {
    /// The service is in the organization's list of enabled service principals.
    Enabled,
    /// A complete read of that list did not contain the service.
    Disabled,
}

/// The result of a complete, successful read of the organization's list.
///
/// A read that failed or broke off returns no `Observation`, so "unknown" cannot be mistaken for
/// [`TrustedAccess::Disabled`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The observed state of [`CONTROL_TOWER`].
    pub state: TrustedAccess,
    /// `DateEnabled` of the entry in RFC 3339, if it is enabled and Organizations returned a date.
    pub enabled_since: Option<String>,
    /// The observed states of the principals in `WATCH_PRINCIPALS`.
    pub watched: WatchedPrincipals,
}

/// Service principals that are reported on and never changed, with their observed states.
pub type WatchedPrincipals = BTreeMap<String, TrustedAccess>;

impl Observation {
    /// Returns the observation of an enabled principal; `since` is its `DateEnabled` in RFC 3339.
    #[must_use]
    pub fn enabled(since: Option<String>) -> Self {
        Self {
            state: TrustedAccess::Enabled,
            enabled_since: since,
            watched: WatchedPrincipals::new(),
        }
    }

    /// Returns the observation of a principal that was on none of the pages.
    #[must_use]
    pub fn disabled() -> Self {
        Self {
            state: TrustedAccess::Disabled,
            enabled_since: None,
            watched: WatchedPrincipals::new(),
        }
    }
}

/// Whether a run may change a difference or only report it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Read, and change a difference.
    Enforce,
    /// Read and report. No write is called.
    Audit,
}

/// A maintenance hold: until it ends, a due change is reported and not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaintenanceHold {
    /// The end of the hold.
    pub until: SystemTime,
    /// The same time as the operator wrote it, in RFC 3339.
    pub raw: String,
}

impl MaintenanceHold {
    /// Returns whether the hold has not ended at `now`.
    #[must_use]
    pub fn is_active_at(&self, now: SystemTime) -> bool {
        now < self.until
    }
}

/// The API operations that this program calls: three of AWS Organizations, three of AWS Control Tower.
///
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html>,
/// <https://docs.aws.amazon.com/controltower/latest/APIReference/API_Operations.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Operation {
    /// `ListAWSServiceAccessForOrganization`, the only read of Organizations.
    #[serde(rename = "ListAWSServiceAccessForOrganization")]
    List,
    /// `EnableAWSServiceAccess`.
    #[serde(rename = "EnableAWSServiceAccess")]
    Enable,
    /// `DisableAWSServiceAccess`.
    #[serde(rename = "DisableAWSServiceAccess")]
    Disable,
    /// `ListLandingZones`.
    ListLandingZones,
    /// `GetLandingZone`.
    GetLandingZone,
    /// `ListLandingZoneOperations`.
    ListLandingZoneOperations,
}

impl Operation {
    /// Returns the service prefix of the operation's IAM action, such as `organizations`.
    #[must_use]
    pub fn iam_prefix(self) -> &'static str {
        match self {
            Self::List | Self::Enable | Self::Disable => "organizations",
            Self::ListLandingZones | Self::GetLandingZone | Self::ListLandingZoneOperations => {
                "controltower"
            }
        }
    }

    /// Returns the service's name for a message, such as `Control Tower`.
    #[must_use]
    pub fn service_name(self) -> &'static str {
        match self {
            Self::List | Self::Enable | Self::Disable => "Organizations",
            Self::ListLandingZones | Self::GetLandingZone | Self::ListLandingZoneOperations => {
                "Control Tower"
            }
        }
    }
}

/// Implements `Display` by the serialized form, so that a log line, a report and a message cannot differ.
macro_rules! display_as_serialized {
    ($($word:ty),+) => {$(
        impl std::fmt::Display for $word {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                serde::Serialize::serialize(self, f)
            }
        }
    )+};
}
pub(crate) use display_as_serialized;

display_as_serialized!(TrustedAccess, Mode, Operation);
