//! The table and the JSON of an outage with a change of each group. `UPDATE=1 make test-doctor` writes them anew.

use serde_json::Value;

use super::{outages, outages_json};
use crate::fake_aws::scenarios::outage;
use crate::fake_aws::{FakeReply, Scenario};
use crate::output::assert_matches_snapshot;

#[test]
fn the_outputs_match_the_snapshots() {
    let aws = outage().start();
    assert_matches_snapshot("outages.txt", &outages(&aws, &[]).stdout);
    assert_matches_snapshot("outages.json", &outages(&aws, &["--json"]).stdout);
    let none = outages(&Scenario::healthy().start(), &[]);
    assert_matches_snapshot("outages-none.txt", &none.stdout);
}

#[test]
fn the_documentation_shows_the_table() {
    let page = include_str!("../../../docs/doctor.md");
    assert!(page.contains(include_str!("../snapshots/outages.txt")));
}

#[test]
fn the_readme_shows_lines_of_the_table_in_their_order() {
    let readme = include_str!("../../../README.md");
    let (_, rest) = readme.split_once("<!-- outages:").expect("the mark");
    let (sample, _) = rest.split_once("<!-- /outages -->").expect("the end");
    let shown = sample.lines().skip(2).take_while(|line| *line != "```");
    let mut table = include_str!("../snapshots/outages.txt").lines();
    let mut count = 0;
    for line in shown.filter(|line| *line != "…") {
        assert!(table.any(|one| one == line), "{line}");
        count += 1;
    }
    assert!(count >= 5, "{count}");
}

/// The keys of the contract, in the order of the documentation.
const OUTAGE: [&str; 8] = [
    "from",
    "to",
    "seconds",
    "disabledBy",
    "disabledFrom",
    "enabledBy",
    "changes",
    "actions",
];
const CHANGE: [&str; 10] = [
    "time",
    "event",
    "by",
    "byControlTower",
    "account",
    "organizationalUnit",
    "policy",
    "fromParent",
    "toParent",
    "meaning",
];

fn keys(value: &Value) -> impl Iterator<Item = &str> {
    value.as_object().unwrap().keys().map(String::as_str)
}

#[test]
fn the_json_has_the_keys_of_the_contract_and_no_other() {
    let (document, _) = outages_json(&outage().start(), &[]);
    let mut top: Vec<&str> = keys(&document).collect();
    top.sort_unstable();
    assert_eq!(top, ["complete", "notRead", "outages", "since", "until"]);
    let one = &document["outages"][0];
    let (mut outage, mut expected): (Vec<&str>, Vec<&str>) = (keys(one).collect(), OUTAGE.to_vec());
    outage.sort_unstable();
    expected.sort_unstable();
    assert_eq!(outage, expected);
    let changes = one["changes"].as_array().unwrap();
    for key in changes.iter().flat_map(keys) {
        assert!(CHANGE.contains(&key), "{key}");
    }
    for key in CHANGE {
        assert!(
            changes.iter().flat_map(keys).any(|known| known == key),
            "{key}"
        );
    }
    for action in one["actions"].as_array().unwrap() {
        assert!(action["sentence"].is_string());
        assert!(keys(action).all(|key| key == "sentence" || key == "command"));
    }
}

#[test]
fn changes_of_control_tower_are_apart_and_need_no_action() {
    let aws = outage().start();
    let (document, _) = outages_json(&aws, &[]);
    let one = &document["outages"][0];
    let changes = one["changes"].as_array().unwrap();
    let own: Vec<&Value> = changes
        .iter()
        .filter(|change| change["byControlTower"] == true)
        .collect();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["account"], "222200000003");
    assert!(!one["actions"].to_string().contains("222200000003"));
    let table = outages(&aws, &[]).stdout;
    let apart = table
        .split("Made by Control Tower: no drift")
        .nth(1)
        .unwrap();
    assert!(apart.contains("222200000003"), "{table}");
}

#[test]
fn an_outage_without_changes_says_that_none_were_missed_only_if_everything_was_read() {
    let quiet = || {
        let events = [
            super::disable("2026-11-20T10:00:00Z"),
            super::enable("2026-11-20T11:00:00Z"),
        ];
        Scenario::healthy().with_events(events)
    };
    let complete = outages(&quiet().start(), &[]);
    assert!(
        complete
            .stdout
            .ends_with("\nNo changes were missed. Exit code 1.\n"),
        "{}",
        complete.stdout
    );
    let denied = FakeReply::ErrorAfter(20, 400, "AccessDeniedException", "no");
    let incomplete = outages(
        &quiet().with("cloudtrail:LookupEvents", denied).start(),
        &[],
    );
    assert!(
        incomplete.stdout.contains("changes may have been missed"),
        "{}",
        incomplete.stdout
    );
}

#[test]
fn more_than_25_changes_of_one_meaning_are_counted() {
    let moves = (10..40).map(|minute| {
        let account = format!("2222000000{minute}");
        super::move_account(
            &format!("2026-11-20T10:{minute}:00Z"),
            &account,
            "ou-abcd-sandbox1",
            "ou-abcd-workload",
        )
    });
    let switches = [
        super::disable("2026-11-20T10:00:00Z"),
        super::enable("2026-11-20T11:00:00Z"),
    ];
    let aws = Scenario::healthy()
        .with_events(switches.into_iter().chain(moves))
        .start();
    let table = outages(&aws, &[]).stdout;
    assert_eq!(table.matches(" MoveAccount ").count(), 25, "{table}");
    assert!(
        table.contains("and 5 more; --json lists all of them"),
        "{table}"
    );
    let (document, _) = outages_json(&aws, &[]);
    assert_eq!(
        document["outages"][0]["changes"].as_array().unwrap().len(),
        30
    );
}
