//! The stack's alarms: whether they exist, have their actions enabled, and are firing.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{MetricAlarm, StateValue};
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::missing_resource;
use super::stack::Stack;
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

/// Checks the alarms that the stack lists.
///
/// They are requested by name. A request by prefix would also return the alarms of other stacks, and would not show
/// that an alarm was deleted.
pub(super) async fn check(
    cloudwatch: Client,
    stack: &Stack,
    stack_name: &str,
    region: &str,
) -> Finding {
    if stack.alarms.is_empty() {
        return no_alarms(stack);
    }
    let request = cloudwatch.describe_alarms();
    let mut pages = request
        .set_alarm_names(Some(stack.alarms.clone()))
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
    check_alarms(&stack.alarms, &alarms, stack_name, region)
}

/// Without a function it is another stack, which is a problem of its own.
fn no_alarms(stack: &Stack) -> Finding {
    let finding = Finding::new(Check::Deployment);
    if stack.function.is_none() {
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

fn check_alarms(
    names: &[String],
    alarms: &BTreeMap<String, MetricAlarm>,
    stack_name: &str,
    region: &str,
) -> Finding {
    let prefix = format!("{stack_name}-");
    let mut issues = Finding::new(Check::Deployment);
    let mut firing = 0;
    for name in names {
        let Some(alarm) = alarms.get(name) else {
            issues = issues.merge(missing_resource(&format!("alarm {name}")));
            continue;
        };
        if alarm.actions_enabled() == Some(false) {
            issues = issues.problem(
                format!("The alarm {name} sends no notification: its actions are disabled."),
                format!(
                    "Run: aws cloudwatch enable-alarm-actions --alarm-names {name} --region {region}"
                ),
            );
        }
        if alarm.state_value() == Some(&StateValue::Alarm) {
            firing += 1;
            let section = name.strip_prefix(&prefix).unwrap_or(name);
            issues = issues.problem(
                format!("The alarm {name} is firing."),
                format!("See docs/runbook.md#{section}."),
            );
        }
    }
    let summary = if firing == 0 { "no alarms firing" } else { "" };
    issues
        .summary(summary)
        .fact("alarms", names.len().to_string())
        .fact("alarmsFiring", firing.to_string())
}
