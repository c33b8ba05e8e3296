//! Control Tower's adapter on the wire: the real SDK against a scripted endpoint on loopback.

use aws_config::SdkConfig;
use controltower_trusted_access::aws::control_tower::ControlTower;
use controltower_trusted_access::core::error::{ApiError, ApiErrorKind};
use controltower_trusted_access::core::landing_zone::{LandingZoneDetail, LandingZoneState};
use controltower_trusted_access::core::model::Operation;
use controltower_trusted_access::core::ports::ReadLandingZone;
use serde_json::{Value, json};

use super::sdk_config;
use crate::support::scripted_organizations::{GET_ZONE, LIST_ZONES, Reply, ScriptedOrganizations};

const ARN: &str = "arn:aws:controltower:eu-west-1:111122223333:landingzone/1A2B3C4D5E6F7G8H";

pub fn drifted() -> Value {
    json!({
        "arn": ARN,
        "version": "3.3",
        "latestAvailableVersion": "4.0",
        "status": "ACTIVE",
        "driftStatus": {"status": "DRIFTED"},
        "manifest": {"governedRegions": ["eu-west-1", "us-east-1"]},
    })
}

/// The adapter as the function makes it: of the SDK's configuration nothing is replaced but Region
/// and endpoint, so failures that are tried again take their real time.
async fn ask(server: &ScriptedOrganizations) -> Result<LandingZoneState, ApiError> {
    let sdk: SdkConfig = sdk_config("http://organizations.invalid");
    let endpoint = Some(server.endpoint());
    let control_tower = ControlTower::new(&sdk, "eu-west-1".to_owned(), endpoint);
    assert_eq!(control_tower.region(), "eu-west-1");
    control_tower.read().await
}

fn server() -> ScriptedOrganizations {
    let server = ScriptedOrganizations::with(&[]);
    server.landing_zone(&drifted());
    server
}

#[tokio::test]
async fn a_landing_zone_is_one_list_and_one_get_signed_for_its_home_region() {
    let server = server();
    assert_eq!(
        ask(&server).await.unwrap(),
        LandingZoneState::Found(LandingZoneDetail {
            arn: ARN.to_owned(),
            version: "3.3".to_owned(),
            latest_version: Some("4.0".to_owned()),
            status: Some("ACTIVE".to_owned()),
            drift_status: Some("DRIFTED".to_owned()),
        })
    );
    assert_eq!(server.operations(), [LIST_ZONES, GET_ZONE]);
    for call in server.calls() {
        let scope = "/eu-west-1/controltower/aws4_request";
        assert!(call.signature.contains(scope), "{}", call.signature);
    }
}

#[tokio::test]
async fn no_landing_zone_is_an_empty_list_and_no_further_call() {
    let server = ScriptedOrganizations::with(&[]);
    assert_eq!(ask(&server).await.unwrap(), LandingZoneState::NotFound);
    assert_eq!(server.operations(), [LIST_ZONES]);
}

#[tokio::test]
async fn an_empty_page_with_a_token_is_not_the_last_one() {
    let server = server();
    server.script(
        LIST_ZONES,
        [Reply::ok(&json!({"landingZones": [], "nextToken": "x"}))],
    );
    assert!(matches!(
        ask(&server).await.unwrap(),
        LandingZoneState::Found(_)
    ));
    assert_eq!(server.operations(), [LIST_ZONES, LIST_ZONES, GET_ZONE]);
    assert_eq!(server.calls()[1].body, json!({"nextToken": "x"}));
}

#[tokio::test]
async fn tokens_for_ever_are_not_understood() {
    let server = server();
    server.forever(
        LIST_ZONES,
        Reply::ok(&json!({"landingZones": [], "nextToken": "x"})),
    );
    let error = ask(&server).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::InvalidResponse);
    assert_eq!(server.operations().len(), 10);
}

#[tokio::test]
async fn what_does_not_say_that_there_is_none_is_never_taken_for_none() {
    for reply in [
        Reply::ok(&json!({})),
        Reply::ok(&json!({"landingZones": null})),
        Reply::ok(&json!({"landingZone": []})),
        Reply::ok(&json!({"landingZones": [{}]})),
        Reply::ok(&json!({"landingZones": [{"arn": ""}]})),
        Reply::ok(&json!({"landingZones": [{"arn": "1A2B3C4D5E6F7G8H"}]})),
        Reply::ok(
            &json!({"landingZones": [{"arn": "arn:aws:controltower::111122223333:landingzone/X"}]}),
        ),
        Reply::ok(&json!([])),
        Reply::html(200),
        Reply::Instead(200, "application/json", Vec::new()),
        Reply::Instead(200, "application/json", b"{\"landingZones\":[".to_vec()),
    ] {
        let server = server();
        server.forever(LIST_ZONES, reply);
        let error = ask(&server).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse, "{error}");
        assert_eq!(error.operation, Operation::ListLandingZones);
        assert_eq!(server.operations(), [LIST_ZONES], "{error}");
    }
}

#[tokio::test]
async fn a_landing_zone_without_a_version_is_not_understood() {
    for body in [
        json!({}),
        json!({"landingZone": {}}),
        json!({"landingZone": {"version": ""}}),
    ] {
        let server = server();
        server.script(GET_ZONE, [Reply::ok(&body)]);
        let error = ask(&server).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse);
        assert_eq!(error.operation, Operation::GetLandingZone);
    }
}

#[tokio::test]
async fn what_control_tower_does_not_tell_is_left_out() {
    let server = server();
    server.script(
        GET_ZONE,
        [Reply::ok(&json!({"landingZone": {"version": "2.9\u{1b}"}}))],
    );
    let details = LandingZoneDetail {
        arn: ARN.to_owned(),
        version: "2.9 ".to_owned(),
        ..LandingZoneDetail::default()
    };
    assert_eq!(
        ask(&server).await.unwrap(),
        LandingZoneState::Found(details)
    );
}

#[tokio::test]
async fn every_refusal_has_its_kind_and_a_remedy_of_its_own_service() {
    for (status, code, kind) in [
        (403, "AccessDeniedException", ApiErrorKind::AccessDenied),
        (400, "ValidationException", ApiErrorKind::Rejected),
    ] {
        for operation in [LIST_ZONES, GET_ZONE] {
            let server = server();
            server.forever(operation, Reply::error_of(status, code, "as scripted"));
            let error = ask(&server).await.unwrap_err();
            assert_eq!(error.kind, kind, "{error}");
            assert!(
                error
                    .to_string()
                    .starts_with(&format!("{operation}: {code}: as scripted. "))
            );
            let allow = format!("Allow controltower:{operation} in the function's role");
            let names_it = error.to_string().contains(&allow);
            assert_eq!(names_it, kind == ApiErrorKind::AccessDenied, "{error}");
        }
    }
}

#[tokio::test]
async fn a_landing_zone_whose_home_is_another_region_is_elsewhere_and_not_read() {
    let server = server();
    let mut zone = drifted();
    zone["arn"] = json!("arn:aws:controltower:us-west-2:111122223333:landingzone/1A2B3C4D5E6F7G8H");
    server.landing_zone(&zone);
    assert_eq!(
        ask(&server).await.unwrap(),
        LandingZoneState::InOtherRegion("us-west-2".to_owned())
    );
    assert_eq!(server.operations(), [LIST_ZONES]);
}

#[tokio::test]
async fn one_that_is_gone_before_it_is_read_may_be_seen_gone_by_the_next_run() {
    let server = server();
    server.forever(
        GET_ZONE,
        Reply::error_of(404, "ResourceNotFoundException", "gone"),
    );
    let error = ask(&server).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Conflict);
    assert_eq!(server.operations(), [LIST_ZONES, GET_ZONE]);
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    for reply in [
        Reply::error_of(429, "ThrottlingException", "x"),
        Reply::error_of(500, "InternalServerException", "x"),
        Reply::Cut,
    ] {
        for operation in [LIST_ZONES, GET_ZONE] {
            let server = server();
            server.script(operation, [reply.clone()]);
            assert!(matches!(
                ask(&server).await.unwrap(),
                LandingZoneState::Found(_)
            ));
            let calls = server.operations();
            assert_eq!(calls.iter().filter(|call| *call == operation).count(), 2);
        }
    }
}
