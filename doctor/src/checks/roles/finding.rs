//! The finding of the role check.

use super::summary::{RoleCounts, RoleSummary};
use crate::checks::count_of;
use crate::finding::{Check, Finding};

/// Why the probe ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeEnd {
    /// Every account of a complete list was checked.
    Complete,
    /// Every account of an incomplete list was checked.
    ListIncomplete,
    /// Too many accounts in a row could not be checked.
    GaveUp,
    /// The user interrupted the run.
    Interrupted,
}

/// The accounts that the probe was given.
#[derive(Debug, Clone, Copy)]
pub struct ProbedAccounts {
    /// The number of listed accounts.
    pub listed: usize,
    /// Whether each of them needs the role.
    pub all_need_role: bool,
    /// Why the probe ended.
    pub end: ProbeEnd,
}

/// Returns the finding for the role with this name.
pub fn finding(summary: &RoleSummary, role_name: &str, accounts: ProbedAccounts) -> Finding {
    let counts = summary.counts();
    let remaining = accounts.listed.saturating_sub(counts.total());
    let listed = count_of(accounts.listed, "account");
    let finding = Finding::new(Check::Roles)
        .summary(format!(
            "{} of {listed}: {role_name} can be assumed",
            counts.present
        ))
        .fact("role", role_name)
        .fact("present", counts.present.to_string())
        .fact(
            "missingOrNotTrusted",
            counts.missing_or_not_trusted.to_string(),
        )
        .fact("notChecked", (remaining + counts.not_checked).to_string())
        .merge(missing_roles(counts, role_name, accounts.all_need_role))
        .merge(failures(counts.not_checked, summary.last_failure()));
    if accounts.listed == 0 && accounts.end == ProbeEnd::Complete {
        return finding.not_checked("No account was checked.", "See the check above.");
    }
    finding.merge(remaining_accounts(remaining, accounts.end))
}

fn missing_roles(counts: RoleCounts, role_name: &str, all_need_role: bool) -> Finding {
    let finding = Finding::new(Check::Roles);
    let (missing, checked) = (counts.missing_or_not_trusted, counts.total());
    if missing == 0 {
        return finding;
    }
    let refused = format!("{missing} of {} refused", count_of(checked, "account"));
    if !all_need_role {
        // As a problem, it would make the user create an administrator's role in accounts that need none.
        finding.not_checked(
            format!(
                "{refused}, and it is unknown if they need the role. Only accounts that AWS Control Tower has enrolled \
                 need it, and never the management account."
            ),
            "Fix the checks above first, so that the enrolled accounts and the management account are known. Do not \
             create the role before that.",
        )
    } else if missing == checked {
        finding.problem(
            format!(
                "{refused}. With more than a few accounts the likely cause is not in the accounts: these credentials may \
                 not call sts:AssumeRole on {role_name}."
            ),
            format!(
                "Allow sts:AssumeRole on arn:*:iam::*:role/{role_name} for these credentials. The root user cannot \
                 assume a role."
            ),
        )
    } else {
        finding.problem(
            format!(
                "{refused}: the role is missing, or does not trust this caller. AWS returns the same error for both."
            ),
            format!(
                "Enroll each of these accounts again in AWS Control Tower. Or create {role_name} in them, with \
                 administrator rights and the management account as trusted principal."
            ),
        )
    }
}

fn failures(count: usize, example: Option<&str>) -> Finding {
    let finding = Finding::new(Check::Roles);
    let Some(example) = example else {
        return finding;
    };
    finding.not_checked(
        format!(
            "{} could not be checked. Example: {example}.",
            count_of(count, "account")
        ),
        "Run the doctor again for these accounts (--accounts). If AWS throttles the calls, use a smaller --concurrency.",
    )
}

fn remaining_accounts(remaining: usize, end: ProbeEnd) -> Finding {
    let finding = Finding::new(Check::Roles);
    let reason = match end {
        ProbeEnd::Complete => return finding,
        ProbeEnd::ListIncomplete => {
            return finding.not_checked(
                "The list of accounts is incomplete, so not every account was checked.",
                "See the check above, then run the doctor again.",
            );
        }
        ProbeEnd::GaveUp => "too many checks in a row failed",
        ProbeEnd::Interrupted => "the doctor was interrupted",
    };
    let remaining = count_of(remaining, "listed account");
    finding.not_checked(
        format!("{remaining} not checked: {reason}."),
        "Run the doctor again.",
    )
}

#[cfg(test)]
mod tests {
    use super::super::summary::RoleStatus;
    use super::*;
    use crate::checks::accounts::Account;
    use crate::finding::Verdict;

    fn summary(statuses: &[RoleStatus]) -> RoleSummary {
        let mut summary = RoleSummary::default();
        for (number, status) in statuses.iter().enumerate() {
            let account = Account {
                id: format!("{number:012}"),
                ou: None,
            };
            summary.record(account, status.clone());
        }
        summary
    }

    /// Returns the finding for the role `R`.
    fn find(statuses: &[RoleStatus], listed: usize, all_need_role: bool, end: ProbeEnd) -> Finding {
        let accounts = ProbedAccounts {
            listed,
            all_need_role,
            end,
        };
        finding(&summary(statuses), "R", accounts)
    }

    #[test]
    fn accounts_that_all_have_the_role_are_healthy() {
        let present = [RoleStatus::Present, RoleStatus::Present];
        let finding = find(&present, 2, true, ProbeEnd::Complete);
        assert_eq!(finding.verdict(), Verdict::Healthy);
        assert_eq!(finding.summary, "2 of 2 accounts: R can be assumed");
    }

    #[test]
    fn an_empty_list_is_not_healthy() {
        let empty = find(&[], 0, true, ProbeEnd::Complete);
        assert_eq!(empty.verdict(), Verdict::NotChecked);
    }

    #[test]
    fn a_refusal_is_not_checked_if_the_account_may_not_need_the_role() {
        for statuses in [
            &[RoleStatus::MissingOrNotTrusted, RoleStatus::Present][..],
            &[
                RoleStatus::MissingOrNotTrusted,
                RoleStatus::MissingOrNotTrusted,
            ],
        ] {
            let finding = find(statuses, 2, false, ProbeEnd::Complete);
            assert_eq!(finding.verdict(), Verdict::NotChecked);
            let hint = &finding.not_checked[0].hint;
            assert!(hint.contains("Do not create the role"), "{hint}");
        }
    }

    #[test]
    fn the_callers_permission_is_the_likely_cause_only_if_all_accounts_refuse() {
        let missing = RoleStatus::MissingOrNotTrusted;
        let all = [missing.clone(), missing.clone()];
        let all = find(&all, 2, true, ProbeEnd::Complete);
        let message = &all.problems[0].message;
        assert!(message.contains("may not call sts:AssumeRole"), "{message}");
        let some = [missing.clone(), RoleStatus::Present, missing];
        let some = find(&some, 3, true, ProbeEnd::Complete);
        let message = &some.problems[0].message;
        assert!(
            message.starts_with("2 of 3 accounts refused: the role is missing"),
            "{message}"
        );
    }

    #[test]
    fn the_remaining_accounts_are_not_checked_after_an_early_end() {
        for end in [ProbeEnd::GaveUp, ProbeEnd::Interrupted] {
            let finding = find(&[RoleStatus::Present], 10, true, end);
            assert_eq!(finding.verdict(), Verdict::NotChecked);
            let message = &finding.not_checked[0].message;
            assert!(
                message.starts_with("9 listed accounts not checked"),
                "{message}"
            );
        }
        let incomplete = find(&[RoleStatus::Present], 1, true, ProbeEnd::ListIncomplete);
        assert_eq!(incomplete.verdict(), Verdict::NotChecked);
    }
}
