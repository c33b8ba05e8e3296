//! Arbitrary responses of AWS Control Tower, through its adapter and the real SDK. The result "no landing zone", which
//! permits disabling, needs a last page with an empty list.
//!
//! An input is a script of responses: see `network.rs`.
#![no_main]

mod network;

use std::sync::OnceLock;

use controltower_trusted_access::aws::control_tower::ControlTower;
use controltower_trusted_access::core::landing_zone::{LandingZoneDetail, LandingZoneState};
use controltower_trusted_access::core::model::Operation;
use controltower_trusted_access::core::ports::ReadLandingZone;
use controltower_trusted_access_fuzz::{MAX_TEXT, assert_sanitized, check_error, in_paused_time};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde_json::Value;

use network::{Exchange, Network, last_response};

const HOME_REGION: &str = "eu-west-1";
const LIST: &str = "list-landingzones";
const GET: &str = "get-landingzone";
/// Attempts of one call and pages of one list, as in the adapter.
const MAX_ATTEMPTS: usize = 5;
const MAX_PAGES: usize = 10;

struct Target {
    network: Network,
    control_tower: ControlTower,
}

impl Target {
    fn get() -> &'static Self {
        static TARGET: OnceLock<Target> = OnceLock::new();
        TARGET.get_or_init(|| {
            let network = Network::default();
            let control_tower =
                ControlTower::new(&network.sdk_config(), HOME_REGION.to_owned(), None);
            Self {
                network,
                control_tower,
            }
        })
    }
}

/// A page of the list, parsed without the SDK.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    landing_zones: Option<Vec<Value>>,
    next_token: Option<String>,
}

fn check_requests(exchanges: &[Exchange]) {
    let max_requests = MAX_ATTEMPTS * (MAX_PAGES + 1);
    assert!((1..=max_requests).contains(&exchanges.len()));
    // First the list, then the landing zone that it names.
    let lists = exchanges
        .iter()
        .take_while(|one| one.operation == LIST)
        .count();
    assert!(lists >= 1);
    assert!(exchanges[lists..].iter().all(|one| one.operation == GET));
}

fn check_not_found(exchanges: &[Exchange]) {
    assert_eq!(
        exchanges.last().map(|last| last.operation.as_str()),
        Some(LIST)
    );
    let response = last_response(exchanges);
    assert!(response.is_success());
    let page: Page = serde_json::from_slice(&response.body).expect("a page");
    assert!(page.landing_zones.expect("a list").is_empty());
    assert!(page.next_token.is_none_or(|token| token.is_empty()));
}

fn check_found(detail: &LandingZoneDetail, exchanges: &[Exchange]) {
    let last = exchanges.last().expect("a request");
    assert_eq!(last.operation, GET);
    assert!(last_response(exchanges).is_success());
    let arn = last.request["landingZoneIdentifier"].as_str();
    assert_eq!(arn.and_then(|arn| arn.split(':').nth(3)), Some(HOME_REGION));
    assert!(!detail.version.is_empty());
    let LandingZoneDetail {
        arn,
        version,
        latest_version,
        status,
        drift_status,
    } = detail;
    for text in [
        Some(arn),
        Some(version),
        latest_version.as_ref(),
        status.as_ref(),
        drift_status.as_ref(),
    ] {
        assert_sanitized(text.map_or("", String::as_str), MAX_TEXT);
    }
}

fuzz_target!(|script: &[u8]| {
    let target = Target::get();
    target.network.set_script(script);
    let result = in_paused_time(target.control_tower.read());
    let exchanges = target.network.exchanges();
    check_requests(&exchanges);
    match result {
        Ok(LandingZoneState::NotFound) => check_not_found(&exchanges),
        Ok(LandingZoneState::Found(detail)) => check_found(&detail, &exchanges),
        Ok(LandingZoneState::InOtherRegion(home)) => {
            assert!(!home.is_empty() && home != HOME_REGION);
            assert_sanitized(&home, MAX_TEXT);
        }
        Ok(LandingZoneState::Unknown(reason)) => {
            panic!("the adapter returns an error instead: {reason}")
        }
        Err(error) => check_error(
            error,
            &[Operation::ListLandingZones, Operation::GetLandingZone],
        ),
    }
});
