//! The built doctor against an AWS that answers what each test wants: `make doctor`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

mod deployment;
#[path = "../../tests/support/http.rs"]
#[expect(
    dead_code,
    reason = "shared with the other suites, which need more of it"
)]
mod http;
mod interrupt;
mod output;
mod roles;
mod run;
mod scripted_aws;
mod setup;
mod unreachable;
mod worlds;
