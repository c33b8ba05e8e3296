//! Random lists of principals on random pages, through the real adapter. tests/aws/organizations.rs has the rules of
//! pagination, one by one.

use std::sync::LazyLock;

use controltower_trusted_access::core::model::TrustedAccess;
use controltower_trusted_access::core::ports::{ReadTrustedAccess, WriteTrustedAccess};
use proptest::prelude::*;
use serde_json::json;
use tokio::runtime::Builder;

use crate::aws::{adapter, step_to};
use crate::support::scripted_organizations::{CONTROL_TOWER, LIST, ScriptedOrganizations};

/// Control Tower's principal, other principals, and similar names.
const PRINCIPALS: [&str; 8] = [
    CONTROL_TOWER,
    "sso.amazonaws.com",
    "config.amazonaws.com",
    "Controltower.amazonaws.com",
    "controltower.amazonaws.com.example.com",
    "xcontroltower.amazonaws.com",
    "controltower.amazonaws.co",
    "",
];

fn any_pages() -> impl Strategy<Value = Vec<Vec<&'static str>>> {
    let page = prop::collection::vec(prop::sample::select(&PRINCIPALS), 0..6);
    prop::collection::vec(page, 1..6)
}

/// Runs a future with a real clock and real sockets.
fn in_real_time<T>(test: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(test)
}

proptest! {
    #[test]
    fn pagination_stops_at_the_exact_principal_or_reads_every_page(pages in any_pages()) {
        // One server for all cases, because each server keeps its port until the tests end.
        static SERVER: LazyLock<ScriptedOrganizations> = LazyLock::new(|| ScriptedOrganizations::with(&[]));
        SERVER.set_pages(&pages);
        SERVER.forget_calls();
        let observed = in_real_time(adapter(&SERVER.endpoint()).read()).expect("a valid list");
        let found = pages.iter().position(|page| page.contains(&CONTROL_TOWER));
        let expected = if found.is_some() { TrustedAccess::Enabled } else { TrustedAccess::Disabled };
        prop_assert_eq!(observed.state, expected);
        let read = found.map_or(pages.len(), |page| page + 1);
        prop_assert_eq!(SERVER.operations(), vec![LIST; read]);
    }

    #[test]
    fn a_write_names_only_control_tower_and_changes_no_other_principal(
        pages in any_pages(),
        target in super::any_state(),
    ) {
        // One server for all cases, because each server keeps its port until the tests end.
        static SERVER: LazyLock<ScriptedOrganizations> = LazyLock::new(|| ScriptedOrganizations::with(&[]));
        SERVER.set_pages(&pages);
        SERVER.forget_calls();
        let others = || {
            let mut others = SERVER.principals();
            others.retain(|principal| principal != CONTROL_TOWER);
            others
        };
        let before = others();
        in_real_time(adapter(&SERVER.endpoint()).write(step_to(target))).expect("an accepted write");
        prop_assert_eq!(others(), before);
        prop_assert_eq!(SERVER.has(CONTROL_TOWER), target == TrustedAccess::Enabled);
        let bodies: Vec<_> = SERVER.calls().into_iter().map(|call| call.body).collect();
        prop_assert_eq!(bodies, [json!({"ServicePrincipal": CONTROL_TOWER})]);
    }
}
