//! The built doctor against a fake AWS. The files mirror those of `src`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod arguments;
mod aws_clients;
mod aws_error;
mod checks;
mod cli;
mod doctor;
mod fake_aws;
#[path = "../../tests/support/http.rs"]
#[expect(dead_code, reason = "the function's tests use more of it")]
mod http;
mod outages;
mod output;
mod report;
