//! A whole run: every check, the permissions that it takes, and Ctrl-C.

use std::collections::BTreeSet;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cli::{Run, check, command, result, run, run_json, verdicts};
use crate::fake_aws::replies::{STACK, account};
use crate::fake_aws::scenarios::outage;
use crate::fake_aws::{FakeAws, FakeReply, Scenario};
use crate::outages::outages;

/// The policy of all calls that read.
const POLICY: &str = include_str!("../../docs/doctor-policy.json");
/// The policy of the check of the roles.
const ROLES_POLICY: &str = include_str!("../../docs/doctor-policy-roles.json");

#[test]
fn every_check_is_healthy_in_a_healthy_organization() {
    let aws = Scenario::healthy().start();
    let (document, code) = run_json(&aws.url, &["--roles", "--stack-name", STACK]);
    let ids = [
        "identity",
        "organization",
        "trustedAccess",
        "events",
        "landingZone",
        "accounts",
        "roles",
        "deployment",
    ];
    assert_eq!(verdicts(&document), ids.map(|id| format!("{id} healthy")));
    assert_eq!(code, 0);
}

/// Starts a long role check, waits until some accounts are checked, and sends the signal of Ctrl-C.
fn interrupt(aws: &FakeAws, arguments: &[&str]) -> Run {
    let doctor = command(&aws.url, arguments).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while aws.count("sts:AssumeRole") < 10 {
        assert!(Instant::now() < deadline, "no account was checked");
        thread::sleep(Duration::from_millis(20));
    }
    let pid = doctor.id().to_string();
    let kill = Command::new("kill").args(["-INT", &pid]).status();
    assert!(kill.unwrap().success());
    result(doctor.wait_with_output().unwrap())
}

fn slow() -> Scenario {
    Scenario {
        accounts: 500,
        latency: Duration::from_millis(100),
        ..Scenario::healthy()
    }
}

#[test]
fn ctrl_c_prints_the_results_so_far_and_exits_with_130() {
    let aws = slow().start();
    let arguments = [
        "--json",
        "--roles",
        "--concurrency",
        "4",
        "--stack-name",
        STACK,
    ];
    let run = interrupt(&aws, &arguments);
    assert_eq!(run.code, 130);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["interrupted"], true);
    assert_eq!(document["exitCode"], 130);
    assert_eq!(check(&document, "deployment")["verdict"], "healthy");
    let accounts = check(&document, "accounts");
    let listed = fact(accounts, "count");
    assert!((10..500).contains(&listed), "{accounts}");
    assert_eq!(accounts["verdict"], "notChecked", "{accounts}");
    let roles = check(&document, "roles");
    let present = fact(roles, "present");
    assert!((5..400).contains(&present), "{present}");
    let issues = roles["notChecked"].to_string();
    assert!(issues.contains("the doctor was interrupted"), "{issues}");
}

fn fact(check: &Value, name: &str) -> usize {
    let fact = check["facts"][name].as_str().unwrap();
    fact.parse().unwrap()
}

#[test]
fn ctrl_c_prints_the_problems_so_far() {
    let denied = FakeReply::Error(403, "AccessDenied", "not authorized");
    let aws = slow().with_role(&account(0), denied).start();
    let run = interrupt(&aws, &["--roles", "--concurrency", "4"]);
    assert_eq!(run.code, 130);
    for text in ["Interrupted. ", &account(0), "Exit code 130."] {
        assert!(run.stdout.contains(text), "{}", run.stdout);
    }
}

#[test]
fn the_policies_allow_exactly_the_calls_and_all_of_them_but_assume_role_only_read() {
    let accounts = json!({"Accounts": [{"Id": account(1), "State": "ACTIVE"}]}).to_string();
    let no_landing_zone = FakeReply::Body(r#"{"landingZones":[]}"#.into());
    let without_landing_zone = Scenario::healthy()
        .with("controltower:ListLandingZones", no_landing_zone)
        .with("organizations:ListAccounts", FakeReply::Body(accounts))
        .with(
            "sts:AssumeRole",
            FakeReply::Error(403, "AccessDenied", "no"),
        );
    let mut called = BTreeSet::new();
    for scenario in [Scenario::healthy(), without_landing_zone] {
        let aws = scenario.start();
        run(&aws.url, &["--roles", "--stack-name", STACK]);
        called.extend(aws.calls().into_iter().map(|call| call.operation));
    }
    let aws = outage().start();
    outages(&aws, &[]);
    called.extend(aws.calls().into_iter().map(|call| call.operation));
    assert_eq!(
        actions_of(ROLES_POLICY),
        ["sts:AssumeRole".to_owned()].into()
    );
    assert!(called.remove("sts:AssumeRole"));
    for operation in &called {
        let verb = operation.split(':').nth(1).unwrap();
        let only_reads = ["Get", "List", "Describe", "Filter", "Lookup"]
            .iter()
            .any(|start| verb.starts_with(start));
        assert!(only_reads, "{operation}");
    }
    assert_eq!(actions_of(POLICY), called);
}

#[test]
fn every_call_about_the_deployment_is_allowed_only_for_the_documented_stacks_names() {
    let policy: Value = serde_json::from_str(POLICY).unwrap();
    let page = include_str!("../../docs/doctor.md");
    for statement in policy["Statement"].as_array().unwrap() {
        let id = statement["Sid"].as_str().unwrap();
        assert!(page.contains(&format!("| `{id}` |")), "{id} has no reason");
        let resource = statement["Resource"].as_str().unwrap();
        let actions = statement["Action"].as_array().unwrap().iter();
        for action in actions.map(|action| action.as_str().unwrap()) {
            let service = action.split(':').next().unwrap();
            // EventBridge has no permissions for single rules in these two actions, and a list of stacks none for one.
            let is_open = action == "cloudformation:ListStacks"
                || [
                    "sts",
                    "organizations",
                    "cloudtrail",
                    "controltower",
                    "events",
                ]
                .contains(&service);
            let is_scoped = resource.contains(STACK);
            assert_eq!(is_scoped, !is_open, "{action} on {resource}");
            assert!(is_scoped || resource == "*", "{action} on {resource}");
        }
    }
}

/// Returns the actions of a policy in docs.
fn actions_of(policy: &str) -> BTreeSet<String> {
    let policy: Value = serde_json::from_str(policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap().iter();
    let actions = statements.flat_map(|statement| {
        let action = &statement["Action"];
        let list = action.as_array().cloned();
        list.unwrap_or_else(|| vec![action.clone()])
    });
    actions
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}
