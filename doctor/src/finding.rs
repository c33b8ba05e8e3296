//! The result of one check: a summary, facts, and issues with a hint for each.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::action::Action;
use crate::aws_error::AwsError;

/// The checks, in the order of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Check {
    /// The credentials and the account, partition and ARN that they belong to.
    #[serde(rename = "identity")]
    Credentials,
    /// The organization, and whether the caller is in its management account.
    Organization,
    /// Trusted access of AWS Control Tower.
    TrustedAccess,
    /// Whether the events of AWS Organizations reach `EventBridge`.
    #[serde(rename = "events")]
    EventDelivery,
    /// The landing zone of AWS Control Tower.
    LandingZone,
    /// The accounts that need the execution role.
    Accounts,
    /// The execution role in each of these accounts.
    Roles,
    /// The function's stack.
    Deployment,
}

impl Check {
    /// Every check, in the order of the output.
    pub const ALL: [Self; 8] = [
        Self::Credentials,
        Self::Organization,
        Self::TrustedAccess,
        Self::EventDelivery,
        Self::LandingZone,
        Self::Accounts,
        Self::Roles,
        Self::Deployment,
    ];

    /// Returns the name of the check in the table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Organization => "organization",
            Self::TrustedAccess => "trusted access",
            Self::EventDelivery => "event delivery",
            Self::LandingZone => "landing zone",
            Self::Accounts => "enrolled accounts",
            Self::Roles => "roles",
            Self::Deployment => "deployment",
        }
    }
}

/// The verdict of a check or of a run. A later variant outweighs an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Nothing was looked at: the user did not ask for the check, or there is no stack yet.
    Skipped,
    /// Everything was checked, and there is no problem.
    Healthy,
    /// Something could not be checked, and there is no known problem.
    NotChecked,
    /// There is a problem.
    Problem,
}

/// A problem, or something that could not be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// The problem or the unchecked item, as a sentence.
    #[serde(rename = "sentence")]
    pub message: String,
    /// The next step, as a sentence.
    #[serde(rename = "remedy")]
    pub hint: String,
    /// The complete command of the next step, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

impl Issue {
    fn new(message: impl Into<String>, remedy: impl Into<Action>) -> Self {
        let Action { sentence, command } = remedy.into();
        Self {
            message: message.into(),
            hint: sentence,
            command,
        }
    }
}

/// The result of one check.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The check that made it.
    pub check: Check,
    /// The observed state, in one line. Empty if nothing was observed.
    pub summary: String,
    /// The same as name-value pairs, for scripts.
    pub facts: BTreeMap<&'static str, String>,
    /// The problems.
    pub problems: Vec<Issue>,
    /// The items that could not be checked.
    pub not_checked: Vec<Issue>,
    /// Facts that are worth knowing and not a problem.
    pub remarks: Vec<String>,
    #[serde(skip)]
    is_skipped: bool,
}

impl Finding {
    /// Returns an empty finding, which is healthy until an issue is added.
    pub fn new(check: Check) -> Self {
        Self {
            check,
            summary: String::new(),
            facts: BTreeMap::new(),
            problems: Vec::new(),
            not_checked: Vec::new(),
            remarks: Vec::new(),
            is_skipped: false,
        }
    }

    /// Returns the finding of a check that was not made, and did not have to be. `summary` says why, and how to make it.
    pub fn skipped(check: Check, summary: impl Into<String>) -> Self {
        let mut finding = Self::new(check).summary(summary);
        finding.is_skipped = true;
        finding
    }

    /// Returns the finding of a check whose AWS call failed: not checked, for the reason in `error`.
    pub fn call_failed(check: Check, error: AwsError) -> Self {
        Self::new(check).not_checked(format!("{}.", error.message), error.hint)
    }

    /// Sets the summary.
    pub fn summary(mut self, text: impl Into<String>) -> Self {
        self.summary = text.into();
        self
    }

    /// Adds a fact.
    pub fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.insert(name, value.into());
        self
    }

    /// Adds a problem. The remedy is a sentence, or an [`Action`] with a command.
    pub fn problem(mut self, message: impl Into<String>, remedy: impl Into<Action>) -> Self {
        self.problems.push(Issue::new(message, remedy));
        self
    }

    /// Adds something that could not be checked.
    pub fn not_checked(mut self, message: impl Into<String>, remedy: impl Into<Action>) -> Self {
        self.not_checked.push(Issue::new(message, remedy));
        self
    }

    /// Adds a remark.
    pub fn remark(mut self, text: impl Into<String>) -> Self {
        self.remarks.push(text.into());
        self
    }

    /// Appends the finding of another part of the same check. A semicolon joins the summaries.
    pub fn merge(mut self, other: Self) -> Self {
        if !self.summary.is_empty() && !other.summary.is_empty() {
            self.summary.push_str("; ");
        }
        self.summary.push_str(&other.summary);
        self.facts.extend(other.facts);
        self.problems.extend(other.problems);
        self.not_checked.extend(other.not_checked);
        self.remarks.extend(other.remarks);
        self
    }

    /// Returns the verdict that the issues add up to.
    pub fn verdict(&self) -> Verdict {
        if !self.problems.is_empty() {
            Verdict::Problem
        } else if !self.not_checked.is_empty() {
            Verdict::NotChecked
        } else if self.is_skipped {
            Verdict::Skipped
        } else {
            Verdict::Healthy
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_outweighs_an_unchecked_item_and_a_remark_changes_no_verdict() {
        let healthy = Finding::new(Check::EventDelivery).remark("worth knowing");
        assert_eq!(healthy.verdict(), Verdict::Healthy);
        let not_checked = healthy.not_checked("one trail", "allow the call");
        assert_eq!(not_checked.verdict(), Verdict::NotChecked);
        let problem = not_checked.problem("no trail", "create one");
        assert_eq!(problem.verdict(), Verdict::Problem);
    }

    #[test]
    fn a_skipped_check_is_not_healthy_and_hides_no_issue() {
        let skipped = Finding::skipped(Check::Roles, "not looked at");
        assert_eq!(skipped.verdict(), Verdict::Skipped);
        assert!(Verdict::Skipped < Verdict::Healthy);
        let not_checked = skipped.not_checked("interrupted", "run it again");
        assert_eq!(not_checked.verdict(), Verdict::NotChecked);
    }

    #[test]
    fn merge_keeps_every_item_of_both_findings_in_order() {
        let stack = Finding::new(Check::Deployment)
            .summary("stack")
            .fact("stack", "one")
            .problem("a problem", "hint")
            .remark("first");
        let function = Finding::new(Check::Deployment)
            .summary("function")
            .fact("function", "two")
            .not_checked("unchecked", "hint")
            .remark("second");
        let merged = stack.merge(Finding::new(Check::Deployment)).merge(function);
        assert_eq!(merged.summary, "stack; function");
        assert_eq!(merged.facts.len(), 2);
        assert_eq!(merged.problems, [Issue::new("a problem", "hint")]);
        assert_eq!(merged.not_checked, [Issue::new("unchecked", "hint")]);
        assert_eq!(merged.remarks, ["first", "second"]);
    }
}
