//! What the answers of all accounts come to, in sentences.

use super::tally::{Tally, UnitCount};
use crate::finding::{Check, Finding};

/// How the round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every account of a complete list was asked.
    Complete,
    /// Every account was asked of a list that broke off.
    ListBrokeOff,
    /// Too many in a row could not be asked.
    GaveUp,
    /// Somebody stopped the doctor.
    Stopped,
}

/// Tells of `listed` accounts, of which each is to have the role if `all_need_it`.
pub fn finding(
    tally: &Tally,
    role: &str,
    (listed, all_need_it): (usize, bool),
    end: End,
) -> Finding {
    let sum = tally.sum();
    let left = listed.saturating_sub(sum.asked());
    let present = sum.present;
    let refused = sum.missing_or_not_trusted;
    let finding = Finding::new(
        Check::Roles,
        format!("{present} of {listed} accounts have {role} and let this caller take it"),
    )
    .fact("role", role)
    .fact("present", present.to_string())
    .fact("missingOrNotTrusted", refused.to_string())
    .fact("notChecked", (left + sum.not_checked).to_string());
    let finding = if all_need_it {
        refusals(finding, sum, role)
    } else {
        refusals_of_any(finding, sum)
    };
    let finding = match tally.last_reason() {
        Some(reason) => not_asked(finding, sum.not_checked, reason),
        None => finding,
    };
    if listed == 0 && end == End::Complete {
        return finding.not_checked("No account was asked.", "See the check above.");
    }
    left_out(finding, left, end)
}

/// AWS's refusal is the same for a missing role, for one that does not trust the caller, and for a caller
/// who may take none.
fn refusals(finding: Finding, sum: UnitCount, role: &str) -> Finding {
    let (refused, asked) = (sum.missing_or_not_trusted, sum.asked());
    if refused == 0 {
        finding
    } else if refused == asked {
        finding.problem(
            format!(
                "Every account that was asked ({refused}) refused. Where that is more than a few, the likely cause is not \
                 the accounts: these credentials may not call sts:AssumeRole on {role}."
            ),
            format!(
                "Allow sts:AssumeRole on arn:*:iam::*:role/{role} to these credentials; the root user can take no role."
            ),
        )
    } else {
        finding.problem(
            format!(
                "{refused} of {asked} accounts refused: the role is missing, or does not trust this caller. AWS does not \
                 tell which."
            ),
            format!(
                "Enroll each of them again in AWS Control Tower, or create {role} there with administrator rights, \
                 trusting the management account."
            ),
        )
    }
}

/// The same of accounts that may need no role: to call a refusal wrong would have an administrator's role made where
/// none belongs.
fn refusals_of_any(finding: Finding, sum: UnitCount) -> Finding {
    let (refused, asked) = (sum.missing_or_not_trusted, sum.asked());
    if refused == 0 {
        return finding;
    }
    finding.not_checked(
        format!(
            "{refused} of {asked} accounts refused, and it is not known whether they need the role: only accounts that AWS \
             Control Tower has enrolled do, and never the management account."
        ),
        "See the checks above, so that the enrolled accounts and the management account are known. Create no role before.",
    )
}

fn not_asked(finding: Finding, count: usize, reason: &str) -> Finding {
    finding.not_checked(
        format!("{count} accounts could not be asked, for example: {reason}."),
        "Run the doctor again, for these alone with --accounts, and with a smaller --concurrency where AWS throttles.",
    )
}

fn left_out(finding: Finding, left: usize, end: End) -> Finding {
    let why = match end {
        End::Complete => return finding,
        End::ListBrokeOff => {
            return finding.not_checked(
                "The list of accounts broke off, so not every account was asked.",
                "See the check above, then run the doctor again.",
            );
        }
        End::GaveUp => "too many in a row could not be",
        End::Stopped => "the doctor was stopped",
    };
    finding.not_checked(
        format!("{left} more accounts that are known by now were not asked: {why}."),
        "Run the doctor again.",
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::accounts::Account;
    use super::super::tally::Answer;
    use super::*;
    use crate::finding::Verdict;

    fn tally(answers: &[Answer]) -> Tally {
        let mut tally = Tally::default();
        for (number, answer) in answers.iter().enumerate() {
            let account = Account {
                id: format!("{number:012}"),
                unit: None,
            };
            tally.note(account, answer.clone());
        }
        tally
    }

    #[test]
    fn accounts_that_all_have_the_role_are_healthy() {
        let tally = tally(&[Answer::Present, Answer::Present]);
        let finding = finding(&tally, "R", (2, true), End::Complete);
        assert_eq!(finding.verdict(), Verdict::Healthy);
    }

    #[test]
    fn that_nobody_was_asked_is_not_healthy() {
        let nobody = finding(&tally(&[]), "R", (0, true), End::Complete);
        assert_eq!(nobody.verdict(), Verdict::NotChecked);
    }

    #[test]
    fn a_refusal_of_an_account_that_may_need_no_role_is_not_checked() {
        for answers in [
            &[Answer::Refused, Answer::Present][..],
            &[Answer::Refused, Answer::Refused],
        ] {
            let some = finding(&tally(answers), "R", (2, false), End::Complete);
            assert_eq!(some.verdict(), Verdict::NotChecked);
            let remedy = &some.not_checked[0].remedy;
            assert!(remedy.contains("Create no role"), "{remedy}");
        }
    }

    #[test]
    fn when_all_refuse_the_callers_own_permission_is_the_likelier_cause() {
        let all = tally(&[Answer::Refused, Answer::Refused]);
        let all = finding(&all, "R", (2, true), End::Complete);
        let told = &all.problems[0].sentence;
        assert!(told.contains("may not call sts:AssumeRole"), "{told}");
        let some = tally(&[Answer::Refused, Answer::Present, Answer::Refused]);
        let some = finding(&some, "R", (3, true), End::Complete);
        let told = &some.problems[0].sentence;
        assert!(told.contains("2 of 3 accounts refused"), "{told}");
    }

    #[test]
    fn accounts_that_were_not_reached_are_told_as_not_checked() {
        for end in [End::GaveUp, End::Stopped] {
            let stopped = finding(&tally(&[Answer::Present]), "R", (10, true), end);
            assert_eq!(stopped.verdict(), Verdict::NotChecked);
            let told = &stopped.not_checked[0].sentence;
            assert!(told.starts_with("9 more accounts"), "{told}");
        }
        let broke_off = finding(
            &tally(&[Answer::Present]),
            "R",
            (1, true),
            End::ListBrokeOff,
        );
        assert_eq!(broke_off.verdict(), Verdict::NotChecked);
    }
}
