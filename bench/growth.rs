//! How calls and time grow with the pages of the list.

use std::time::Duration;

use crate::peer::Peer;
use crate::run::{invoke, median};
use crate::support::scripted_organizations::{CONTROL_TOWER, ScriptedOrganizations};
use crate::support::tls::Authority;

/// The last is the most that the adapter reads.
const PAGES: [usize; 4] = [1, 5, 25, 100];
const INVOCATIONS: usize = 40;

/// A list of so many pages, with the principal at its end or on its first page.
pub struct Growth {
    pub pages: usize,
    pub principal_on_last_page: bool,
    pub calls: usize,
    /// The median of the warm invocations.
    pub warm: Duration,
}

/// # Panics
/// If the calls are not one for each page up to the principal's.
pub fn measure(peer: &Peer, authority: &Authority) -> Vec<Growth> {
    let mut found = Vec::new();
    for pages in PAGES {
        found.push(one(peer, authority, pages, pages - 1));
    }
    found.push(one(peer, authority, 25, 0));
    found
}

fn one(peer: &Peer, authority: &Authority, pages: usize, principals_page: usize) -> Growth {
    let others: Vec<String> = (0..20 * pages)
        .map(|number| format!("service-{number}.amazonaws.com"))
        .collect();
    let mut list: Vec<Vec<&str>> = others
        .chunks(20)
        .map(|page| page.iter().map(String::as_str).collect())
        .collect();
    list[principals_page][19] = CONTROL_TOWER;
    let list: Vec<&[&str]> = list.iter().map(Vec::as_slice).collect();
    let server = ScriptedOrganizations::with_pages_behind_tls(&list, authority);
    let function = peer.start_at(Some(&server.endpoint()));
    invoke(&function);
    server.forget_calls();
    let mut warm: Vec<Duration> = (0..INVOCATIONS).map(|_| invoke(&function)).collect();
    let calls = server.operations().len() / INVOCATIONS;
    assert_eq!(
        server.operations().len(),
        INVOCATIONS * (principals_page + 1)
    );
    Growth {
        pages,
        principal_on_last_page: principals_page + 1 == pages,
        calls,
        warm: median(&mut warm),
    }
}
