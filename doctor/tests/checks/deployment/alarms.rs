use super::{DEPLOYMENT, DESCRIBE_ALARMS, deployment, with};
use crate::checks::problems;
use crate::cli::run_json;
use crate::fake_aws::deployment::{ALARMS, alarms};

#[test]
fn a_firing_alarm_is_a_problem_with_its_section_of_the_runbook() {
    let aws = with(DESCRIBE_ALARMS, &alarms(ALARMS[0])).start();
    let (document, code) = run_json(&aws.url, &DEPLOYMENT);
    assert_eq!(code, 1);
    let problems = problems(&document, "deployment");
    assert!(
        problems.contains("See docs/runbook.md#drift."),
        "{problems}"
    );
}

#[test]
fn the_alarms_are_requested_by_their_full_names() {
    let aws = with(DESCRIBE_ALARMS, &alarms("")).start();
    run_json(&aws.url, &DEPLOYMENT);
    // CBOR contains strings unchanged.
    let request = &aws.calls_of(DESCRIBE_ALARMS)[0].body;
    assert!(
        ALARMS.iter().all(|name| request.contains(name)),
        "{request}"
    );
}

#[test]
fn a_missing_alarm_and_disabled_actions_are_problems() {
    let mut missing = alarms("");
    missing["MetricAlarms"].as_array_mut().unwrap().remove(0);
    let mut disabled = alarms("");
    disabled["MetricAlarms"][1]["ActionsEnabled"] = false.into();
    for (reply, message, hint) in [
        (
            missing,
            "The stack's alarm controltower-trusted-access-drift is missing",
            "docs/operate.md#restore-changed-resources",
        ),
        (
            disabled,
            "The alarm controltower-trusted-access-failures sends no notification",
            "--region us-east-1",
        ),
    ] {
        let (check, code) = deployment(with(DESCRIBE_ALARMS, &reply), &DEPLOYMENT);
        assert_eq!(code, 1, "{check:#}");
        let problems = check["problems"].as_array().unwrap();
        assert_eq!(problems.len(), 1, "{check:#}");
        let problem = problems[0].to_string();
        assert!(
            problem.contains(message) && problem.contains(hint),
            "{problem}"
        );
    }
}
