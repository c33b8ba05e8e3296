//! Differences between the emulators and AWS. No other test may depend on them.

/// A case whose results differ from those of AWS.
pub struct Difference {
    pub implementation: &'static str,
    pub case: &'static str,
    pub results: &'static [&'static str],
    pub reason: &'static str,
}

const ONE_PAGE: &[&str] = &[
    "accepted",
    "accepted",
    "accepted",
    "accepted",
    "3",
    "enabled, with a date",
];

pub const DIFFERENCES: &[Difference] = &[
    Difference {
        implementation: "winterbaume",
        case: "an unknown principal is rejected",
        results: &["accepted", "accepted", "unknown.amazonaws.com"],
        reason: "it accepts any name",
    },
    Difference {
        implementation: "winterbaume",
        case: "a list longer than the page size has several pages",
        results: ONE_PAGE,
        reason: "it has no pages",
    },
    Difference {
        implementation: "moto",
        case: "a list longer than the page size has several pages",
        results: ONE_PAGE,
        reason: "it has no pages",
    },
    Difference {
        implementation: "moto",
        case: "a read without an organization is an error",
        results: &["disabled"],
        reason: "it has a list for every account",
    },
    Difference {
        implementation: "moto",
        case: "enabling without an organization is an error",
        results: &["accepted"],
        reason: "it has a list for every account",
    },
    Difference {
        implementation: "moto",
        case: "disabling without an organization is an error",
        results: &["accepted"],
        reason: "it has a list for every account",
    },
];
