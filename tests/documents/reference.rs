//! The tables of the reference pages have what the code and the templates have, and nothing else.

use std::collections::BTreeSet;

use super::markdown::code_spans;
use super::{page, sources, templates};

fn set<T: Into<String>>(words: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    words.into_iter().map(Into::into).collect()
}

#[test]
fn configuration_lists_every_environment_variable() {
    let configuration = page("docs/reference/configuration.md");
    let read = sources::environment_variables();
    let section = "Environment variables";
    let mentioned = set(code_spans(&configuration.section(section)));
    let missing: Vec<_> = read.difference(&mentioned).collect();
    assert!(missing.is_empty(), "not documented: {missing:?}");
    let rows = set(configuration.keys(section));
    let unknown: Vec<_> = rows
        .iter()
        .filter(|key| sources::is_variable(key) && !read.contains(*key))
        .collect();
    assert!(unknown.is_empty(), "not read: {unknown:?}");
}

#[test]
fn the_variables_of_the_function_are_rows_with_their_parameter_and_the_template_sets_no_other() {
    let configuration = page("docs/reference/configuration.md");
    let rows = configuration.rows("Environment variables");
    let set_by_template = templates::variables();
    assert!(set_by_template.len() >= 6, "{set_by_template:?}");
    let own: BTreeSet<(String, String)> = rows
        .iter()
        .filter(|row| row.len() == 5)
        .map(|row| (row[0].replace('`', ""), row[1].replace('`', "")))
        .collect();
    assert_eq!(own, set_by_template);
}

#[test]
fn configuration_lists_every_parameter_and_output_of_the_templates() {
    let configuration = page("docs/reference/configuration.md");
    for (section, kind) in [("Parameters", "Parameters"), ("Outputs", "Outputs")] {
        let listed = set(configuration
            .keys(section)
            .into_iter()
            .filter(|key| is_logical_id(key)));
        let templates = ["template.yaml", "plain.yaml", "forwarder.yaml"];
        let defined = templates
            .iter()
            .flat_map(|file| templates::keys(file, kind));
        assert_eq!(listed, defined.collect(), "{section}");
    }
}

fn is_logical_id(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_uppercase()) && key.chars().all(char::is_alphanumeric)
}

#[test]
fn events_and_reports_lists_every_field_of_a_report() {
    let reports = page("docs/reference/events-and-reports.md");
    let keys = reports.keys("Report").into_iter();
    let is_field = |key: &String| key.starts_with(|c: char| c.is_ascii_lowercase());
    assert_eq!(
        keys.filter(is_field).collect::<BTreeSet<_>>(),
        sources::report_fields()
    );
}

#[test]
fn events_and_reports_lists_every_outcome_and_trigger_kind() {
    let reports = page("docs/reference/events-and-reports.md");
    assert_eq!(
        set(reports.keys("Outcomes")),
        set(sources::variants("Outcome"))
    );
    let input = set(code_spans(&reports.section("Input")));
    for kind in sources::variants("TriggerKind") {
        assert!(input.contains(&kind), "{kind}");
    }
}

#[test]
fn errors_has_a_row_and_a_section_for_every_error_type() {
    let errors = page("docs/reference/errors.md");
    let types = sources::error_types();
    assert!(types.len() >= 11, "{types:?}");
    assert_eq!(set(errors.keys("Errors")), types);
    let headings = errors.headings().into_iter();
    let sections = headings
        .filter(|(level, _)| *level == 2)
        .map(|(_, title)| title);
    assert_eq!(sections.collect::<BTreeSet<_>>(), types);
}

#[test]
fn logs_and_metrics_lists_every_metric() {
    let page = page("docs/reference/logs-and-metrics.md");
    let metrics = set(page.keys("Metrics"));
    assert_eq!(metrics, sources::metrics());
    assert_eq!(metrics, templates::metrics());
}

#[test]
fn logs_and_metrics_lists_every_alarm() {
    let page = page("docs/reference/logs-and-metrics.md");
    assert_eq!(set(page.keys("Alarms")), set(templates::alarms()));
}

#[test]
fn logs_and_metrics_lists_every_log_field_of_the_dashboard() {
    let page = page("docs/reference/logs-and-metrics.md");
    let section = set(code_spans(&page.section("Log lines")));
    let fields = templates::dashboard_fields();
    assert!(fields.len() > 5, "{fields:?}");
    for field in fields {
        assert!(section.contains(&field), "{field}");
    }
}

#[test]
fn iam_lists_every_action_of_the_roles_and_no_other() {
    let iam = page("docs/reference/iam.md");
    let sections = [
        "Role of the function",
        "Role of the schedule",
        "Role of the notifications",
        "Role of the forwarder",
    ];
    let is_action = |key: &String| key.contains(':');
    let listed = sections
        .iter()
        .flat_map(|section| iam.keys(section))
        .filter(is_action);
    let templates = ["template.yaml", "forwarder.yaml"];
    let allowed = templates
        .iter()
        .flat_map(|file| templates::role_actions(file));
    assert_eq!(listed.collect::<BTreeSet<_>>(), allowed.collect());
}
