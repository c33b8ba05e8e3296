//! The names that `template.yaml` and `forwarder.yaml` define.

use std::collections::BTreeSet;
use std::fs;

use super::root;

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Returns every metric of the function that the template plots or watches.
pub fn metrics() -> BTreeSet<String> {
    let template = read("template.yaml");
    let after = template.split("\"ControlTowerTrustedAccess\", \"").skip(1);
    after
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

pub fn alarms() -> Vec<String> {
    let template = read("template.yaml");
    let names = template
        .lines()
        .filter_map(|line| line.split("AlarmName: !Sub ${AWS::StackName}-").nth(1));
    let alarms: Vec<String> = names.map(|name| name.trim().to_owned()).collect();
    assert!(alarms.len() >= 9, "{alarms:?}");
    alarms
}

/// Returns the keys of a top-level section of a template, such as `Parameters`.
pub fn keys(file: &str, section: &str) -> Vec<String> {
    let keys: Vec<String> = blocks(&read(file), section)
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    assert!(!keys.is_empty(), "{file} has no {section}");
    keys
}

/// Returns the entries of a top-level section with their text.
fn blocks(template: &str, section: &str) -> Vec<(String, String)> {
    let start = format!("{section}:");
    let lines = template.lines().skip_while(|line| *line != start).skip(1);
    let lines = lines.take_while(|line| line.is_empty() || line.starts_with([' ', '#']));
    let mut blocks: Vec<(String, String)> = Vec::new();
    for line in lines {
        let key = line
            .strip_prefix("  ")
            .filter(|rest| !rest.starts_with([' ', '#']));
        if let Some((key, _)) = key.and_then(|rest| rest.split_once(':')) {
            blocks.push((key.to_owned(), String::new()));
        } else if let Some((_, text)) = blocks.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    blocks
}

/// Returns the variables that the template sets, each with its parameter.
pub fn variables() -> BTreeSet<(String, String)> {
    let template = read("template.yaml");
    let variables = template
        .split("        Variables:\n")
        .nth(1)
        .unwrap()
        .lines();
    let own = variables.take_while(|line| line.starts_with("          "));
    let pair = |line: &str| {
        let (name, value) = line.trim().split_once(": ")?;
        let parameter = value.split("!Ref ").nth(1)?;
        let parameter = parameter.split([',', ']']).next()?;
        Some((name.to_owned(), parameter.trim().to_owned()))
    };
    own.filter_map(pair).collect()
}

/// Returns the actions of the roles of a template, without those of trust policies.
pub fn role_actions(file: &str) -> Vec<String> {
    let resources = blocks(&read(file), "Resources");
    let roles = resources
        .into_iter()
        .filter(|(_, text)| text.contains("Type: AWS::IAM::Role"));
    let mut actions = Vec::new();
    for (_, text) in roles {
        for line in text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Action: "))
        {
            let words = line.trim_matches(['[', ']']).split(", ");
            actions.extend(
                words
                    .filter(|word| *word != "sts:AssumeRole")
                    .map(str::to_owned),
            );
        }
    }
    assert!(!actions.is_empty(), "{file} has no role");
    actions
}

/// Returns the fields of the log lines that the dashboard shows.
pub fn dashboard_fields() -> Vec<String> {
    let template = read("template.yaml");
    let query = template.split("| fields @timestamp, ").nth(1).unwrap();
    let fields = query.split(" |").next().unwrap().split(", ");
    fields.map(str::to_owned).collect()
}
