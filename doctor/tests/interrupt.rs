//! Ctrl-C: what is known by then is told, and what is not is told as not checked.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::run::{Run, command, row, told};
use crate::scripted_aws::answers::account;
use crate::scripted_aws::{Instead, ScriptedAws, World};

/// Starts a long round, waits until some accounts have answered, and presses Ctrl-C.
fn interrupt(aws: &ScriptedAws, arguments: &[&str]) -> Run {
    let doctor = command(&aws.url, arguments).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while aws.count("sts:AssumeRole") < 10 {
        assert!(Instant::now() < deadline, "no account was asked");
        thread::sleep(Duration::from_millis(20));
    }
    let pid = doctor.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    told(doctor.wait_with_output().unwrap())
}

#[test]
fn ctrl_c_tells_what_is_known_so_far() {
    let mut world = World::healthy();
    world.accounts = 500;
    world.latency = Duration::from_millis(100);
    let aws = world.clone().start();
    let run = interrupt(
        &aws,
        &[
            "--json",
            "--concurrency",
            "4",
            "--stack-name",
            "trusted-access",
        ],
    );
    assert_eq!(run.code, 2);
    let document: Value = serde_json::from_str(&run.told).unwrap();
    assert_eq!(document["interrupted"], true);
    assert_eq!(row(&document, "deployment")["verdict"], "healthy");
    let accounts = row(&document, "accounts");
    let listed: usize = accounts["facts"]["count"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((10..500).contains(&listed), "{accounts}");
    assert_eq!(accounts["verdict"], "notChecked", "{accounts}");
    let roles = row(&document, "roles");
    let present: usize = roles["facts"]["present"].as_str().unwrap().parse().unwrap();
    assert!((5..400).contains(&present), "{present}");
    assert!(
        roles["notChecked"]
            .to_string()
            .contains("the doctor was stopped")
    );

    // A problem that was seen by then is still the news.
    let aws = world
        .with_role(
            &account(0),
            Instead::Error(403, "AccessDenied", "not authorized"),
        )
        .start();
    let run = interrupt(&aws, &["--concurrency", "4"]);
    assert_eq!(run.code, 1);
    assert!(
        run.told.contains("Stopped. ") && run.told.contains(&account(0)),
        "{}",
        run.told
    );
}
