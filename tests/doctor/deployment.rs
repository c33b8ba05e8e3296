//! The function's stack: deployed right, running, quiet.

use serde_json::{Value, json};

use crate::run::{document, row, run};
use crate::scripted_aws::answers::{
    ALARMS, FOREIGN_VARIABLE, alarms, function, line, resources, stack,
};
use crate::scripted_aws::{Instead, World};

const STACK: [&str; 3] = ["--no-roles", "--stack-name", "trusted-access"];

fn looked_at(world: World, arguments: &[&str]) -> (Value, i32) {
    let aws = world.start();
    let (document, code) = document(&aws.url, arguments);
    (row(&document, "deployment").clone(), code)
}

fn with(operation: &'static str, answer: &Value) -> World {
    World::healthy().with(operation, Instead::Body(answer.to_string()))
}

const FUNCTION: &str = "lambda:GetFunctionConfiguration";
const LOG: &str = "logs:FilterLogEvents";
const DESCRIBE_ALARMS: &str = "cloudwatch:DescribeAlarms";

#[test]
fn the_functions_own_variables_are_told_and_no_others() {
    let (row, code) = looked_at(World::healthy(), &STACK);
    assert_eq!(code, 0, "{row:#}");
    assert_eq!(row["facts"]["MODE"], "enforce");
    assert_eq!(row["facts"]["lastOutcome"], "InSync");
    assert!(!row.to_string().contains(FOREIGN_VARIABLE));
}

#[test]
fn without_its_name_no_stack_is_looked_for() {
    let aws = World::healthy().start();
    let run = run(&aws.url, &["--no-roles"]);
    assert!(!run.told.contains("the deployment"), "{}", run.told);
    assert_eq!(aws.count("cloudformation:DescribeStacks"), 0);
}

#[test]
fn a_stack_that_is_not_there_is_a_problem_and_one_that_is_not_shown_is_not_checked() {
    let absent = Instead::Error(
        400,
        "ValidationError",
        "Stack with id trusted-access does not exist",
    );
    let (row, code) = looked_at(
        World::healthy().with("cloudformation:DescribeStacks", absent),
        &STACK,
    );
    assert_eq!((row["verdict"].as_str(), code), (Some("problem"), 1));
    let denied = Instead::Error(403, "AccessDenied", "not allowed");
    let (row, code) = looked_at(
        World::healthy().with("cloudformation:DescribeStacks", denied),
        &STACK,
    );
    assert_eq!((row["verdict"].as_str(), code), (Some("notChecked"), 2));
}

#[test]
fn the_wrong_region_is_a_problem_that_names_the_right_one() {
    let arguments = [&STACK[..], &["--region", "eu-west-1"]].concat();
    let (row, code) = looked_at(World::healthy(), &arguments);
    assert_eq!(code, 1);
    assert!(
        row["problems"]
            .to_string()
            .contains("Deploy it to us-east-1"),
        "{row:#}"
    );
}

#[test]
fn a_stack_that_failed_and_a_function_that_cannot_run_are_problems() {
    let failed = Instead::Body(stack("UPDATE_ROLLBACK_COMPLETE"));
    let (row, _) = looked_at(
        World::healthy().with("cloudformation:DescribeStacks", failed),
        &STACK,
    );
    assert!(
        row["problems"]
            .to_string()
            .contains("UPDATE_ROLLBACK_COMPLETE")
    );

    for (field, value, told) in [
        ("State", "Failed", "not active but Failed"),
        (
            "LastUpdateStatus",
            "Failed",
            "last update of the function failed",
        ),
        (
            "Runtime",
            "provided.al2",
            "is provided.al2, and it is built for",
        ),
    ] {
        let mut answer = function(&json!({"MODE": "enforce"}));
        answer[field] = value.into();
        let (row, code) = looked_at(with(FUNCTION, &answer), &STACK);
        assert_eq!(code, 1, "{field}");
        assert!(row["problems"].to_string().contains(told), "{row:#}");
    }
}

#[test]
fn a_stack_whose_first_deployment_failed_is_to_be_deleted_and_nothing_else_is_told_of_it() {
    let failed = Instead::Body(stack("ROLLBACK_COMPLETE"));
    let world = World::healthy().with("cloudformation:DescribeStacks", failed);
    let (row, code) = looked_at(world, &STACK);
    assert_eq!(code, 1);
    let problems = row["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{row:#}");
    assert!(
        problems[0]["remedy"]
            .to_string()
            .contains("delete the stack")
    );
}

#[test]
fn while_a_stack_is_being_deployed_it_is_not_checked() {
    let under_way = Instead::Body(stack("UPDATE_IN_PROGRESS"));
    let world = World::healthy().with("cloudformation:DescribeStacks", under_way);
    let (row, code) = looked_at(world, &STACK);
    assert_eq!((row["verdict"].as_str(), code), (Some("notChecked"), 2));
}

#[test]
fn what_the_stack_shows_no_more_is_not_checked_and_what_it_took_away_is_not_gone_past_it() {
    let without = |kind: &str| {
        let gone = format!(
            "<ResourceType>AWS::{kind}</ResourceType><ResourceStatus>DELETE_COMPLETE</ResourceStatus>"
        );
        let there = format!(
            "<ResourceType>AWS::{kind}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus>"
        );
        let answer = resources();
        assert!(answer.contains(&there));
        let world = World::healthy();
        let answer = Instead::Body(answer.replace(&there, &gone));
        looked_at(
            world.with("cloudformation:DescribeStackResources", answer),
            &STACK,
        )
    };
    let (row, code) = without("Logs::LogGroup");
    assert_eq!(code, 2, "{row:#}");
    assert!(row["notChecked"].to_string().contains("shows no log group"));
    let (row, code) = without("CloudWatch::Alarm");
    assert_eq!(code, 1, "{row:#}");
    assert!(
        row["problems"]
            .to_string()
            .contains("The stack has no alarm")
    );
}

#[test]
fn a_configuration_that_repairs_nothing_is_a_remark() {
    let variables =
        json!({"DESIRED_STATE": "disabled", "MODE": "audit", "HOLD_UNTIL": "2026-12-01T00:00:00Z"});
    let (row, code) = looked_at(with(FUNCTION, &function(&variables)), &STACK);
    assert_eq!(code, 0);
    let remarks = row["remarks"].to_string();
    for told in [
        "keeps trusted access off",
        "repairs nothing",
        "HOLD_UNTIL=2026-12-01T00:00:00Z",
    ] {
        assert!(remarks.contains(told), "{remarks}");
    }
}

#[test]
fn a_failed_last_run_is_a_problem_and_silence_for_two_periods_as_well() {
    let failed = line(&json!({
        "timestamp": "2026-11-24T20:00:00Z", "message": "failed", "error_type": "AccessDenied", "error": "no permission",
    }));
    let (row, code) = looked_at(with(LOG, &json!({"events": [failed]})), &STACK);
    assert_eq!(code, 1);
    assert!(
        row["problems"]
            .to_string()
            .contains("failed with AccessDenied: no permission"),
        "{row:#}"
    );

    let (row, code) = looked_at(with(LOG, &json!({"events": []})), &STACK);
    assert_eq!(code, 1);
    assert!(
        row["problems"].to_string().contains("No run has reported"),
        "{row:#}"
    );
}

#[test]
fn the_last_report_is_found_behind_empty_pages_and_the_newest_one_counts() {
    let report = |outcome: &str, age: u64| {
        let mut event =
            line(&json!({"timestamp": outcome, "message": "reconciled", "outcome": outcome}));
        let time = event["timestamp"].as_u64().unwrap();
        event["timestamp"] = (time - age).into();
        event
    };
    let pages = [
        json!({"events": [], "nextToken": "2"}),
        json!({"events": [report("DriftDetected", 1000), report("InSync", 9000)], "nextToken": "3"}),
        json!({"events": []}),
    ];
    let pages = pages.iter().map(ToString::to_string).collect();
    let aws = World::healthy().with(LOG, Instead::Pages(pages)).start();
    let (document, code) = document(&aws.url, &STACK);
    assert_eq!(code, 0);
    let row = row(&document, "deployment");
    assert_eq!(row["facts"]["lastOutcome"], "DriftDetected");
    assert!(
        row["remarks"].to_string().contains("was left so"),
        "{row:#}"
    );
    let searches = aws.calls().into_iter().filter(|call| call.operation == LOG);
    let tokens: Vec<Value> = searches
        .map(|call| serde_json::from_str::<Value>(&call.body).unwrap()["nextToken"].clone())
        .collect();
    assert_eq!(tokens, [Value::Null, "2".into(), "3".into()]);
}

#[test]
fn the_log_is_searched_for_two_periods_and_no_further_back() {
    let aws = World::healthy().start();
    document(&aws.url, &STACK);
    let calls = aws.calls();
    let search = calls.iter().find(|call| call.operation == LOG).unwrap();
    let body: Value = serde_json::from_str(&search.body).unwrap();
    let now = line(&json!({}))["timestamp"].as_u64().unwrap();
    let minutes = (now - body["startTime"].as_u64().unwrap()) / 60_000;
    // The schedule is rate(1 hour), and Scheduler may take ten minutes longer.
    assert!((130..145).contains(&minutes), "{minutes}");
}

#[test]
fn the_silence_of_a_stack_that_was_deployed_just_now_is_no_problem_and_no_proof() {
    let now = humantime();
    let young = stack("CREATE_COMPLETE").replace("2026-01-02T03:04:05Z", &now);
    let world = with(LOG, &json!({"events": []}))
        .with("cloudformation:DescribeStacks", Instead::Body(young));
    let (row, code) = looked_at(world, &STACK);
    assert_eq!((row["verdict"].as_str(), code), (Some("notChecked"), 2));
    assert!(row["notChecked"].to_string().contains("No report yet"));
}

/// The time now, as CloudFormation writes it.
fn humantime() -> String {
    let now = std::process::Command::new("date")
        .args(["-u", "+%Y-%m-%dT%H:%M:%SZ"])
        .output();
    String::from_utf8(now.unwrap().stdout)
        .unwrap()
        .trim()
        .to_owned()
}

#[test]
fn an_alarm_that_rings_is_a_problem_with_its_section_of_the_runbook() {
    let aws = with(DESCRIBE_ALARMS, &alarms("trusted-access-drift")).start();
    let (document, code) = document(&aws.url, &STACK);
    assert_eq!(code, 1);
    let row = row(&document, "deployment");
    assert!(
        row["problems"]
            .to_string()
            .contains("section Alarm: drift of"),
        "{row:#}"
    );
    // CBOR, in which texts stand as they are: the names of the stack's alarms, each in full.
    let calls = aws.calls();
    let asked = calls.iter().find(|call| call.operation == DESCRIBE_ALARMS);
    let asked = &asked.unwrap().body;
    assert!(ALARMS.iter().all(|name| asked.contains(name)), "{asked}");
}

#[test]
fn an_alarm_that_is_gone_or_tells_nobody_is_a_problem() {
    let mut gone = alarms("");
    gone["MetricAlarms"].as_array_mut().unwrap().remove(0);
    let mut muted = alarms("");
    muted["MetricAlarms"][1]["ActionsEnabled"] = false.into();
    for (answer, told) in [
        (gone, "The stack's alarm trusted-access-drift is gone"),
        (muted, "The alarm trusted-access-failures tells nobody"),
    ] {
        let (row, code) = looked_at(with(DESCRIBE_ALARMS, &answer), &STACK);
        assert_eq!(code, 1, "{row:#}");
        let problems = row["problems"].as_array().unwrap();
        assert_eq!(problems.len(), 1, "{row:#}");
        assert!(problems[0].to_string().contains(told), "{row:#}");
    }
    // Which must be switched on where they are.
    let mut muted = alarms("");
    muted["MetricAlarms"][0]["ActionsEnabled"] = false.into();
    let (row, _) = looked_at(with(DESCRIBE_ALARMS, &muted), &STACK);
    let remedy = row["problems"][0]["remedy"].as_str().unwrap();
    assert!(remedy.ends_with("--region us-east-1"), "{remedy}");
}

#[test]
fn a_function_or_a_log_group_that_is_gone_past_the_stack_is_a_problem() {
    for (operation, what) in [(FUNCTION, "function"), (LOG, "log group")] {
        let gone = Instead::Error(404, "ResourceNotFoundException", "not found");
        let (row, code) = looked_at(World::healthy().with(operation, gone), &STACK);
        assert_eq!(code, 1, "{row:#}");
        let told = row["problems"].to_string();
        assert!(
            told.contains(&format!("The stack's {what} is gone")),
            "{told}"
        );
    }
}

#[test]
fn one_part_that_is_not_shown_hides_no_other() {
    for operation in [FUNCTION, LOG, DESCRIBE_ALARMS] {
        let denied = Instead::Error(403, "AccessDeniedException", "not allowed");
        let (row, code) = looked_at(World::healthy().with(operation, denied), &STACK);
        assert_eq!(code, 2, "{row:#}");
        assert_eq!(
            row["notChecked"].as_array().unwrap().len(),
            1,
            "{operation}"
        );
        assert!(row["notChecked"].to_string().contains(operation), "{row:#}");
        assert_eq!(row["facts"]["stackStatus"], "UPDATE_COMPLETE");
    }
}

fn configured(variables: &Value) -> World {
    with(FUNCTION, &function(variables))
}

#[test]
fn a_configuration_that_the_function_does_not_take_is_a_problem_in_the_functions_own_words() {
    for (variables, named) in [
        (json!({"MODE": "Enforce"}), "MODE is"),
        (
            json!({"DESIRED_STATE": "disabled"}),
            "ALLOW_DISABLE is not set",
        ),
        (
            json!({"HOLD_UNTIL": "2099-01-01T00:00:00Z"}),
            "HOLD_UNTIL is",
        ),
    ] {
        let (row, code) = looked_at(configured(&variables), &STACK);
        let problems = row["problems"].to_string();
        assert_eq!(code, 1, "{row:#}");
        assert!(
            problems.contains("InvalidConfiguration") && problems.contains(named),
            "{row:#}"
        );
    }
}

#[test]
fn a_configuration_longer_than_a_line_is_judged_in_full() {
    let principals: Vec<String> = (0..40)
        .map(|number| format!("a-service-with-a-long-name-{number}.amazonaws.com"))
        .collect();
    let variables = json!({"WATCH_PRINCIPALS": principals.join(",")});
    let (row, code) = looked_at(configured(&variables), &STACK);
    assert_eq!(code, 0, "{row:#}");
}

#[test]
fn a_maintenance_that_is_over_is_no_remark() {
    let (row, code) = looked_at(
        configured(&json!({"HOLD_UNTIL": "2020-01-01T00:00:00Z"})),
        &STACK,
    );
    assert_eq!(
        (code, row["remarks"].to_string().contains("HOLD_UNTIL")),
        (0, false),
        "{row:#}"
    );
}

#[test]
fn a_region_that_is_not_the_landing_zones_home_is_a_problem() {
    for (asked, code) in [("us-east-1", 0), ("eu-west-1", 1)] {
        let world = configured(&json!({"LANDING_ZONE_REGION": asked}));
        let (row, seen) = looked_at(world, &STACK);
        assert_eq!(seen, code, "{row:#}");
        let told = row["problems"].to_string();
        assert_eq!(
            told.contains("Set the stack's parameter LandingZoneRegion to us-east-1"),
            code == 1,
            "{row:#}"
        );
    }
}

#[test]
fn a_blocked_report_is_a_problem_and_an_outcome_nobody_knows_is_not_checked() {
    for (outcome, verdict) in [
        ("Blocked", "problem"),
        ("Unheard0f", "notChecked"),
        ("Remediated", "healthy"),
    ] {
        let event = line(&json!({"message": "reconciled", "outcome": outcome}));
        let (row, _) = looked_at(with(LOG, &json!({"events": [event]})), &STACK);
        assert_eq!(row["verdict"], verdict, "{row:#}");
    }
}

#[test]
fn a_stack_that_is_being_deleted_is_a_problem() {
    let deleted = Instead::Body(stack("DELETE_IN_PROGRESS"));
    let world = World::healthy().with("cloudformation:DescribeStacks", deleted);
    let (row, code) = looked_at(world, &STACK);
    assert_eq!(code, 1, "{row:#}");
    assert!(row["problems"].to_string().contains("is being deleted"));
}
