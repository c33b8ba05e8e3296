//! The fake AWS of the tests as a program, for tests that need a terminal.
//!
//! It prints its endpoint and ends when its standard input is closed. The argument is the scenario: `healthy`,
//! `troubled` (the default), `outage`, `denied`, in which one call is not allowed, or `slow`, in which the role check takes
//! seconds.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a fake may fail loudly"
)]

use std::io::{Read, stdin};
use std::time::Duration;
use std::{env, io};

use fake_aws::scenarios::{outage, troubled};
use fake_aws::{FakeReply, Scenario};

#[path = "../tests/fake_aws/mod.rs"]
#[expect(dead_code, reason = "the test suite uses more of it")]
mod fake_aws;
#[path = "../../tests/support/http.rs"]
#[expect(dead_code, reason = "the test suites use more of it")]
mod http;

fn main() -> io::Result<()> {
    let mut scenario = troubled();
    match env::args().nth(1).as_deref() {
        Some("healthy") => scenario = Scenario::healthy(),
        Some("outage") => scenario = outage(),
        Some("denied") => {
            let reply = FakeReply::Error(400, "AccessDeniedException", "User is not authorized");
            scenario = Scenario::healthy().with("cloudtrail:DescribeTrails", reply);
        }
        Some("slow") => {
            scenario.accounts = 100;
            scenario.latency = Duration::from_millis(300);
        }
        _ => {}
    }
    println!("{}", scenario.start().url);
    stdin().read_to_end(&mut Vec::new()).map(drop)
}
