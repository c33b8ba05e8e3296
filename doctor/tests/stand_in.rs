//! The scripted AWS as a program: prints where it listens and ends with its standard input.
//!
//! `troubled` (the default) or `slow`, in which the round through the accounts takes a second or two.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a stand-in that cannot go on has nothing better to do"
)]

use std::io::{Read, stdin};
use std::time::Duration;
use std::{env, io};

#[path = "../../tests/support/http.rs"]
#[expect(dead_code, reason = "shared with the suites, which need more of it")]
mod http;
#[expect(dead_code, reason = "shared with the suite, which needs more of it")]
mod scripted_aws;
mod worlds;

fn main() -> io::Result<()> {
    let mut world = worlds::troubled();
    if env::args().nth(1).as_deref() == Some("slow") {
        world.accounts = 100;
        world.latency = Duration::from_millis(300);
    }
    println!("{}", world.start().url);
    stdin().read_to_end(&mut Vec::new()).map(drop)
}
