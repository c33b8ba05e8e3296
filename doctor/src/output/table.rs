//! The report as a table, for people: a row for each check, then a row for each unhealthy account.

use std::fmt::Write;

use super::terminal::{Color, Terminal};
use crate::checks::roles::UnhealthyAccount;
use crate::finding::{Finding, Issue, Verdict};
use crate::report::DiagnosticReport;

/// Column widths, each with the gap after it.
const VERDICT_WIDTH: usize = 13;
const TITLE_WIDTH: usize = 20;
const MARGIN: usize = VERDICT_WIDTH + TITLE_WIDTH;
const ACCOUNT_WIDTH: usize = 14;
const OU_WIDTH: usize = 20;
/// The margin of the text on a narrow terminal, where it is below the verdict and the title.
const NARROW_MARGIN: usize = 2;
/// The most accounts in the table; JSON has all of them.
const MAX_ACCOUNTS: usize = 25;

/// Returns the table, as wide as the terminal.
pub fn render(report: &DiagnosticReport, terminal: Terminal) -> String {
    let mut table = String::new();
    for finding in report.findings() {
        push_finding(&mut table, finding, terminal);
    }
    push_accounts(&mut table, &report.unhealthy_accounts, terminal);
    let conclusion = terminal.wrap(&conclusion(report), "", terminal.width());
    let _ = writeln!(table, "\n{}", conclusion.join("\n"));
    table
}

/// Returns the word and the color of a verdict.
pub fn verdict_word(verdict: Verdict) -> (&'static str, Color) {
    match verdict {
        Verdict::Skipped => ("skipped", Color::Yellow),
        Verdict::Healthy => ("ok", Color::Green),
        Verdict::Problem => ("PROBLEM", Color::Red),
        Verdict::NotChecked => ("NOT CHECKED", Color::Yellow),
    }
}

fn push_finding(table: &mut String, finding: &Finding, terminal: Terminal) {
    let (word, color) = verdict_word(finding.verdict());
    let verdict = terminal.colored(&format!("{word:VERDICT_WIDTH$}"), color);
    let title = finding.check.title();
    let (mut start, margin) = if terminal.is_narrow() {
        let _ = writeln!(table, "{verdict}{title}");
        (" ".repeat(NARROW_MARGIN), NARROW_MARGIN)
    } else {
        (format!("{verdict}{title:TITLE_WIDTH$}"), MARGIN)
    };
    let width = terminal.width().saturating_sub(margin);
    for (prefix, paragraph) in paragraphs(finding) {
        for line in terminal.wrap(&paragraph, prefix, width) {
            let _ = writeln!(table, "{start}{line}");
            start = " ".repeat(margin);
        }
    }
}

/// Returns the summary, problems, unchecked items and remarks, with the hint and the command of an issue below it. Each has
/// the prefix of its first line. The commands are wrapped: `--fix-hints` prints them to copy.
fn paragraphs(finding: &Finding) -> Vec<(&'static str, String)> {
    let mut paragraphs = Vec::new();
    if !finding.summary.is_empty() {
        paragraphs.push(("", finding.summary.clone()));
    }
    let mut push_issue = |label: &str, issue: &Issue| {
        paragraphs.push(("", format!("{label}{}", issue.message)));
        if !issue.hint.is_empty() {
            paragraphs.push(("→ ", issue.hint.clone()));
        }
        if let Some(command) = &issue.command {
            paragraphs.push(("  ", command.clone()));
        }
    };
    for issue in &finding.problems {
        push_issue("", issue);
    }
    // Without a problem the verdict already reads "NOT CHECKED".
    let label = match finding.verdict() {
        Verdict::Problem => "Not checked: ",
        Verdict::NotChecked | Verdict::Healthy | Verdict::Skipped => "",
    };
    for issue in &finding.not_checked {
        push_issue(label, issue);
    }
    for remark in &finding.remarks {
        paragraphs.push(("", format!("Note: {remark}")));
    }
    paragraphs
}

fn push_accounts(table: &mut String, accounts: &[UnhealthyAccount], terminal: Terminal) {
    if accounts.is_empty() {
        return;
    }
    let heading = if terminal.is_narrow() {
        "\naccount and OU, then its role".to_owned()
    } else {
        format!("\n{:ACCOUNT_WIDTH$}{:OU_WIDTH$}role", "account", "OU")
    };
    let _ = writeln!(table, "{heading}");
    for account in accounts.iter().take(MAX_ACCOUNTS) {
        let ou = account.organizational_unit.as_deref().unwrap_or("unknown");
        let role = account.reason.as_ref().map_or_else(
            || "missing, or does not trust this caller".to_owned(),
            |reason| format!("not checked: {reason}"),
        );
        let start = format!("{:ACCOUNT_WIDTH$}{ou:OU_WIDTH$}", account.account);
        for line in terminal.wrap_column(&start, &role) {
            let _ = writeln!(table, "{line}");
        }
    }
    let more = accounts.len().saturating_sub(MAX_ACCOUNTS);
    if more > 0 {
        let _ = writeln!(table, "and {more} more; --json lists all of them");
    }
}

fn conclusion(report: &DiagnosticReport) -> String {
    let count = |verdict| {
        let verdicts = report.findings().map(Finding::verdict);
        verdicts.filter(|one| *one == verdict).count()
    };
    let (healthy, problems) = (count(Verdict::Healthy), count(Verdict::Problem));
    let titles = |is_listed: fn(&Finding) -> bool| {
        let findings = report.findings().filter(|finding| is_listed(finding));
        let titles: Vec<&str> = findings.map(|finding| finding.check.title()).collect();
        titles.join(", ")
    };
    let not_checked = titles(|finding| !finding.not_checked.is_empty());
    let skipped = titles(|finding| finding.verdict() == Verdict::Skipped);
    let interrupted = if report.interrupted {
        "Interrupted. "
    } else {
        ""
    };
    let mut text = format!("{interrupted}{healthy} ok, {problems} with problems");
    if !not_checked.is_empty() {
        let _ = write!(text, "; not fully checked: {not_checked}");
    }
    if !skipped.is_empty() {
        let _ = write!(text, "; not looked at: {skipped}");
    }
    let _ = write!(text, ". Exit code {}.", report.exit_code());
    text
}
