//! The output of the sandbox: one line for each run, in colour on a terminal.

use std::env;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process;

use controltower_trusted_access::core::report::{Outcome, Report};

use crate::sandbox::{Run, Setting};

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";

const NAME_WIDTH: usize = 53;
const OUTCOME_WIDTH: usize = 14;

/// The meaning of the short names of AWS calls.
pub const LEGEND: &str = "\
List: ListAWSServiceAccessForOrganization. Enable: EnableAWSServiceAccess. LZ: landing zone read.";

/// How the runs are printed on standard output.
pub struct Output {
    verbose: bool,
    color: bool,
}

impl Output {
    /// `verbose` adds the report and the full names of the AWS calls to each run.
    pub fn new(verbose: bool) -> Self {
        let color = is_colored(&io::stdout());
        Self { verbose, color }
    }

    pub fn table_header(&self, first_column: &str) {
        let outcome = format!("{:<OUTCOME_WIDTH$}", "Outcome");
        let header = row(first_column, &outcome, "AWS calls");
        print_line(&self.paint(BOLD, header));
    }

    /// Prints the settings of the function as the heading of its runs.
    pub fn settings(&self, settings: &[Setting]) {
        let text = if settings.is_empty() {
            "Default settings".to_owned()
        } else {
            let pairs = settings
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            pairs.collect::<Vec<_>>().join(" ")
        };
        print_line(&self.paint(BOLD, text));
    }

    /// Prints the line of a run. `name` says what happened before it.
    pub fn run(&self, name: &str, run: &Run) {
        let (outcome, color) = match &run.result {
            Ok(report) => (report.outcome.to_string(), color_of(report.outcome)),
            Err(error) => (error.error_type(), RED),
        };
        let outcome = self.paint(color, format!("{outcome:<OUTCOME_WIDTH$}"));
        let (name, calls) = (format!("  {name}"), short_calls(&run.calls));
        print_line(&row(&name, &outcome, &calls));
        if let Some(outage) = run.result.as_ref().ok().and_then(describe_outage) {
            print_line(&self.paint(DIM, format!("    {outage}")));
        }
        if let Some(command) = run.result.as_ref().ok().and_then(missed_changes_command) {
            print_line(&self.paint(DIM, format!("    next: {command}")));
        }
        if self.verbose {
            self.details(run);
        }
    }

    fn details(&self, run: &Run) {
        print_line(&format!("    AWS calls: {}", run.calls.join(" → ")));
        let Ok(report) = &run.result else { return };
        let json = serde_json::to_string_pretty(report).unwrap_or_default();
        for line in json.lines() {
            print_line(&self.paint(CYAN, format!("    {line}")));
        }
    }

    fn paint(&self, code: &str, text: impl Display) -> String {
        paint(self.color, code, text)
    }
}

/// Prints a line. A closed pipe, as of `| head`, is not a failure; any other error ends the process.
pub fn print_line(text: &str) {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            print_error(&format!("cannot write to standard output: {error}"));
            process::exit(1);
        }
        _ => (),
    }
}

/// Prints a message on standard error.
pub fn print_error(message: &str) {
    let label = paint(is_colored(&io::stderr()), RED, "error:");
    // Without standard error there is no place left to report to.
    let _ = writeln!(io::stderr(), "{label} {message}");
}

/// Returns whether `stream` is a terminal whose user has not opted out: <https://no-color.org>.
fn is_colored(stream: &impl IsTerminal) -> bool {
    let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    stream.is_terminal() && !no_color
}

fn paint(color: bool, code: &str, text: impl Display) -> String {
    if color {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_string()
    }
}

/// Returns a row of the table. `outcome` has its width already, because colour codes would be counted.
fn row(name: &str, outcome: &str, calls: &str) -> String {
    format!("{name:<NAME_WIDTH$} {outcome} {calls}")
}

fn color_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::InSync | Outcome::Remediated => GREEN,
        Outcome::DriftDetected | Outcome::Held | Outcome::Blocked => YELLOW,
    }
}

/// Joins the calls so that they fit in a line. The calls of one read of the landing zone become one word.
fn short_calls(calls: &[String]) -> String {
    let mut names: Vec<&str> = calls.iter().map(|call| short_name(call)).collect();
    names.dedup_by(|second, first| *first == "LZ" && second == first);
    names.join(" → ")
}

fn short_name(operation: &str) -> &str {
    match operation {
        "ListAWSServiceAccessForOrganization" => "List",
        "EnableAWSServiceAccess" => "Enable",
        "ListLandingZones" | "GetLandingZone" | "ListLandingZoneOperations" => "LZ",
        other => other,
    }
}

/// Returns the command that lists what Control Tower missed in the outage, if the report has it with the times.
fn missed_changes_command(report: &Report) -> Option<&str> {
    let command = |step: &'_ String| step.find("trusted-access-doctor outages --since");
    report
        .next_steps
        .iter()
        .find_map(|step| command(step).map(|start| &step[start..]))
}

/// Returns the caller, the source address and the length of the outage that a run ended, if the report has them.
fn describe_outage(report: &Report) -> Option<String> {
    let outage = report.outage.as_ref()?;
    let seconds = outage.seconds?;
    let source_ip = outage.source_ip.as_deref()?;
    let name = &report.trigger.actor.as_ref()?.name;
    // The last part of an ARN is the name of the session or of the user.
    let caller = name.rsplit(['/', ':']).next()?;
    Some(format!(
        "disabled by {caller} from {source_ip}, enabled again after {seconds} s"
    ))
}
