//! All tests from outside the crate, in one binary, because linking the AWS SDK is slow. The modules mirror `src/`;
//! CONTRIBUTING.md says which test level owns which rule.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod architecture;
mod aws;
mod core;
mod documents;
mod events;
mod lambda;
mod properties;
mod sandbox;
mod settings;
#[expect(
    dead_code,
    reason = "shared with faults, soak and bench/, which use more of it"
)]
mod support;
