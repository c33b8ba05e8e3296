//! Ctrl-C, and arguments that end the command before its first call.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{moved, not_read, outages, with_outage};
use crate::cli::{command, result};
use crate::fake_aws::Scenario;

#[test]
fn ctrl_c_prints_what_is_known_and_exits_with_130() {
    let aws = with_outage([moved()]).start();
    // Slow enough to interrupt after the moves, and before the last lookup.
    let arguments = [
        "outages",
        "--json",
        "--lookups-per-second",
        "20",
        "--now",
        "2026-11-28T00:00:00Z",
    ];
    let doctor = command(&aws.url, &arguments).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while aws.count("cloudtrail:LookupEvents") < 10 {
        assert!(Instant::now() < deadline, "no lookup was made");
        thread::sleep(Duration::from_millis(5));
    }
    let pid = doctor.id().to_string();
    let kill = Command::new("kill").args(["-INT", &pid]).status();
    assert!(kill.unwrap().success());
    let run = result(doctor.wait_with_output().unwrap());
    assert_eq!(run.code, 130);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["outages"][0]["changes"][0]["event"], "MoveAccount");
    assert_eq!(document["complete"], false);
    assert!(not_read(&document).contains("interrupted"), "{document:#}");
    assert!(aws.count("cloudtrail:LookupEvents") < 23);
}

#[test]
fn invalid_times_are_one_error_with_exit_code_2_and_no_aws_call() {
    let aws = Scenario::healthy().start();
    for arguments in [
        &["--since", "yesterday"][..],
        &[
            "--since",
            "2026-11-20T10:00:00Z",
            "--until",
            "2026-11-20T09:00:00Z",
        ],
    ] {
        let run = outages(&aws, arguments);
        assert_eq!(run.code, 2);
        assert_eq!(run.stdout, "");
        assert!(
            run.stderr.starts_with("error: ") && run.stderr.contains("--since"),
            "{}",
            run.stderr
        );
    }
    assert_eq!(aws.calls().len(), 0);
}
