//! Everything that is tested from outside the crate, in one binary: linking the AWS SDK is slow.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

mod adapter;
mod architecture;
mod contract;
mod documents;
mod events;
mod properties;
mod reconcile;
mod sandbox;
#[expect(
    dead_code,
    reason = "shared with faults, soak and bench/, which need more of it"
)]
mod support;
