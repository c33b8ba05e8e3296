//! The command line.

use std::time::{Duration, SystemTime};

use crate::event_file;
use crate::sandbox::{Setting, rfc3339};

pub const HELP: &str = "\
Runs the function over AWS Organizations and AWS Control Tower emulated in this process.

Usage: cargo run --example sandbox -- [OPTIONS] [EVENT_FILE]...

Without a file, runs a story of several invocations and checks how each of them ends.
With files, disables trusted access once and then invokes the function with each file. The time of
an event is set to 5 seconds ago.

Options:
      --mode MODE   the function's MODE for the files: enforce (default) or audit
      --hold        set a maintenance hold for the files: HOLD_UNTIL is in one hour
  -v, --verbose     print the report of each run as JSON, and the full names of its AWS calls
  -h, --help        print this help

Exit status: 0 if every run ended as expected, 1 if one did not or a file cannot be read, 2 if the
command line is wrong.";

/// The parsed command line.
pub struct Arguments {
    pub verbose: bool,
    pub action: Action,
}

pub enum Action {
    Help,
    Story,
    /// Invokes a function that has `settings` with each of `files`.
    Deliver {
        files: Vec<String>,
        settings: Vec<Setting>,
    },
}

impl Arguments {
    /// Parses the words after the program's name.
    ///
    /// # Errors
    /// A message for the user if an option is unknown, has no value, or needs a file.
    pub fn parse(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut words = words;
        let (mut help, mut verbose) = (false, false);
        let (mut files, mut settings) = (Vec::new(), Vec::new());
        while let Some(word) = words.next() {
            match word.as_str() {
                "-h" | "--help" => help = true,
                "-v" | "--verbose" => verbose = true,
                "--hold" => settings.push(("HOLD_UNTIL", hour_from_now())),
                "--mode" => {
                    let mode = words
                        .next()
                        .ok_or("--mode needs a value: enforce or audit")?;
                    settings.push(("MODE", mode));
                }
                option if option.starts_with('-') => {
                    return Err(format!("unknown option {option}. --help lists the options"));
                }
                _ => files.push(word),
            }
        }
        let action = match (help, files.is_empty()) {
            (true, _) => Action::Help,
            (false, false) => Action::Deliver { files, settings },
            (false, true) if settings.is_empty() => Action::Story,
            (false, true) => {
                let events = event_file::list();
                return Err(format!("--mode and --hold need an event file\n{events}"));
            }
        };
        Ok(Self { verbose, action })
    }
}

/// Returns the time one hour from now as a value of `HOLD_UNTIL`.
pub fn hour_from_now() -> String {
    rfc3339(SystemTime::now() + Duration::from_hours(1))
}
