//! The function: its variables, and what it makes of them.

use serde_json::{Value, json};

use super::{FUNCTION, STACK, looked_at, with};
use crate::scripted_aws::World;
use crate::scripted_aws::answers::{FOREIGN_VARIABLE, function};

#[test]
fn the_functions_own_variables_are_told_and_no_others() {
    let (row, code) = looked_at(World::healthy(), &STACK);
    assert_eq!(code, 0, "{row:#}");
    assert_eq!(row["facts"]["MODE"], "enforce");
    assert_eq!(row["facts"]["lastOutcome"], "InSync");
    assert!(!row.to_string().contains(FOREIGN_VARIABLE));
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
