//! The vocabulary: the one service principal, the two states it can be in, and how a state is known.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::Serialize;

/// The service principal whose trusted access this program keeps, and the only one it can name.
///
/// A constant and not a setting: a program that takes a list of principals can switch off
/// `sso.amazonaws.com` by a typing error, and then nobody can log in.
pub const CONTROL_TOWER: &str = "controltower.amazonaws.com";

/// Whether AWS Organizations lets a service act in the organization.
///
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TrustedAccess {
    /// The service is in the organization's list of enabled service principals.
    Enabled,
    /// A complete read of that list did not hold the service.
    Disabled,
}

/// What a complete, successful read of the organization's list showed.
///
/// A read that failed or broke off gives no `Observation` at all, so "not known" can never be
/// taken for [`TrustedAccess::Disabled`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The state that the read showed.
    pub state: TrustedAccess,
    /// `DateEnabled` of the entry in RFC 3339, where enabled and where Organizations gave one.
    pub enabled_since: Option<String>,
    /// The other principals that the operator asked to watch, with what the same read showed of each.
    pub watched: Watched,
}

/// Service principals and the states they were seen in. They are looked at and never changed.
pub type Watched = BTreeMap<String, TrustedAccess>;

impl Observation {
    /// The principal was in the list; `since` is its `DateEnabled` in RFC 3339.
    #[must_use]
    pub fn enabled(since: Option<String>) -> Self {
        Self {
            state: TrustedAccess::Enabled,
            enabled_since: since,
            watched: Watched::new(),
        }
    }

    /// Every page was read and the principal was on none of them.
    #[must_use]
    pub fn disabled() -> Self {
        Self {
            state: TrustedAccess::Disabled,
            enabled_since: None,
            watched: Watched::new(),
        }
    }
}

/// Whether a difference may be changed or only reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Read, and change what differs.
    Enforce,
    /// Read and report; nothing that can write is called.
    Audit,
}

/// A planned maintenance: until it ends, a due change is reported and not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// When it ends.
    pub until: SystemTime,
    /// The same in the operator's words, RFC 3339.
    pub said: String,
}

impl Hold {
    /// Whether it is still on.
    #[must_use]
    pub fn holds_at(&self, now: SystemTime) -> bool {
        now < self.until
    }
}

/// The operations that this program calls: three of AWS Organizations, two of AWS Control Tower.
///
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html>,
/// <https://docs.aws.amazon.com/controltower/latest/APIReference/API_Operations.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Operation {
    /// `ListAWSServiceAccessForOrganization`: the only read of Organizations.
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
}

impl Operation {
    /// The service, as IAM's actions begin.
    #[must_use]
    pub fn service(self) -> &'static str {
        match self {
            Self::List | Self::Enable | Self::Disable => "organizations",
            Self::ListLandingZones | Self::GetLandingZone => "controltower",
        }
    }

    /// The service, as people call it.
    #[must_use]
    pub fn service_name(self) -> &'static str {
        match self {
            Self::List | Self::Enable | Self::Disable => "Organizations",
            Self::ListLandingZones | Self::GetLandingZone => "Control Tower",
        }
    }
}

/// Each word prints as it is serialized, so that a log line, a report and a message cannot differ.
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
