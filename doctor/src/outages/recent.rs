//! The latest calls that enabled or disabled trusted access, for the check of its owners.

use aws_sdk_cloudtrail::Client;

pub use super::history::Switch;

use super::classify::Meaning;
use super::lookup::{EventHistory, Window};
use super::time::Time;
use super::{SWITCHES, read_event};
use crate::aws_error::AwsError;

/// The most pages of each of the two event names. They are 250 calls, and an organization makes a few in a week.
const MAX_PAGES: usize = 5;

/// The calls since a time, as far as they were read.
#[derive(Debug, Default)]
pub struct RecentSwitches {
    /// The successful calls for Control Tower, in any order.
    pub switches: Vec<Switch>,
    /// Whether every page and record was read.
    pub is_complete: bool,
}

/// Reads the calls since a time, the newest first.
///
/// # Errors
/// [`AwsError`] if a page could not be read.
pub async fn recent_switches(
    client: Client,
    requests_per_second: u32,
    since: Time,
) -> Result<RecentSwitches, AwsError> {
    let history = EventHistory::new(client, requests_per_second, None);
    let window = Window {
        start: Some(since),
        end: None,
    };
    let mut switches = Vec::new();
    let mut is_complete = true;
    for name in SWITCHES {
        let mut all_readable = true;
        let read = history.read_pages(name, window, MAX_PAGES, |event| match read_event(event) {
            Ok(Some((Meaning::Switch(switch), _))) => switches.push(*switch),
            Ok(_) => {}
            Err(_) => all_readable = false,
        });
        let was_last = read.await?;
        is_complete = is_complete && was_last && all_readable;
    }
    Ok(RecentSwitches {
        switches,
        is_complete,
    })
}
