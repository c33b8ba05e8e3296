//! Arbitrary responses of AWS Organizations, through the adapter and the real SDK. Each call ends with the content of
//! the responses or with an error of the contract, and a response without a list is never an empty list.
//!
//! An input is a script of responses: see `network.rs`.
#![no_main]

mod network;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::retry::RetryConfig;
use controltower_trusted_access::aws::organizations::{Organizations, client_config};
use controltower_trusted_access::core::model::{
    CONTROL_TOWER, Observation, Operation, TrustedAccess,
};
use controltower_trusted_access::core::plan::Plan;
use controltower_trusted_access::core::ports::{ReadTrustedAccess, WriteTrustedAccess};
use controltower_trusted_access_fuzz::{assert_sanitized, check_error, in_paused_time};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde_json::json;

use network::{Exchange, Network, last_response};

/// Attempts of one call. The function makes five; more than two cost time and find nothing new.
const MAX_ATTEMPTS: u32 = 2;
/// Pages of one read, as in the adapter.
const MAX_PAGES: u32 = 100;

struct Target {
    network: Network,
    organizations: Organizations,
}

impl Target {
    fn get() -> &'static Self {
        static TARGET: OnceLock<Target> = OnceLock::new();
        TARGET.get_or_init(|| {
            let network = Network::default();
            let retries = RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS);
            let config = client_config(&network.sdk_config()).retry_config(retries);
            let client = Client::from_conf(config.build());
            Self {
                network,
                organizations: Organizations::new(client, BTreeSet::new()),
            }
        })
    }
}

fn read(target: &Target, script: &[u8]) {
    target.network.set_script(script);
    let result = in_paused_time(target.organizations.read());
    let exchanges = target.network.exchanges();
    check_requests(&exchanges, Operation::List, MAX_PAGES);
    match result {
        Ok(observation) => check_observation(&observation, &exchanges),
        Err(error) => check_error(error, &[Operation::List]),
    }
}

fn write(target: &Target, script: &[u8], desired: TrustedAccess) {
    let opposite = match desired {
        TrustedAccess::Enabled => Observation::disabled(),
        TrustedAccess::Disabled => Observation::enabled(None),
    };
    let step = Plan::compare(desired, &opposite)
        .step()
        .expect("they differ");
    target.network.set_script(script);
    let result = in_paused_time(target.organizations.write(step));
    let exchanges = target.network.exchanges();
    check_requests(&exchanges, step.operation(), 1);
    for exchange in &exchanges {
        assert_eq!(exchange.request, json!({"ServicePrincipal": CONTROL_TOWER}));
    }
    match result {
        Ok(()) => assert!(
            last_response(&exchanges).is_success(),
            "no response accepted the write"
        ),
        Err(error) => {
            let closed = exchanges.iter().any(|exchange| exchange.response.is_none());
            assert!(
                error.outcome_unknown || !closed,
                "the outcome is unknown after a closed connection"
            );
            check_error(error, &[step.operation()]);
        }
    }
}

fn check_requests(exchanges: &[Exchange], operation: Operation, calls: u32) {
    let max_requests = MAX_ATTEMPTS * calls;
    assert!((1..=max_requests as usize).contains(&exchanges.len()));
    for exchange in exchanges {
        let header = format!("AWSOrganizationsV20161128.{operation}");
        assert_eq!(exchange.operation, header);
    }
}

/// A page of the list, parsed without the SDK.
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

fn check_observation(observation: &Observation, exchanges: &[Exchange]) {
    let response = last_response(exchanges);
    assert!(response.is_success());
    if let Some(since) = &observation.enabled_since {
        assert_sanitized(since, 40);
    }
    let Ok(page) = serde_json::from_slice::<Page>(&response.body) else {
        // The SDK accepts more than serde, such as a repeated key or a control character in a string. It must have
        // found a list in any case.
        assert!(response.body.contains(&b'['));
        return;
    };
    let list = page.enabled_service_principals.expect("a list");
    let mut principals = list.iter().map(|entry| entry.service_principal.as_deref());
    let listed = principals.any(|principal| principal == Some(CONTROL_TOWER));
    assert_eq!(listed, observation.state == TrustedAccess::Enabled);
    let is_last = page.next_token.is_none_or(|token| token.is_empty());
    assert!(listed || is_last, "disabled needs the last page");
}

fuzz_target!(|script: &[u8]| {
    let target = Target::get();
    read(target, script);
    write(target, script, TrustedAccess::Enabled);
    write(target, script, TrustedAccess::Disabled);
});
