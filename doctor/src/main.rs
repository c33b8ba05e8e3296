//! The doctor: tells an operator in one command why the function would not work. It changes nothing.

mod arguments;
mod aws;
mod chart;
mod checks;
mod examination;
mod finding;
mod json;
mod partition;
mod progress;
mod refusal;
mod table;
mod terminal;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use tokio::runtime::Runtime;

use arguments::Arguments;
use aws::Aws;
use chart::Chart;
use examination::Examination;
use terminal::Terminal;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(name) = aws::empty_endpoint(env::vars_os()) {
        eprintln!(
            "error: {} is empty: unset it, or give it a URL",
            name.display()
        );
        return ExitCode::from(2);
    }
    let json = arguments.json;
    // Several threads, unlike the function: of thousands of calls the signatures and the TLS add up.
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let chart = runtime.block_on(examine(arguments));
    // A name server that hangs must not hold back what is known.
    runtime.shutdown_background();
    let told = if json {
        json::render(&chart)
    } else {
        // As no-color.org has it: set, and not to nothing.
        let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        table::render(&chart, Terminal::of_stdout(no_color))
    };
    // Who closed the pipe does not read: that is no problem that was found.
    match io::stdout().write_all(told.as_bytes()) {
        Ok(()) => ExitCode::from(chart.exit_code()),
        Err(_) => ExitCode::from(2),
    }
}

async fn examine(arguments: Arguments) -> Chart {
    let aws = Aws::load(arguments.profile.as_deref()).await;
    let examination = Examination::new(aws, arguments);
    Box::pin(examination.run(tokio::signal::ctrl_c())).await
}
