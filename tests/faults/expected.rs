//! The expected results of common faults, in the order of [`TARGETS`](crate::table::TARGETS).

use crate::table::COLUMNS;

/// One retry succeeds.
pub const RETRIED: [&str; COLUMNS] = [
    "Remediated: L2 E L",
    "Remediated: L3 E L2",
    "Remediated: L E2 L",
    "Remediated: L D2 L",
    "Remediated: L E L2",
    "Remediated: L Z2 G O E L Z G",
    "Remediated: L Z G2 O E L Z G",
    "Remediated: L Z2 D L",
    "Blocked: L Z G2",
    "Remediated: L Z G O2 E L Z G",
];

/// The result without a fault.
pub const UNAFFECTED: [&str; COLUMNS] = [
    "Remediated: L E L",
    "Remediated: L2 E L2",
    "Remediated: L E L",
    "Remediated: L D L",
    "Remediated: L E L",
    "Remediated: L Z G O E L Z G",
    "Remediated: L Z G O E L Z G",
    "Remediated: L Z D L",
    "Blocked: L Z G",
    "Remediated: L Z G O E L Z G",
];

pub const THROTTLED: [&str; COLUMNS] = [
    "Throttled: L5",
    "Throttled: L6",
    "Throttled: L E5",
    "Throttled: L D5",
    "Throttled: L E L+",
    "Remediated: L Z5 E L Z5",
    "Remediated: L Z G5 O E L Z G5",
    "Throttled: L Z5",
    "Throttled: L Z G5",
    "Remediated: L Z G O5 E L Z G",
];

pub const CONFLICT: [&str; COLUMNS] = [
    "Conflict: L5",
    "Conflict: L6",
    "Conflict: L E5",
    "Conflict: L D5",
    "Conflict: L E L+",
    "Remediated: L Z5 E L Z5",
    "Remediated: L Z G5 O E L Z G5",
    "Conflict: L Z5",
    "Conflict: L Z G5",
    "Remediated: L Z G O5 E L Z G",
];

/// A write without a response is followed by one read.
pub const UNAVAILABLE: [&str; COLUMNS] = [
    "Unavailable: L5",
    "Unavailable: L6",
    "Unavailable: L E5 L",
    "Unavailable: L D5 L",
    "Unavailable: L E L+",
    "Remediated: L Z5 E L Z5",
    "Remediated: L Z G5 O E L Z G5",
    "Unavailable: L Z5",
    "Unavailable: L Z G5",
    "Remediated: L Z G O5 E L Z G",
];

pub const DENIED: [&str; COLUMNS] = [
    "AccessDenied: L",
    "AccessDenied: L2",
    "AccessDenied: L E",
    "AccessDenied: L D",
    "AccessDenied: L E L",
    "Remediated: L Z E L Z",
    "Remediated: L Z G O E L Z G",
    "AccessDenied: L Z",
    "AccessDenied: L Z G",
    "Remediated: L Z G O E L Z G",
];

pub const NO_ORGANIZATION: [&str; COLUMNS] = [
    "NotInOrganization: L",
    "NotInOrganization: L2",
    "NotInOrganization: L E",
    "NotInOrganization: L D",
    "NotInOrganization: L E L",
    "Remediated: L Z E L Z",
    "Remediated: L Z G O E L Z G",
    "NotInOrganization: L Z",
    "NotInOrganization: L Z G",
    "Remediated: L Z G O E L Z G",
];

pub const REJECTED: [&str; COLUMNS] = [
    "Rejected: L",
    "Rejected: L2",
    "Rejected: L E",
    "Rejected: L D",
    "Rejected: L E L",
    "Remediated: L Z E L Z",
    "Remediated: L Z G O E L Z G",
    "Rejected: L Z",
    "Rejected: L Z G",
    "Remediated: L Z G O E L Z G",
];

/// A response that cannot be parsed is not an empty list. A write with such a response is followed by one read.
pub const UNREADABLE: [&str; COLUMNS] = [
    "InvalidResponse: L",
    "InvalidResponse: L2",
    "InvalidResponse: L E L",
    "InvalidResponse: L D L",
    "InvalidResponse: L E L+",
    "Remediated: L Z E L Z",
    "Remediated: L Z G O E L Z G",
    "InvalidResponse: L Z",
    "InvalidResponse: L Z G",
    "Remediated: L Z G O E L Z G",
];

/// A response body over 1 MiB is invalid. The write took effect, and one read shows it.
pub const TOO_LARGE: [&str; COLUMNS] = [
    "InvalidResponse: L",
    "InvalidResponse: L2",
    "Remediated: L E L",
    "Remediated: L D L",
    "InvalidResponse: L E L+",
    "Remediated: L Z E L Z",
    "Remediated: L Z G O E L Z G",
    "InvalidResponse: L Z",
    "InvalidResponse: L Z G",
    "Remediated: L Z G O E L Z G",
];

/// An empty body accepts a write, and the reads never show it.
pub const EMPTY: [&str; COLUMNS] = [
    "InvalidResponse: L",
    "InvalidResponse: L2",
    "NotConverged: L E L+",
    "NotConverged: L D L+",
    "InvalidResponse: L E L+",
    "Remediated: L Z E L Z",
    "Remediated: L Z G O E L Z G",
    "InvalidResponse: L Z",
    "InvalidResponse: L Z G",
    "Remediated: L Z G O E L Z G",
];

/// After an accepted write, its 20 s end before a read has timed out five times.
pub const NO_RESPONSE: [&str; COLUMNS] = [
    "Unavailable: L5",
    "Unavailable: L6",
    "Unavailable: L E5 L",
    "Unavailable: L D5 L",
    "NotConverged: L E L+",
    "Remediated: L Z+ E L Z+",
    "Remediated: L Z G+ E L Z G+",
    "Unavailable: L Z+",
    "Unavailable: L Z G+",
    "Remediated: L Z G O+ E L Z G",
];

/// As `NO_RESPONSE`, but the server applies the write.
pub const SLOW_RESPONSE: [&str; COLUMNS] = [
    "Unavailable: L5",
    "Unavailable: L6",
    "Remediated: L E5 L",
    "Remediated: L D5 L",
    "NotConverged: L E L+",
    "Remediated: L Z+ E L Z+",
    "Remediated: L Z G+ E L Z G+",
    "Unavailable: L Z+",
    "Unavailable: L Z G+",
    "Remediated: L Z G O+ E L Z G",
];

/// The server applies a write and never responds, so one read after the retries shows it.
pub const APPLIED_WITHOUT_RESPONSE: [&str; COLUMNS] = [
    "Unavailable: L5",
    "Unavailable: L6",
    "Remediated: L E5 L",
    "Remediated: L D5 L",
    "Unavailable: L E L+",
    "Remediated: L Z5 E L Z5",
    "Remediated: L Z G5 O E L Z G5",
    "Unavailable: L Z5",
    "Unavailable: L Z G5",
    "Remediated: L Z G O5 E L Z G",
];

/// No connection succeeds from the call on, so the server sees no further call.
pub const NO_CONNECTION: [&str; COLUMNS] = [
    "Unavailable: ",
    "Unavailable: L",
    "Unavailable: L",
    "Unavailable: L",
    "Unavailable: L E",
    "Remediated: L E L",
    "Remediated: L Z E L",
    "Unavailable: L",
    "Unavailable: L Z",
    "Remediated: L Z G E L",
];
