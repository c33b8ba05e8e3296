//! The function on one machine: the real handler and the real AWS SDK, over AWS Organizations and AWS Control Tower
//! emulated in this process. It needs no account, no network and no Docker.
//!
//! `cargo run --example sandbox` runs the story; `cargo run --example sandbox -- --help` lists the options.

mod arguments;
mod call_recorder;
mod control_tower;
mod deliver;
mod event_file;
mod organization;
mod output;
mod sandbox;
mod story;

use std::env;
use std::process::ExitCode;

use arguments::{Action, Arguments, HELP};
use output::{Output, print_error, print_line};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words = env::args_os().skip(1);
    let arguments = Arguments::parse(words.map(|word| word.to_string_lossy().into_owned()));
    let Arguments { verbose, action } = match arguments {
        Ok(arguments) => arguments,
        Err(message) => {
            print_error(&message);
            return ExitCode::from(2);
        }
    };
    let output = Output::new(verbose);
    let result = match action {
        Action::Help => {
            print_line(HELP);
            Ok(())
        }
        Action::Story => story::run(&output).await,
        Action::Deliver { files, settings } => deliver::run(&output, &files, &settings).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            print_error(&message);
            ExitCode::FAILURE
        }
    }
}
