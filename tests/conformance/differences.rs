//! What the implementations do otherwise than AWS, which no test of ours may lean on.

/// A case that an implementation plays otherwise.
pub struct Difference {
    pub implementation: &'static str,
    pub case: &'static str,
    pub instead: &'static [&'static str],
    pub why: &'static str,
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
        case: "a principal that does not exist is refused",
        instead: &["accepted", "accepted", "nobody.amazonaws.com"],
        why: "it takes any name",
    },
    Difference {
        implementation: "winterbaume",
        case: "a list longer than asked for comes in pages",
        instead: ONE_PAGE,
        why: "it has no pages",
    },
    Difference {
        implementation: "moto",
        case: "a list longer than asked for comes in pages",
        instead: ONE_PAGE,
        why: "it has no pages",
    },
    Difference {
        implementation: "moto",
        case: "without an organization there is nothing to read",
        instead: &["disabled"],
        why: "it keeps a list for any account",
    },
    Difference {
        implementation: "moto",
        case: "without an organization nothing is enabled",
        instead: &["accepted"],
        why: "it keeps a list for any account",
    },
    Difference {
        implementation: "moto",
        case: "without an organization nothing is disabled",
        instead: &["accepted"],
        why: "it keeps a list for any account",
    },
];
