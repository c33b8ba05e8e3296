//! The outages for people: each outage with its changes, grouped by their meaning, then the actions.

use std::fmt::Write;

use controltower_trusted_access::core::model::CONTROL_TOWER;

use super::report::{ChangeEntry, OutageEntry, OutageReport};
use super::time::describe_seconds;
use crate::action::Action;
use crate::output::terminal::{Color, Terminal};

/// The most changes of one meaning in the table; JSON has all of them.
const MAX_CHANGES: usize = 25;

/// Returns the table, as wide as the terminal.
pub fn render(report: &OutageReport, terminal: Terminal) -> String {
    let mut page = Page {
        text: String::new(),
        terminal,
    };
    page.push(
        "",
        &format!(
            "Trusted access of {CONTROL_TOWER} from {} to {}",
            report.since, report.until
        ),
    );
    for outage in &report.outages {
        page.text.push('\n');
        page.push_outage(outage);
    }
    page.push_actions(&report.outages);
    if !report.not_read.is_empty() {
        page.text.push('\n');
        let heading = terminal.colored("NOT READ", Color::Yellow);
        let _ = writeln!(page.text, "{heading}");
        for sentence in &report.not_read {
            page.push("  ", sentence);
        }
    }
    let interrupted = if report.interrupted {
        "Interrupted. "
    } else {
        ""
    };
    page.text.push('\n');
    page.push(
        "",
        &format!(
            "{interrupted}{} Exit code {}.",
            report.conclusion(),
            report.exit_code()
        ),
    );
    page.text
}

struct Page {
    text: String,
    terminal: Terminal,
}

impl Page {
    /// Adds a paragraph. Later lines are indented below the first one.
    fn push(&mut self, prefix: &str, paragraph: &str) {
        let lines = self.terminal.wrap(paragraph, prefix, self.terminal.width());
        self.push_lines(&lines);
    }

    fn push_lines(&mut self, lines: &[String]) {
        for line in lines {
            let _ = writeln!(self.text, "{line}");
        }
    }

    fn push_outage(&mut self, outage: &OutageEntry) {
        let mut lines = self.terminal.wrap_column("OFF  ", &describe_period(outage));
        // After wrapping, because the codes of a color have no width.
        lines[0] = lines[0].replacen("OFF", &self.terminal.colored("OFF", Color::Red), 1);
        self.push_lines(&lines);
        if outage.from.is_some() {
            let by = outage.disabled_by.as_deref().unwrap_or("an unknown caller");
            let from = outage
                .disabled_from
                .as_ref()
                .map(|address| format!(" from {address}"));
            self.push(
                "     ",
                &format!("disabled by {by}{}", from.unwrap_or_default()),
            );
        }
        if outage.to.is_some() {
            let by = outage.enabled_by.as_deref().unwrap_or("an unknown caller");
            self.push("     ", &format!("enabled by {by}"));
        }
        let mut blocks: Vec<(&ChangeEntry, Vec<&ChangeEntry>)> = Vec::new();
        for change in &outage.changes {
            let is_same = |first: &ChangeEntry| {
                first.group == change.group && first.meaning == change.meaning
            };
            match blocks.iter_mut().find(|(first, _)| is_same(first)) {
                Some((_, changes)) => changes.push(change),
                None => blocks.push((change, vec![change])),
            }
        }
        blocks.sort_by_key(|(first, _)| first.group);
        let mut group = None;
        for (first, changes) in blocks {
            if group != Some(first.group) {
                group = Some(first.group);
                let _ = writeln!(self.text, "\n  {}", first.group.title());
            }
            self.push_changes(first, &changes);
        }
    }

    fn push_changes(&mut self, first: &ChangeEntry, changes: &[&ChangeEntry]) {
        for change in changes.iter().take(MAX_CHANGES) {
            let start = format!("    {}  ", change.time);
            let lines = self.terminal.wrap_column(&start, &describe_change(change));
            self.push_lines(&lines);
        }
        let more = changes.len().saturating_sub(MAX_CHANGES);
        if more > 0 {
            let _ = writeln!(self.text, "    and {more} more; --json lists all of them");
        }
        self.push("    → ", &first.meaning);
    }

    /// Adds the actions of all outages, each once.
    fn push_actions(&mut self, outages: &[OutageEntry]) {
        let mut actions: Vec<&Action> = Vec::new();
        for action in outages.iter().flat_map(|outage| &outage.actions) {
            if !actions.contains(&action) {
                actions.push(action);
            }
        }
        if actions.is_empty() {
            return;
        }
        self.text.push_str("\nNext steps\n");
        for (index, action) in actions.into_iter().enumerate() {
            let number = format!("{:>3}. ", index + 1);
            self.push(&number, &action.sentence);
            if let Some(command) = &action.command {
                // Whole, so that it can be copied.
                let _ = writeln!(self.text, "     {command}");
            }
        }
    }
}

fn describe_period(outage: &OutageEntry) -> String {
    let from = outage.from.map(|time| time.to_string());
    let to = outage.to.map(|time| time.to_string());
    let length = outage.seconds.map(describe_seconds);
    match (from, to) {
        (Some(from), Some(to)) => format!("{from} to {to}, {}", length.unwrap_or_default()),
        (Some(from), None) => format!("since {from}, still off"),
        (None, Some(to)) => format!("since before the history begins, to {to}"),
        (None, None) => "since before the history begins, still off".to_owned(),
    }
}

/// Returns the event with what it changed and its caller: `MoveAccount dev (2222…) from A (ou-…) to B (ou-…) by …`.
fn describe_change(change: &ChangeEntry) -> String {
    let mut text = change.event.clone();
    let target = change
        .account
        .as_ref()
        .or(change.organizational_unit.as_ref());
    match (&change.policy, target) {
        (Some(policy), Some(target)) => {
            let _ = write!(text, " {policy} at {target}");
        }
        (Some(one), None) | (None, Some(one)) => {
            let _ = write!(text, " {one}");
        }
        (None, None) => {}
    }
    match (&change.from_parent, &change.to_parent) {
        (Some(from), Some(to)) => {
            let _ = write!(text, " from {from} to {to}");
        }
        (None, Some(to)) => {
            let _ = write!(text, " in {to}");
        }
        _ => {}
    }
    if let Some(by) = &change.by {
        let _ = write!(text, " by {by}");
    }
    text
}
