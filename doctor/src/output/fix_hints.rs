//! Only the commands that repair the problems, for `--fix-hints`.

use std::fmt::Write;

use crate::finding::Issue;
use crate::report::DiagnosticReport;

/// Returns the commands, each once and on a line of its own, in the order of the table.
///
/// Without comments: pasted into an interactive zsh, a comment is a command.
pub fn render(report: &DiagnosticReport) -> String {
    let mut commands: Vec<&str> = Vec::new();
    for command in problems(report).filter_map(|problem| problem.command.as_deref()) {
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
    let lines = commands.into_iter();
    lines.fold(String::new(), |mut text, command| {
        let _ = writeln!(text, "{command}");
        text
    })
}

/// Returns a line for standard error about what has no command, so that no output is not taken for no problem. Empty if
/// there is nothing to say.
pub fn note(report: &DiagnosticReport) -> String {
    let without_command = problems(report).filter(|problem| problem.command.is_none());
    let unchecked = report.findings().flat_map(|finding| &finding.not_checked);
    match (without_command.count(), unchecked.count()) {
        (0, 0) => String::new(),
        (problems, unchecked) => format!(
            "Problems without a command: {problems}. Not checked: {unchecked}. The table, without --fix-hints, shows them.\n"
        ),
    }
}

fn problems(report: &DiagnosticReport) -> impl Iterator<Item = &Issue> {
    report.findings().flat_map(|finding| &finding.problems)
}
