//! The fault matrix as data: the faults, and the expected result at each call of a run.
//!
//! An expected result is the outcome or the `errorType`, and the calls that arrived: `L` List, `E` Enable, `D` Disable,
//! `Z` `ListLandingZones`, `G` `GetLandingZone`, `O` `ListLandingZoneOperations`. A number counts repetitions. `+` is for reads whose number depends on the
//! 20 s after a write or for the landing zone.

use crate::support::scripted_organizations::{ConnectionFault, Reply};

/// The call with the fault.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Target {
    FirstPage,
    LaterPage,
    Enable,
    Disable,
    Verify,
    /// The calls for the landing zone before each write.
    ZonesBeforeEnable,
    ZoneBeforeEnable,
    ZonesBeforeDisable,
    ZoneBeforeDisable,
    OperationsBeforeEnable,
}

/// The number of targets.
pub const COLUMNS: usize = 10;

pub const TARGETS: [Target; COLUMNS] = [
    Target::FirstPage,
    Target::LaterPage,
    Target::Enable,
    Target::Disable,
    Target::Verify,
    Target::ZonesBeforeEnable,
    Target::ZoneBeforeEnable,
    Target::ZonesBeforeDisable,
    Target::ZoneBeforeDisable,
    Target::OperationsBeforeEnable,
];

impl Target {
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstPage => "List, first page",
            Self::LaterPage => "List, later page",
            Self::Enable => "Enable",
            Self::Disable => "Disable",
            Self::Verify => "verifying List",
            Self::ZonesBeforeEnable => "ListLandingZones before Enable",
            Self::ZoneBeforeEnable => "GetLandingZone before Enable",
            Self::ZonesBeforeDisable => "ListLandingZones before Disable",
            Self::ZoneBeforeDisable => "GetLandingZone before Disable",
            Self::OperationsBeforeEnable => "ListLandingZoneOperations before Enable",
        }
    }

    /// Returns whether the run's desired state is disabled.
    pub fn disables(self) -> bool {
        matches!(
            self,
            Self::Disable | Self::ZonesBeforeDisable | Self::ZoneBeforeDisable
        )
    }

    /// Returns whether the call is one for the landing zone.
    pub fn is_of_landing_zone(self) -> bool {
        matches!(
            self,
            Self::ZonesBeforeEnable
                | Self::ZoneBeforeEnable
                | Self::ZonesBeforeDisable
                | Self::ZoneBeforeDisable
                | Self::OperationsBeforeEnable
        )
    }
}

/// A fault at one call, and the expected result.
pub struct Cell<'a> {
    pub row: &'a Row,
    pub target: Target,
    pub expected: &'static str,
}

pub fn cells(row: &Row) -> impl Iterator<Item = Cell<'_>> {
    let pairs = TARGETS.into_iter().zip(row.expected);
    pairs.filter_map(move |(target, expected)| {
        expected.map(|expected| Cell {
            row,
            target,
            expected,
        })
    })
}

pub enum Fault {
    /// The call gets this reply once. A retry gets the normal reply.
    Once(Reply),
    /// The call and its retries get this reply.
    Always(Reply),
    /// No connection succeeds from the call on.
    Connection(ConnectionFault),
    /// This many reads after the write are stale.
    Stale(u32),
    /// The list has an empty page before the page of the call.
    EmptyPages,
    /// The process has these variables until it ends.
    Environment(&'static [(&'static str, &'static str)]),
}

pub struct Row {
    pub name: &'static str,
    pub fault: Fault,
    /// One result per target; `None` if the fault cannot occur there, with the reason in `exclusion`.
    pub expected: [Option<&'static str>; COLUMNS],
    pub exclusion: &'static str,
}
