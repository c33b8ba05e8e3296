//! The event files: reading them, and setting their time to now.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use controltower_trusted_access::lambda::handler::Payload;
use serde_json::Value;

use crate::sandbox::rfc3339;

/// The time between a call and its event. EventBridge usually delivers a CloudTrail event within seconds.
const EVENT_AGE: Duration = Duration::from_secs(5);
const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

/// Reads `file`, relative to the working directory or else to the package. The event's time becomes 5 seconds ago,
/// because a fixed time in the past would be reported as an outage of days.
///
/// # Errors
/// A message for the user; if the file does not exist, with a list of the files that do.
pub fn read(file: &str) -> Result<Payload, String> {
    let text = fs::read_to_string(file)
        .or_else(|_| fs::read_to_string(Path::new(PACKAGE).join(file)))
        .map_err(|error| format!("cannot read {file}: {error}\n{}", list()))?;
    let not_json = |error| format!("{file} is not JSON: {error}");
    let mut event: Value = serde_json::from_str(&text).map_err(not_json)?;
    set_time(&mut event, &rfc3339(SystemTime::now() - EVENT_AGE));
    serde_json::from_str(&event.to_string()).map_err(not_json)
}

/// Sets the times that the event has. It gets none that it lacks.
fn set_time(event: &mut Value, time: &str) {
    for pointer in ["/time", "/detail/eventTime"] {
        if let Some(value) = event.pointer_mut(pointer) {
            *value = time.into();
        }
    }
}

/// Returns the files in `events/` as lines of a message.
pub fn list() -> String {
    let entries = fs::read_dir(Path::new(PACKAGE).join("events"));
    let paths = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut lines: Vec<String> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .filter_map(|path| Some(format!("  events/{}", path.file_name()?.display())))
        .collect();
    lines.sort();
    format!("Available events:\n{}", lines.join("\n"))
}
