//! Calls and time of an invocation by the number of pages of the list.

use std::time::Duration;

use crate::peer::Peer;
use crate::run::{invoke, median};
use crate::support::scripted_organizations::{CONTROL_TOWER, ScriptedOrganizations};
use crate::support::tls::Authority;

/// The adapter reads at most 100 pages.
const PAGES: [usize; 4] = [1, 5, 25, 100];
const INVOCATIONS: usize = 40;

/// The result for a list of `pages` pages.
pub struct Growth {
    pub pages: usize,
    /// Whether the principal is on the last page, and not on the first.
    pub principal_on_last_page: bool,
    pub calls: usize,
    /// The median time of a warm invocation.
    pub warm: Duration,
}

/// Measures lists of several lengths.
///
/// # Panics
/// If the number of calls is not that of the pages up to the principal.
pub fn measure(peer: &Peer, authority: &Authority) -> Vec<Growth> {
    let mut results = Vec::new();
    for pages in PAGES {
        results.push(measure_list(peer, authority, pages, pages - 1));
    }
    results.push(measure_list(peer, authority, 25, 0));
    results
}

fn measure_list(peer: &Peer, authority: &Authority, pages: usize, principal_page: usize) -> Growth {
    let others: Vec<String> = (0..20 * pages)
        .map(|number| format!("service-{number}.amazonaws.com"))
        .collect();
    let mut list: Vec<Vec<&str>> = others
        .chunks(20)
        .map(|page| page.iter().map(String::as_str).collect())
        .collect();
    list[principal_page][19] = CONTROL_TOWER;
    let list: Vec<&[&str]> = list.iter().map(Vec::as_slice).collect();
    let server = ScriptedOrganizations::with_pages_and_tls(&list, authority);
    let function = peer.start_with_endpoint(Some(&server.endpoint()));
    invoke(&function);
    server.forget_calls();
    let mut warm: Vec<Duration> = (0..INVOCATIONS).map(|_| invoke(&function)).collect();
    let calls = server.operations().len() / INVOCATIONS;
    assert_eq!(
        server.operations().len(),
        INVOCATIONS * (principal_page + 1)
    );
    Growth {
        pages,
        principal_on_last_page: principal_page + 1 == pages,
        calls,
        warm: median(&mut warm),
    }
}
