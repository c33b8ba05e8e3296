//! Any bytes as the network's answers, through the adapter and the real SDK: each call ends in what the
//! answers say or in an error of the contract, and what is no list is never an empty one.
//!
//! An input is a script of answers, see `network.rs`.
#![no_main]

mod network;

use std::sync::OnceLock;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::retry::RetryConfig;
use controltower_trusted_access::aws::organizations::{Organizations, client_config};
use controltower_trusted_access::core::plan::Plan;
use controltower_trusted_access::core::ports::{ReadTrustedAccess, WriteTrustedAccess};
use controltower_trusted_access::core::model::{CONTROL_TOWER, Observation, Operation, TrustedAccess};
use controltower_trusted_access_fuzz::{assert_safe_to_show, check_error, in_paused_time};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde_json::json;

use network::{Exchange, Network, last_answer};

/// Attempts of one call. Two instead of the function's five: a third shows nothing new and takes its time.
const ATTEMPTS: u32 = 2;
/// Pages of one pass, as the adapter has it.
const PAGES: u32 = 100;

struct World {
    network: Network,
    organizations: Organizations,
}

impl World {
    fn get() -> &'static Self {
        static WORLD: OnceLock<World> = OnceLock::new();
        WORLD.get_or_init(|| {
            let network = Network::default();
            let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
            let config = client_config(&network.sdk()).retry_config(retries);
            let client = Client::from_conf(config.build());
            Self {
                network,
                organizations: Organizations::new(client),
            }
        })
    }
}

fn read(world: &World, script: &[u8]) {
    world.network.play(script);
    let result = in_paused_time(world.organizations.read());
    let exchanges = world.network.exchanges();
    check_requests(&exchanges, Operation::List, PAGES);
    match result {
        Ok(seen) => check_observation(&seen, &exchanges),
        Err(error) => check_error(error, &[Operation::List]),
    }
}

fn write(world: &World, script: &[u8], target: TrustedAccess) {
    let opposite = match target {
        TrustedAccess::Enabled => Observation::disabled(),
        TrustedAccess::Disabled => Observation::enabled(None),
    };
    let step = Plan::compare(target, &opposite)
        .step()
        .expect("they differ");
    world.network.play(script);
    let result = in_paused_time(world.organizations.write(step));
    let exchanges = world.network.exchanges();
    check_requests(&exchanges, step.operation(), 1);
    for exchange in &exchanges {
        assert_eq!(exchange.request, json!({"ServicePrincipal": CONTROL_TOWER}));
    }
    match result {
        Ok(()) => assert!(last_answer(&exchanges).is_success(), "nobody accepted it"),
        Err(error) => {
            let cut = exchanges.iter().any(|exchange| exchange.answer.is_none());
            assert!(error.outcome_unknown || !cut, "a cut leaves open what happened");
            check_error(error, &[step.operation()]);
        }
    }
}

fn check_requests(exchanges: &[Exchange], operation: Operation, calls: u32) {
    let most = ATTEMPTS * calls;
    assert!((1..=most as usize).contains(&exchanges.len()));
    for exchange in exchanges {
        let target = format!("AWSOrganizationsV20161128.{operation}");
        assert_eq!(exchange.operation, target);
    }
}

/// A page of the list, read by other means than the SDK's.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    enabled_service_principals: Option<Vec<Entry>>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    service_principal: Option<String>,
}

fn check_observation(seen: &Observation, exchanges: &[Exchange]) {
    let answer = last_answer(exchanges);
    assert!(answer.is_success());
    if let Some(since) = &seen.enabled_since {
        assert_safe_to_show(since, 40);
    }
    let Ok(page) = serde_json::from_slice::<Page>(&answer.body) else {
        // The SDK takes more than serde does (a key twice, a control character in a string). A list
        // it must have seen all the same.
        assert!(answer.body.contains(&b'['));
        return;
    };
    let list = page.enabled_service_principals.expect("a list");
    let mut principals = list.iter().map(|entry| entry.service_principal.as_deref());
    let listed = principals.any(|principal| principal == Some(CONTROL_TOWER));
    assert_eq!(listed, seen.state == TrustedAccess::Enabled);
    let is_last = page.next_token.is_none_or(|token| token.is_empty());
    assert!(
        listed || is_last,
        "disabled is said only after the last page"
    );
}

fuzz_target!(|script: &[u8]| {
    let world = World::get();
    read(world, script);
    write(world, script, TrustedAccess::Enabled);
    write(world, script, TrustedAccess::Disabled);
});
