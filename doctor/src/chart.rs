//! All that is known so far, and what it comes to.

use std::collections::BTreeMap;

use crate::checks::roles::{Trouble, UnitCount};
use crate::finding::{Check, Finding, Verdict};

/// The findings, as they come in.
#[derive(Debug)]
pub struct Chart {
    planned: Vec<Check>,
    findings: BTreeMap<Check, Finding>,
    /// Whether somebody stopped the doctor.
    pub interrupted: bool,
    /// The accounts of which something is to be told.
    pub troubles: Vec<Trouble>,
    /// The answers by OU.
    pub units: BTreeMap<String, UnitCount>,
}

impl Chart {
    /// With nothing known of what is planned.
    pub fn new(planned: Vec<Check>) -> Self {
        Self {
            planned,
            findings: BTreeMap::new(),
            interrupted: false,
            troubles: Vec::new(),
            units: BTreeMap::new(),
        }
    }

    /// Takes in what a check found.
    pub fn note(&mut self, finding: Finding) {
        self.findings.insert(finding.check, finding);
    }

    /// Takes in what a check came to by now, unless it has come to its end.
    pub fn note_so_far(&mut self, finding: Option<Finding>) {
        if let Some(finding) = finding {
            self.findings.entry(finding.check).or_insert(finding);
        }
    }

    /// Adds to what a check found, if it has come to its end, what only another check could tell.
    pub fn amend(&mut self, check: Check, add: impl FnOnce(Finding) -> Finding) {
        if let Some(finding) = self.findings.remove(&check) {
            self.note(add(finding));
        }
    }

    /// Says of every check that has not come to its end that it was not made.
    pub fn close(&mut self) {
        for &check in &self.planned {
            self.findings.entry(check).or_insert_with(|| {
                let sentence = "The doctor was stopped before it had looked.";
                Finding::unknown(check, sentence, "Run the doctor again.")
            });
        }
    }

    /// The findings in the order in which they are told.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.values()
    }

    /// The worst of the verdicts.
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.findings().map(Finding::verdict);
        verdicts.max().unwrap_or(Verdict::NotChecked)
    }

    /// 1 where a problem was found, also where something else could not be checked: what is known to be
    /// wrong is the news. Else 2 where something could not be checked.
    pub fn exit_code(&self) -> u8 {
        match self.verdict() {
            Verdict::Healthy => 0,
            Verdict::Problem => 1,
            Verdict::NotChecked => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_was_planned_and_not_made_is_told_as_not_checked() {
        let mut chart = Chart::new(vec![Check::Identity, Check::Events]);
        chart.note(Finding::new(Check::Identity, "somebody"));
        assert_eq!(chart.exit_code(), 0);
        chart.close();
        assert_eq!(chart.findings().count(), 2);
        assert_eq!(chart.exit_code(), 2);
    }

    #[test]
    fn a_problem_decides_the_exit_code_whatever_could_not_be_checked() {
        let mut chart = Chart::new(vec![]);
        chart.note(Finding::unknown(Check::Identity, "who", "sign in"));
        chart.note(Finding::new(Check::Events, "").problem("no trail", "make one"));
        assert_eq!(chart.exit_code(), 1);
    }
}
