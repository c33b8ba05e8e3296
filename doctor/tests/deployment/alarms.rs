//! The stack's alarms.

use super::{DESCRIBE_ALARMS, STACK, looked_at, with};
use crate::run::{document, row};
use crate::scripted_aws::answers::{ALARMS, alarms};

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
