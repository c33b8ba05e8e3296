//! The findings of a run and the exit code that follows from them.

use std::collections::BTreeMap;

use crate::checks::roles::{RoleCounts, UnhealthyAccount};
use crate::finding::{Check, Finding, Verdict};

/// The conventional exit code of a program that SIGINT ended: 128 + 2.
const INTERRUPTED: u8 = 130;

/// Everything that a run found so far.
#[derive(Debug)]
pub struct DiagnosticReport {
    planned: Vec<Check>,
    findings: BTreeMap<Check, Finding>,
    /// Whether the user interrupted the run.
    pub interrupted: bool,
    /// The accounts without a usable role.
    pub unhealthy_accounts: Vec<UnhealthyAccount>,
    /// The number of roles in each state, by OU.
    pub organizational_units: BTreeMap<String, RoleCounts>,
}

impl DiagnosticReport {
    /// Returns a report of these checks without a finding.
    pub fn new(planned: Vec<Check>) -> Self {
        Self {
            planned,
            findings: BTreeMap::new(),
            interrupted: false,
            unhealthy_accounts: Vec::new(),
            organizational_units: BTreeMap::new(),
        }
    }

    /// Records the finding of a finished check.
    pub fn record(&mut self, finding: Finding) {
        self.findings.insert(finding.check, finding);
    }

    /// Records the finding of an interrupted check, unless the check had finished.
    pub fn record_partial(&mut self, finding: Finding) {
        self.findings.entry(finding.check).or_insert(finding);
    }

    /// Changes the finding of a check, if the check has finished.
    pub fn update(&mut self, check: Check, change: impl FnOnce(Finding) -> Finding) {
        if let Some(finding) = self.findings.remove(&check) {
            self.record(change(finding));
        }
    }

    /// Records each planned check that has no finding as not checked, for this reason.
    pub fn fill_gaps(&mut self, message: &str, hint: &str) {
        for &check in &self.planned {
            self.findings
                .entry(check)
                .or_insert_with(|| Finding::new(check).not_checked(message, hint));
        }
    }

    /// Returns the finding of a check, if the check has finished.
    pub fn finding(&self, check: Check) -> Option<&Finding> {
        self.findings.get(&check)
    }

    /// Returns the findings in the order of the output.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.values()
    }

    /// Returns the worst verdict of all findings.
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.findings().map(Finding::verdict);
        verdicts.max().unwrap_or(Verdict::NotChecked)
    }

    /// Returns the exit code of the process, as documented in `--help`.
    pub fn exit_code(&self) -> u8 {
        match self.verdict() {
            _ if self.interrupted => INTERRUPTED,
            Verdict::Healthy | Verdict::Skipped => 0,
            Verdict::Problem => 1,
            Verdict::NotChecked => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planned_check_without_a_finding_is_reported_as_not_checked() {
        let mut report = DiagnosticReport::new(vec![Check::Credentials, Check::EventDelivery]);
        report.record(Finding::new(Check::Credentials));
        assert_eq!(report.exit_code(), 0);
        report.fill_gaps("interrupted", "run it again");
        assert_eq!(report.findings().count(), 2);
        assert_eq!(report.exit_code(), 2);
    }

    #[test]
    fn a_problem_outweighs_an_unchecked_item_in_the_exit_code() {
        let mut report = DiagnosticReport::new(vec![]);
        report.record(Finding::new(Check::Credentials).not_checked("unknown", "sign in"));
        report.record(Finding::new(Check::EventDelivery).problem("no trail", "create one"));
        assert_eq!(report.exit_code(), 1);
    }

    #[test]
    fn an_interrupted_run_exits_with_130_whatever_it_found() {
        for finding in [
            Finding::new(Check::Organization),
            Finding::new(Check::Organization).problem("no organization", "create one"),
        ] {
            let mut report = DiagnosticReport::new(vec![]);
            report.record(finding);
            report.interrupted = true;
            assert_eq!(report.exit_code(), 130);
        }
    }

    #[test]
    fn a_partial_finding_replaces_no_finished_one() {
        let mut report = DiagnosticReport::new(vec![]);
        report.record(Finding::new(Check::Accounts).summary("all"));
        report.record_partial(Finding::new(Check::Accounts).summary("some"));
        let summaries: Vec<&str> = report.findings().map(|one| one.summary.as_str()).collect();
        assert_eq!(summaries, ["all"]);
    }
}
