//! The operator's command-line tool. It checks everything that the function depends on, or tells what Control Tower missed
//! in an outage. It changes nothing.
//!
//! It is a library only so that the examples can run it: `demo` without an AWS account, and `manual` for its man pages.

mod action;
mod arguments;
mod aws_clients;
mod aws_error;
mod checks;
mod code_sha256;
mod doctor;
mod finding;
mod outages;
mod output;
mod partition;
mod report;
mod suggestion;

use std::env;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use tokio::runtime::Runtime;

use arguments::{Arguments, CheckArguments, Command, OutageArguments};
use aws_clients::AwsClients;
use doctor::Doctor;
use outages::OutageSearch;
use output::progress::{LookupProgress, Progress};
use output::terminal::Terminal;
use output::{fix_hints, json, table};

/// Parses the arguments of the process, runs the command and prints its output. Returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let command = Arguments::parse().into_command();
    if let Some(name) = aws_clients::empty_endpoint_variable(env::vars_os()) {
        let name = name.display();
        return fail(format!("{name} is empty: unset it, or set it to a URL"));
    }
    if let Some(error) = invalid_time_range(&command) {
        return fail(error);
    }
    // Several threads, unlike the function: the signatures and TLS of thousands of calls add up.
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(format!("cannot start the runtime: {error}")),
    };
    let (output, exit_code) = runtime.block_on(run(command));
    // A DNS lookup that hangs must not delay the output.
    runtime.shutdown_background();
    match print(&output) {
        Ok(()) => ExitCode::from(exit_code),
        Err(error) => fail(format!("cannot write the output: {error}")),
    }
}

/// Returns the description of the command line, from which the manual is made.
#[must_use]
pub fn command_line() -> clap::Command {
    Arguments::command()
}

/// Returns the error if the user asks for a time that ends before it begins.
fn invalid_time_range(command: &Command) -> Option<String> {
    let Command::Outages(outages) = command else {
        return None;
    };
    let (since, until) = (outages.since?, outages.until?);
    (since > until).then(|| format!("--since {since} is after --until {until}"))
}

/// Runs the command. Returns the output and the exit code.
async fn run(command: Command) -> (String, u8) {
    match command {
        Command::Check(arguments) => diagnose(arguments).await,
        Command::Outages(arguments) => find_outages(arguments).await,
    }
}

async fn diagnose(arguments: CheckArguments) -> (String, u8) {
    let (json, commands_only) = (arguments.common.json, arguments.fix_hints);
    let progress = Progress::start();
    let clients = AwsClients::load(arguments.common.profile.as_deref()).await;
    let doctor = Doctor::new(clients, arguments, progress);
    let report = Box::pin(doctor.run(tokio::signal::ctrl_c())).await;
    let output = if commands_only {
        eprint!("{}", fix_hints::note(&report));
        fix_hints::render(&report)
    } else if json {
        json::render(&report)
    } else {
        table::render(&report, terminal())
    };
    (output, report.exit_code())
}

async fn find_outages(arguments: OutageArguments) -> (String, u8) {
    let json = arguments.common.json;
    let progress = LookupProgress::start();
    let clients = AwsClients::load(arguments.common.profile.as_deref()).await;
    let search = OutageSearch::new(clients, arguments, progress);
    let report = Box::pin(search.run(tokio::signal::ctrl_c())).await;
    let output = if json {
        report.to_json()
    } else {
        outages::table::render(&report, terminal())
    };
    (output, report.exit_code())
}

fn terminal() -> Terminal {
    // Set but empty counts as unset, see <https://no-color.org>.
    let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Terminal::stdout(no_color)
}

/// Writes to standard output. A closed pipe is not an error: a reader such as `head` has all that it wants.
fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Prints an error of the doctor itself and returns its exit code.
fn fail(message: impl Display) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(2)
}
