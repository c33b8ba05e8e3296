//! The event rules: whether each exists, is enabled and has its targets.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::{Rule, RuleState};
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::stack::Stack;
use super::{changed, merge_new, missing_resource, resource_call_failed};
use crate::action::{Action, shell_word};
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

/// The bus that receives the events of AWS services.
const DEFAULT_BUS: &str = "default";
/// The start of the logical IDs of the rules that SAM makes from the function's events. The others notify.
const FUNCTION_RULES: &str = "Function";

/// What is known about one bus. Each part may be unknown, if its permission is missing.
struct Bus {
    name: String,
    states: Result<BTreeMap<String, RuleState>, AwsError>,
    /// The names of the rules by the ARN of their target.
    targets: Result<BTreeMap<String, BTreeSet<String>>, AwsError>,
}

/// Checks the rules on the default bus and on the bus of the reports.
///
/// The rules are listed by bus and by target, which are 7 calls. Reading each rule and its targets would be 30.
pub(super) async fn check(events: Client, stack: &Stack) -> Finding {
    let rules = stack.resources_of("Events::Rule");
    if rules.is_empty() {
        return Finding::new(Check::Deployment).problem(
            "The stack has no event rules: no event starts the function, and no notification is sent.",
            "Deploy template.yaml, which has the rules.",
        );
    }
    let function = stack.function_arn();
    let topics = stack.topics();
    let targets: Vec<&str> = function
        .as_deref()
        .into_iter()
        .chain(topics.clone())
        .collect();
    let report_bus = stack.physical_id("ReportBus");
    let (default, reports) = tokio::join!(Bus::read(&events, DEFAULT_BUS, &targets), async {
        match report_bus {
            Some(name) => Some(Bus::read(&events, name, &topics).await),
            None => None,
        }
    });
    let buses: Vec<Bus> = [Some(default), reports].into_iter().flatten().collect();
    let mut finding = Finding::new(Check::Deployment).fact("rules", rules.len().to_string());
    for bus in &buses {
        finding = merge_new(finding, bus.failures());
    }
    for (logical_id, physical_id) in rules {
        let targets = if logical_id.starts_with(FUNCTION_RULES) {
            function.as_deref().into_iter().collect()
        } else {
            topics.clone()
        };
        finding = finding.merge(check_rule(physical_id, &targets, &buses, &stack.region));
    }
    finding
}

impl Bus {
    async fn read(events: &Client, name: &str, targets: &[&str]) -> Self {
        let rules_of_targets = async {
            let mut rules = BTreeMap::new();
            for target in targets {
                rules.insert((*target).to_owned(), rules_of(events, name, target).await?);
            }
            Ok(rules)
        };
        let (states, targets) = tokio::join!(states(events, name), rules_of_targets);
        Self {
            name: name.to_owned(),
            states,
            targets,
        }
    }

    /// Returns the finding of the calls that failed.
    fn failures(&self) -> Finding {
        let states = self.states.as_ref().err();
        let targets = self.targets.as_ref().err();
        let mut finding = Finding::new(Check::Deployment);
        for error in states.into_iter().chain(targets) {
            let failed = resource_call_failed(&format!("event bus {}", self.name), error.clone());
            // A missing bus is one problem, although both calls fail.
            if finding.problems.is_empty() {
                finding = finding.merge(failed);
            }
        }
        finding
    }

    fn has(&self, rule: &str) -> bool {
        self.states
            .as_ref()
            .is_ok_and(|states| states.contains_key(rule))
    }
}

/// Lists the state of every rule on a bus.
async fn states(events: &Client, bus: &str) -> Result<BTreeMap<String, RuleState>, AwsError> {
    let mut states = BTreeMap::new();
    let mut token = None;
    loop {
        let request = events.list_rules().event_bus_name(bus);
        let page = request.set_next_token(token).send().await;
        let page = page.map_err(|error| AwsError::new("events:ListRules", &error))?;
        states.extend(page.rules().iter().filter_map(named));
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(states);
        }
    }
}

fn named(rule: &Rule) -> Option<(String, RuleState)> {
    Some((sanitize_line(rule.name()?), rule.state()?.clone()))
}

/// Lists the rules on a bus that have a target.
async fn rules_of(events: &Client, bus: &str, target: &str) -> Result<BTreeSet<String>, AwsError> {
    let mut rules = BTreeSet::new();
    let mut token = None;
    loop {
        let request = events.list_rule_names_by_target().event_bus_name(bus);
        let page = request.target_arn(target).set_next_token(token).send();
        let page = page.await;
        let page = page.map_err(|error| AwsError::new("events:ListRuleNamesByTarget", &error))?;
        rules.extend(page.rule_names().iter().map(|name| sanitize_line(name)));
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(rules);
        }
    }
}

fn check_rule(physical_id: &str, targets: &[&str], buses: &[Bus], region: &str) -> Finding {
    let finding = Finding::new(Check::Deployment);
    // CloudFormation puts the bus in front of the name, if it is not the default one. This is not documented:
    // <https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1131>
    let (bus, name) = if let Some((bus, name)) = physical_id.split_once('|') {
        (buses.iter().find(|one| one.name == bus), name)
    } else {
        let with_rule = buses.iter().find(|one| one.has(physical_id));
        (with_rule.or(buses.first()), physical_id)
    };
    let Some(bus) = bus else {
        return missing_resource(&format!("rule {name}"));
    };
    let state = bus.states.as_ref().ok().map(|states| states.get(name));
    if let Some(state) = state {
        match state {
            None => return missing_resource(&format!("rule {name}")),
            Some(RuleState::Disabled) => return disabled(name, &bus.name, region),
            Some(_) => {}
        }
    }
    let Ok(rules_by_target) = &bus.targets else {
        return finding;
    };
    let has = |target: &str| {
        rules_by_target
            .get(target)
            .is_some_and(|rules| rules.contains(name))
    };
    let missing: Vec<&str> = targets
        .iter()
        .copied()
        .filter(|target| !has(target))
        .collect();
    if missing.is_empty() {
        return finding;
    }
    changed(format!(
        "The rule {name} no longer has the target {}.",
        missing.join(" and ")
    ))
}

fn disabled(name: &str, bus: &str, region: &str) -> Finding {
    let command = shell_word(name).zip(shell_word(bus)).map(|(name, bus)| {
        format!("aws events enable-rule --name {name} --event-bus-name {bus} --region {region}")
    });
    Finding::new(Check::Deployment).problem(
        format!("The rule {name} is disabled: it starts nothing and sends nothing."),
        Action::new(
            "If you did not disable it yourself, see docs/runbook.md#tampering. Enable it.",
            command,
        ),
    )
}
