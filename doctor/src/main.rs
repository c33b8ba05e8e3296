//! The operator's command-line tool. It checks everything that the function depends on, and changes nothing.

mod arguments;
mod aws_clients;
mod aws_error;
mod checks;
mod doctor;
mod finding;
mod output;
mod partition;
mod report;

use std::env;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;
use tokio::runtime::Runtime;

use arguments::Arguments;
use aws_clients::AwsClients;
use doctor::Doctor;
use output::terminal::Terminal;
use output::{json, table};
use report::DiagnosticReport;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(name) = aws_clients::empty_endpoint_variable(env::vars_os()) {
        let name = name.display();
        return fail(format!("{name} is empty: unset it, or set it to a URL"));
    }
    let json = arguments.json;
    // Several threads, unlike the function: the signatures and TLS of thousands of calls add up.
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(format!("cannot start the runtime: {error}")),
    };
    let report = runtime.block_on(diagnose(arguments));
    // A DNS lookup that hangs must not delay the output.
    runtime.shutdown_background();
    match print(&render(&report, json)) {
        Ok(()) => ExitCode::from(report.exit_code()),
        Err(error) => fail(format!("cannot write the output: {error}")),
    }
}

async fn diagnose(arguments: Arguments) -> DiagnosticReport {
    let clients = AwsClients::load(arguments.profile.as_deref()).await;
    let doctor = Doctor::new(clients, arguments);
    Box::pin(doctor.run(tokio::signal::ctrl_c())).await
}

fn render(report: &DiagnosticReport, json: bool) -> String {
    if json {
        return json::render(report);
    }
    // Set but empty counts as unset, see <https://no-color.org>.
    let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    table::render(report, Terminal::stdout(no_color))
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
