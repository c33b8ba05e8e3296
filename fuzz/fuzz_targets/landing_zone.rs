//! Any bytes as Control Tower's answers, through its adapter and the real SDK: "no landing zone", which permits
//! to disable, is said only after a last page whose list is empty.
//!
//! An input is a script of answers, see `network.rs`.
#![no_main]

mod network;

use std::sync::OnceLock;

use controltower_trusted_access::aws::control_tower::ControlTower;
use controltower_trusted_access::core::landing_zone::{Answer, Details};
use controltower_trusted_access::core::ports::ReadLandingZone;
use controltower_trusted_access::core::model::Operation;
use controltower_trusted_access_fuzz::{LONGEST, assert_safe_to_show, check_error, in_paused_time};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde_json::Value;

use network::{Exchange, Network, last_answer};

const HOME: &str = "eu-west-1";
const LIST: &str = "list-landingzones";
const GET: &str = "get-landingzone";
/// Attempts of one call, and pages of one list, as the adapter has them.
const ATTEMPTS: usize = 5;
const PAGES: usize = 10;

struct World {
    network: Network,
    control_tower: ControlTower,
}

impl World {
    fn get() -> &'static Self {
        static WORLD: OnceLock<World> = OnceLock::new();
        WORLD.get_or_init(|| {
            let network = Network::default();
            let control_tower = ControlTower::new(&network.sdk(), HOME.to_owned());
            Self {
                network,
                control_tower,
            }
        })
    }
}

/// A page of the list, read by other means than the SDK's.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    landing_zones: Option<Vec<Value>>,
    next_token: Option<String>,
}

fn check_requests(exchanges: &[Exchange]) {
    let most = ATTEMPTS * (PAGES + 1);
    assert!((1..=most).contains(&exchanges.len()));
    // Lists first, and then the one that was listed.
    let lists = exchanges
        .iter()
        .take_while(|one| one.operation == LIST)
        .count();
    assert!(lists >= 1);
    assert!(exchanges[lists..].iter().all(|one| one.operation == GET));
}

fn check_absent(exchanges: &[Exchange]) {
    assert_eq!(
        exchanges.last().map(|last| last.operation.as_str()),
        Some(LIST)
    );
    let answer = last_answer(exchanges);
    assert!(answer.is_success());
    let page: Page = serde_json::from_slice(&answer.body).expect("a page");
    assert!(page.landing_zones.expect("a list").is_empty());
    assert!(page.next_token.is_none_or(|token| token.is_empty()));
}

fn check_present(details: &Details, exchanges: &[Exchange]) {
    let last = exchanges.last().expect("a request");
    assert_eq!(last.operation, GET);
    assert!(last_answer(exchanges).is_success());
    let arn = last.request["landingZoneIdentifier"].as_str();
    assert_eq!(arn.and_then(|arn| arn.split(':').nth(3)), Some(HOME));
    assert!(!details.version.is_empty());
    let Details {
        version,
        latest_version,
        status,
        drift_status,
    } = details;
    for text in [
        Some(version),
        latest_version.as_ref(),
        status.as_ref(),
        drift_status.as_ref(),
    ] {
        assert_safe_to_show(text.map_or("", String::as_str), LONGEST);
    }
}

fuzz_target!(|script: &[u8]| {
    let world = World::get();
    world.network.play(script);
    let result = in_paused_time(world.control_tower.ask());
    let exchanges = world.network.exchanges();
    check_requests(&exchanges);
    match result {
        Ok(LandingZoneState::NotFound) => check_absent(&exchanges),
        Ok(LandingZoneState::Found(details)) => check_present(&details, &exchanges),
        Ok(LandingZoneState::InOtherRegion(home)) => {
            assert!(!home.is_empty() && home != HOME);
            assert_safe_to_show(&home, LONGEST);
        }
        Ok(LandingZoneState::Unknown(why)) => panic!("the adapter says so by an error: {why}"),
        Err(error) => check_error(
            error,
            &[Operation::ListLandingZones, Operation::GetLandingZone],
        ),
    }
});
