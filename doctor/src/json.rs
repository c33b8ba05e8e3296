//! The chart for machines. Its fields are promised as the function's report is: added to, not changed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::chart::Chart;
use crate::checks::roles::{Trouble, UnitCount};
use crate::finding::{Finding, Verdict};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    verdict: Verdict,
    exit_code: u8,
    interrupted: bool,
    checks: Vec<Row<'a>>,
    accounts: &'a [Trouble],
    organizational_units: &'a BTreeMap<String, UnitCount>,
}

#[derive(Serialize)]
struct Row<'a> {
    verdict: Verdict,
    #[serde(flatten)]
    finding: &'a Finding,
}

/// The document, with a newline at its end.
pub fn render(chart: &Chart) -> String {
    let rows = chart.findings().map(|finding| Row {
        verdict: finding.verdict(),
        finding,
    });
    let document = Document {
        verdict: chart.verdict(),
        exit_code: chart.exit_code(),
        interrupted: chart.interrupted,
        checks: rows.collect(),
        accounts: &chart.troubles,
        organizational_units: &chart.units,
    };
    // Strings, numbers and lists of them: there is nothing in it that could fail.
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    format!("{text}\n")
}
