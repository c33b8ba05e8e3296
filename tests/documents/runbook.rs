//! The runbook has a section for each alarm and incident, each with Meaning, Check and Fix.

use super::markdown::slug;
use super::{page, sources, templates};

/// Sections that are no incident.
const GENERAL: [&str; 3] = [
    "Without access to the management account",
    "Set STACK and REGION",
    "First minute",
];

#[test]
fn the_anchor_of_every_alarm_is_its_name() {
    let runbook = page("docs/runbook.md");
    let anchors = runbook.anchors();
    for alarm in templates::alarms() {
        assert!(anchors.contains(&alarm), "{alarm}");
    }
}

#[test]
fn every_incident_is_an_alarm_an_outcome_or_tampering_and_every_outcome_of_drift_has_a_section() {
    let runbook = page("docs/runbook.md");
    let outcomes = sources::variants("Outcome");
    let known: Vec<String> = templates::alarms()
        .into_iter()
        .chain(outcomes.iter().cloned())
        .chain(["tampering".to_owned()])
        .collect();
    let sections: Vec<String> = incidents();
    for section in &sections {
        assert!(known.contains(section), "{section}");
    }
    for outcome in outcomes.iter().filter(|outcome| *outcome != "InSync") {
        assert!(runbook.anchors().contains(&slug(outcome)), "{outcome}");
    }
}

#[test]
fn every_section_says_meaning_check_and_fix_in_this_order() {
    let runbook = page("docs/runbook.md");
    let incidents = incidents();
    assert!(incidents.len() >= 9, "{incidents:?}");
    for title in incidents {
        let section = runbook.section(&title);
        let at = ["**Meaning.**", "**Check.**", "**Fix.**"].map(|mark| section.find(mark));
        assert!(at.iter().all(Option::is_some) && at.is_sorted(), "{title}");
    }
}

#[test]
fn stack_and_region_are_set_once_at_the_top() {
    let blocks = page("docs/runbook.md").blocks();
    assert_eq!(
        blocks[0].code,
        "STACK=controltower-trusted-access\nREGION=us-east-1\n"
    );
    for block in &blocks[1..] {
        let sets = |name: &str| {
            block
                .code
                .lines()
                .any(|line| line.trim_start().starts_with(name))
        };
        assert!(!sets("STACK=") && !sets("REGION="), "{}", block.code);
    }
}

fn incidents() -> Vec<String> {
    let headings = page("docs/runbook.md").headings().into_iter();
    let sections = headings
        .filter(|(level, _)| *level == 2)
        .map(|(_, title)| title);
    sections
        .filter(|title| !GENERAL.contains(&title.as_str()))
        .collect()
}
