//! Any list of principals over any pages, through the real adapter: only the exact principal counts,
//! and nothing but it is ever written.

use std::sync::LazyLock;
use std::time::Duration;

use controltower_trusted_access::aws::organizations::Organizations;
use controltower_trusted_access::core::model::TrustedAccess;
use controltower_trusted_access::core::ports::{ReadTrustedAccess, WriteTrustedAccess};
use proptest::prelude::*;
use serde_json::json;
use tokio::runtime::Builder;

use crate::adapter::{adapter_within, step_to};
use crate::support::scripted_organizations::{CONTROL_TOWER, LIST, ScriptedOrganizations};

/// The principal, others, and what is nearly it.
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

/// One server a property: each keeps its port for as long as the tests run.
fn in_real_time<T>(test: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(test)
}

/// A busy machine must not look like a slow Organizations.
fn patient(server: &ScriptedOrganizations) -> Organizations {
    adapter_within(&server.endpoint(), Duration::from_mins(1))
}

proptest! {
    #[test]
    fn it_is_enabled_where_a_page_has_the_exact_principal_and_reading_stops_there(pages in any_pages()) {
        static SERVER: LazyLock<ScriptedOrganizations> = LazyLock::new(|| ScriptedOrganizations::with(&[]));
        SERVER.relist(&pages);
        SERVER.forget_calls();
        let seen = in_real_time(patient(&SERVER).read()).expect("an honest list");
        let found = pages.iter().position(|page| page.contains(&CONTROL_TOWER));
        let expected = if found.is_some() { TrustedAccess::Enabled } else { TrustedAccess::Disabled };
        prop_assert_eq!(seen.state, expected);
        let read = found.map_or(pages.len(), |page| page + 1);
        prop_assert_eq!(SERVER.operations(), vec![LIST; read]);
    }

    #[test]
    fn a_write_names_the_exact_principal_and_leaves_all_others_as_they_are(
        pages in any_pages(),
        target in super::any_state(),
    ) {
        static SERVER: LazyLock<ScriptedOrganizations> = LazyLock::new(|| ScriptedOrganizations::with(&[]));
        SERVER.relist(&pages);
        SERVER.forget_calls();
        let others = || {
            let mut others = SERVER.principals();
            others.retain(|principal| principal != CONTROL_TOWER);
            others
        };
        let before = others();
        in_real_time(patient(&SERVER).write(step_to(target))).expect("it is accepted");
        prop_assert_eq!(others(), before);
        prop_assert_eq!(SERVER.has(CONTROL_TOWER), target == TrustedAccess::Enabled);
        let bodies: Vec<_> = SERVER.calls().into_iter().map(|call| call.body).collect();
        prop_assert_eq!(bodies, [json!({"ServicePrincipal": CONTROL_TOWER})]);
    }
}
