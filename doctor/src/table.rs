//! The chart for people: a row for each check, then a line for each account in trouble.

use std::borrow::Cow;
use std::fmt::Write;

use textwrap::{Options, WordSplitter, wrap};

use crate::chart::Chart;
use crate::finding::{Finding, Note, Verdict};
use crate::terminal::{Colour, Terminal};

/// Columns of the verdict and of the check's name, a gap each included.
const MARGIN: &str = "                                 ";
const VERDICT: usize = 13;
const TITLE: usize = 20;
/// The most accounts that are listed; `--json` has all.
const MOST_ACCOUNTS: usize = 25;

/// The table, as wide as the terminal.
pub fn render(chart: &Chart, terminal: Terminal) -> String {
    let mut text = String::new();
    for finding in chart.findings() {
        row(&mut text, finding, terminal);
    }
    accounts(&mut text, chart, terminal);
    conclusion(&mut text, chart, terminal);
    text
}

fn row(text: &mut String, finding: &Finding, terminal: Terminal) {
    let (word, colour) = word(finding.verdict());
    let verdict = terminal.coloured(&format!("{word:VERDICT$}"), colour);
    let title = finding.check.title();
    let mut head = format!("{verdict}{title:TITLE$}");
    for paragraph in paragraphs(finding, terminal) {
        for line in paragraph {
            let _ = writeln!(
                text,
                "{}{line}",
                std::mem::replace(&mut head, MARGIN.to_owned())
            );
        }
    }
}

fn word(verdict: Verdict) -> (&'static str, Colour) {
    match verdict {
        Verdict::Healthy => ("ok", Colour::Green),
        Verdict::Problem => ("PROBLEM", Colour::Red),
        Verdict::NotChecked => ("NOT CHECKED", Colour::Yellow),
    }
}

/// Sentence, problems, what was not checked, remarks: each wrapped, a remedy under what it mends.
fn paragraphs(finding: &Finding, terminal: Terminal) -> Vec<Vec<String>> {
    let plain = |text: &str| lines(text, "", terminal);
    let mut paragraphs = Vec::new();
    if !finding.summary.is_empty() {
        paragraphs.push(plain(&finding.summary));
    }
    let with_remedy = |note: &Note, start: &str| {
        let sentence = plain(&format!("{start}{}", note.sentence));
        [sentence, lines(&note.remedy, "→ ", terminal)]
    };
    let is_problem = finding.verdict() == Verdict::Problem;
    for note in &finding.problems {
        paragraphs.extend(with_remedy(note, ""));
    }
    for note in &finding.not_checked {
        let start = if is_problem { "Not checked: " } else { "" };
        paragraphs.extend(with_remedy(note, start));
    }
    for remark in &finding.remarks {
        paragraphs.push(plain(&format!("Note: {remark}")));
    }
    paragraphs
}

fn lines(text: &str, start: &str, terminal: Terminal) -> Vec<String> {
    let hang = " ".repeat(start.chars().count());
    let width = terminal.width().saturating_sub(MARGIN.len()).max(20);
    wrapped(text, start, &hang, width)
}

/// A word that is broken, such as an ARN, could not be copied.
fn wrapped(text: &str, start: &str, hang: &str, width: usize) -> Vec<String> {
    let options = Options::new(width)
        .initial_indent(start)
        .subsequent_indent(hang)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    let lines = wrap(text, options).into_iter();
    lines.map(Cow::into_owned).collect()
}

fn accounts(text: &mut String, chart: &Chart, terminal: Terminal) {
    if chart.troubles.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{:14}{:20}role", "account", "OU");
    for trouble in chart.troubles.iter().take(MOST_ACCOUNTS) {
        let unit = trouble.organizational_unit.as_deref().unwrap_or("unknown");
        let role = trouble.reason.as_ref().map_or_else(
            || "missing, or does not trust this caller".to_owned(),
            |reason| format!("not checked: {reason}"),
        );
        let start = format!("{:14}{unit:20}", trouble.account);
        let hang = " ".repeat(start.chars().count());
        for line in wrapped(&role, &start, &hang, terminal.width()) {
            let _ = writeln!(text, "{line}");
        }
    }
    let more = chart.troubles.len().saturating_sub(MOST_ACCOUNTS);
    if more > 0 {
        let _ = writeln!(text, "and {more} more, which --json lists");
    }
}

fn conclusion(text: &mut String, chart: &Chart, terminal: Terminal) {
    let count = |verdict| {
        chart
            .findings()
            .filter(|one| one.verdict() == verdict)
            .count()
    };
    let (healthy, problems) = (count(Verdict::Healthy), count(Verdict::Problem));
    let not_checked: Vec<&str> = chart
        .findings()
        .filter(|finding| !finding.not_checked.is_empty())
        .map(|finding| finding.check.title())
        .collect();
    let stopped = if chart.interrupted { "Stopped. " } else { "" };
    let mut told = format!("{stopped}{healthy} ok, {problems} with problems");
    if !not_checked.is_empty() {
        let _ = write!(
            told,
            "; not checked, or not completely: {}",
            not_checked.join(", ")
        );
    }
    let _ = write!(told, ". Exit code {}.", chart.exit_code());
    let _ = writeln!(
        text,
        "\n{}",
        wrapped(&told, "", "", terminal.width()).join("\n")
    );
}
