//! What one check found: a verdict, a sentence, what is wrong and what to do about it.

use std::collections::BTreeMap;

use serde::Serialize;

/// What is looked at, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Check {
    /// Whose credentials these are.
    Identity,
    /// The organization and the caller's place in it.
    Organization,
    /// Trusted access of Control Tower.
    TrustedAccess,
    /// Whether the events of Organizations reach `EventBridge`.
    Events,
    /// Control Tower's landing zone.
    LandingZone,
    /// Which accounts are to have the role.
    Accounts,
    /// The role that Control Tower needs in each of them.
    Roles,
    /// The function's stack.
    Deployment,
}

impl Check {
    /// Its name in the table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Identity => "who am I",
            Self::Organization => "organization",
            Self::TrustedAccess => "trusted access",
            Self::Events => "events arrive",
            Self::LandingZone => "landing zone",
            Self::Accounts => "enrolled accounts",
            Self::Roles => "roles",
            Self::Deployment => "the deployment",
        }
    }
}

/// What a check comes to. The order is that of what a reader must see first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Looked at, and nothing is wrong.
    Healthy,
    /// Something could not be looked at, and nothing that could is wrong.
    NotChecked,
    /// Something is wrong.
    Problem,
}

/// One thing that is wrong, or that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What it is.
    pub sentence: String,
    /// What to do.
    pub remedy: String,
}

/// The result of one check.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Which check.
    pub check: Check,
    /// What was seen, in a sentence or a part of one.
    pub summary: String,
    /// The same for machines.
    pub facts: BTreeMap<&'static str, String>,
    /// What is wrong.
    pub problems: Vec<Note>,
    /// What could not be looked at.
    pub not_checked: Vec<Note>,
    /// What is no problem and worth knowing.
    pub remarks: Vec<String>,
}

impl Finding {
    /// That all was looked at and nothing is wrong, until something is added.
    pub fn new(check: Check, summary: impl Into<String>) -> Self {
        Self {
            check,
            summary: summary.into(),
            facts: BTreeMap::new(),
            problems: Vec::new(),
            not_checked: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// A check of which nothing is known.
    pub fn unknown(check: Check, sentence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(check, "").not_checked(sentence, remedy)
    }

    /// Adds a fact.
    pub fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.insert(name, value.into());
        self
    }

    /// Adds what is wrong.
    pub fn problem(mut self, sentence: impl Into<String>, remedy: impl Into<String>) -> Self {
        self.problems.push(note(sentence, remedy));
        self
    }

    /// Adds what could not be looked at.
    pub fn not_checked(mut self, sentence: impl Into<String>, remedy: impl Into<String>) -> Self {
        self.not_checked.push(note(sentence, remedy));
        self
    }

    /// Adds what is worth knowing.
    pub fn remark(mut self, sentence: impl Into<String>) -> Self {
        self.remarks.push(sentence.into());
        self
    }

    /// What the check comes to.
    pub fn verdict(&self) -> Verdict {
        if !self.problems.is_empty() {
            Verdict::Problem
        } else if !self.not_checked.is_empty() {
            Verdict::NotChecked
        } else {
            Verdict::Healthy
        }
    }
}

fn note(sentence: impl Into<String>, remedy: impl Into<String>) -> Note {
    Note {
        sentence: sentence.into(),
        remedy: remedy.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_outweighs_what_could_not_be_looked_at() {
        let healthy = Finding::new(Check::Events, "seen").remark("worth knowing");
        assert_eq!(healthy.verdict(), Verdict::Healthy);
        let unknown = healthy.not_checked("one trail", "ask again");
        assert_eq!(unknown.verdict(), Verdict::NotChecked);
        let both = unknown.problem("no trail", "make one");
        assert_eq!(both.verdict(), Verdict::Problem);
    }
}
