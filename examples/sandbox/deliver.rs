//! Delivers event files to the function while trusted access is disabled.

use crate::event_file;
use crate::output::{Output, print_error, print_line};
use crate::sandbox::{Sandbox, Setting};

/// Invokes a function that has `settings` with each of `files`, in an organization in which trusted access was
/// disabled once.
///
/// # Errors
/// A message for the user if a file cannot be read, before anything runs, or if a run failed.
pub async fn run(output: &Output, files: &[String], settings: &[Setting]) -> Result<(), String> {
    let events = files.iter().map(|file| event_file::read(file));
    let events: Vec<_> = events.collect::<Result<_, _>>()?;

    let sandbox = Sandbox::new(settings).await;
    sandbox.organization.disable().await;
    print_line("Trusted access is disabled. Each event invokes the function once.\n");
    output.table_header("Event");
    output.settings(settings);
    let mut failed = 0;
    for (file, event) in files.iter().zip(events) {
        let run = sandbox.invoke(event).await;
        output.run(file, &run);
        if let Err(error) = run.result {
            print_error(&format!("{file}: {}: {error}", error.error_type()));
            failed += 1;
        }
    }
    let state = sandbox.organization.state().await;
    print_line(&format!("\nTrusted access is {state} at the end."));
    if failed == 0 {
        Ok(())
    } else {
        Err(format!("{failed} of {} runs failed", files.len()))
    }
}
