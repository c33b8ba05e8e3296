//! The report as JSON, for scripts. Fields may be added, and are never renamed or removed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::checks::roles::{RoleCounts, UnhealthyAccount};
use crate::finding::{Finding, Verdict};
use crate::report::DiagnosticReport;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    verdict: Verdict,
    exit_code: u8,
    interrupted: bool,
    checks: Vec<CheckResult<'a>>,
    accounts: &'a [UnhealthyAccount],
    organizational_units: &'a BTreeMap<String, RoleCounts>,
}

#[derive(Serialize)]
struct CheckResult<'a> {
    verdict: Verdict,
    #[serde(flatten)]
    finding: &'a Finding,
}

/// Returns the JSON document with a newline at its end.
pub fn render(report: &DiagnosticReport) -> String {
    let checks = report.findings().map(|finding| CheckResult {
        verdict: finding.verdict(),
        finding,
    });
    let document = Document {
        verdict: report.verdict(),
        exit_code: report.exit_code(),
        interrupted: report.interrupted,
        checks: checks.collect(),
        accounts: &report.unhealthy_accounts,
        organizational_units: &report.organizational_units,
    };
    // Serialization cannot fail: the document has only strings, numbers, lists and maps with string keys.
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    format!("{text}\n")
}
