//! The stack's alarms: whether they exist, notify both topics, and are firing.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{MetricAlarm, StateValue};
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::stack::Stack;
use super::{changed, missing_resource};
use crate::action::{Action, shell_word};
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

/// Checks the alarms that the stack lists.
///
/// They are requested by name. A request by prefix would also return the alarms of other stacks, and would not show
/// that an alarm was deleted.
pub(super) async fn check(cloudwatch: Client, stack: &Stack) -> Finding {
    let alarms = stack.resources_of("CloudWatch::Alarm").into_iter();
    let names: Vec<&str> = alarms.map(|(_, name)| name).collect();
    if names.is_empty() {
        return no_alarms(stack);
    }
    let request = cloudwatch.describe_alarms();
    let mut pages = request
        .set_alarm_names(Some(names.iter().map(ToString::to_string).collect()))
        .into_paginator()
        .send();
    let mut alarms = BTreeMap::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => alarms.extend(page.metric_alarms.into_iter().flatten().filter_map(named)),
            Err(error) => {
                let error = AwsError::new("cloudwatch:DescribeAlarms", &error);
                return Finding::call_failed(Check::Deployment, error);
            }
        }
    }
    check_alarms(&names, &alarms, stack)
}

/// Without a function it is another stack, which is a problem of its own.
fn no_alarms(stack: &Stack) -> Finding {
    let finding = Finding::new(Check::Deployment);
    if stack.function().is_none() {
        return finding;
    }
    finding.problem(
        "The stack has no alarms: failures, drift and missing runs send no notification.",
        "Deploy template.yaml, which has the alarms.",
    )
}

fn named(alarm: MetricAlarm) -> Option<(String, MetricAlarm)> {
    Some((sanitize_line(alarm.alarm_name()?), alarm))
}

fn check_alarms(names: &[&str], alarms: &BTreeMap<String, MetricAlarm>, stack: &Stack) -> Finding {
    let mut issues = Finding::new(Check::Deployment);
    let mut firing = 0;
    for name in names {
        let Some(alarm) = alarms.get(*name) else {
            issues = issues.merge(missing_resource(&format!("alarm {name}")));
            continue;
        };
        firing += usize::from(is_firing(alarm));
        issues = issues
            .merge(check_actions(name, alarm, stack))
            .merge(check_state(name, alarm, stack));
    }
    let summary = if firing == 0 { "no alarms firing" } else { "" };
    issues
        .summary(summary)
        .fact("alarms", names.len().to_string())
        .fact("alarmsFiring", firing.to_string())
}

/// Checks that the alarm notifies every topic of the stack.
fn check_actions(name: &str, alarm: &MetricAlarm, stack: &Stack) -> Finding {
    let mut finding = Finding::new(Check::Deployment);
    if alarm.actions_enabled() == Some(false) {
        let region = &stack.region;
        let command = shell_word(name).map(|name| {
            format!("aws cloudwatch enable-alarm-actions --alarm-names {name} --region {region}")
        });
        finding = finding.problem(
            format!("The alarm {name} sends no notification: its actions are disabled."),
            Action::new("Enable its actions.", command),
        );
    }
    let has_action = |topic: &&str| alarm.alarm_actions().iter().any(|action| action == topic);
    let topics = stack.topics().into_iter();
    let missing: Vec<&str> = topics.filter(|topic| !has_action(topic)).collect();
    if missing.is_empty() {
        return finding;
    }
    finding.merge(changed(format!(
        "The alarm {name} does not notify {}.",
        missing.join(" and ")
    )))
}

fn check_state(name: &str, alarm: &MetricAlarm, stack: &Stack) -> Finding {
    let finding = Finding::new(Check::Deployment);
    if !is_firing(alarm) {
        return finding;
    }
    let prefix = format!("{}-", stack.name);
    let section = name.strip_prefix(&prefix).unwrap_or(name);
    finding.problem(
        format!("The alarm {name} is firing."),
        format!("See docs/runbook.md#{section}."),
    )
}

fn is_firing(alarm: &MetricAlarm) -> bool {
    alarm.state_value() == Some(&StateValue::Alarm)
}
