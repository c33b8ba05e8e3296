//! The Control Tower adapter: its requests, pagination and errors.

mod operations;

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

/// Returns a landing zone that has drifted, as `GetLandingZone` shows it.
pub fn drifted_landing_zone() -> Value {
    json!({
        "arn": ARN,
        "version": "3.3",
        "latestAvailableVersion": "4.0",
        "status": "ACTIVE",
        "driftStatus": {"status": "DRIFTED"},
        "manifest": {"governedRegions": ["eu-west-1", "us-east-1"]},
    })
}

/// Reads with the adapter as the function builds it. Only Region and endpoint are replaced, so retries take their real
/// time.
async fn read(server: &ScriptedOrganizations) -> Result<LandingZoneState, ApiError> {
    let control_tower = adapter(server);
    assert_eq!(control_tower.region(), "eu-west-1");
    control_tower.read().await
}

fn adapter(server: &ScriptedOrganizations) -> ControlTower {
    let sdk: SdkConfig = sdk_config("http://organizations.invalid");
    ControlTower::new(&sdk, "eu-west-1".to_owned(), Some(server.endpoint()))
}

fn server() -> ScriptedOrganizations {
    let server = ScriptedOrganizations::with(&[]);
    server.set_landing_zone(&drifted_landing_zone());
    server
}

#[tokio::test]
async fn a_landing_zone_takes_one_list_and_one_get_request_signed_for_the_home_region() {
    let server = server();
    assert_eq!(
        read(&server).await.unwrap(),
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
async fn an_empty_list_of_landing_zones_is_not_found_after_one_request() {
    let server = ScriptedOrganizations::with(&[]);
    assert_eq!(read(&server).await.unwrap(), LandingZoneState::NotFound);
    assert_eq!(server.operations(), [LIST_ZONES]);
}

#[tokio::test]
async fn pagination_continues_after_an_empty_page_with_a_next_token() {
    let server = server();
    server.script(
        LIST_ZONES,
        [Reply::ok(&json!({"landingZones": [], "nextToken": "x"}))],
    );
    assert!(matches!(
        read(&server).await.unwrap(),
        LandingZoneState::Found(_)
    ));
    assert_eq!(server.operations(), [LIST_ZONES, LIST_ZONES, GET_ZONE]);
    assert_eq!(server.calls()[1].body, json!({"nextToken": "x"}));
}

#[tokio::test]
async fn pagination_ends_with_an_error_after_10_pages() {
    let server = server();
    server.always(
        LIST_ZONES,
        Reply::ok(&json!({"landingZones": [], "nextToken": "x"})),
    );
    let error = read(&server).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::InvalidResponse);
    assert_eq!(server.operations().len(), 10);
}

#[tokio::test]
async fn a_response_without_a_list_of_landing_zones_is_an_error_and_not_not_found() {
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
        Reply::Custom(200, "application/json", Vec::new()),
        Reply::Custom(200, "application/json", b"{\"landingZones\":[".to_vec()),
    ] {
        let server = server();
        server.always(LIST_ZONES, reply);
        let error = read(&server).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse, "{error}");
        assert_eq!(error.operation, Operation::ListLandingZones);
        assert_eq!(server.operations(), [LIST_ZONES], "{error}");
    }
}

#[tokio::test]
async fn a_landing_zone_without_a_version_is_an_invalid_response() {
    for body in [
        json!({}),
        json!({"landingZone": {}}),
        json!({"landingZone": {"version": ""}}),
    ] {
        let server = server();
        server.script(GET_ZONE, [Reply::ok(&body)]);
        let error = read(&server).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InvalidResponse);
        assert_eq!(error.operation, Operation::GetLandingZone);
    }
}

#[tokio::test]
async fn absent_landing_zone_fields_are_none_and_the_version_is_sanitized() {
    let server = server();
    server.script(
        GET_ZONE,
        [Reply::ok(&json!({"landingZone": {"version": "2.9\u{1b}"}}))],
    );
    let detail = LandingZoneDetail {
        arn: ARN.to_owned(),
        version: "2.9 ".to_owned(),
        ..LandingZoneDetail::default()
    };
    assert_eq!(
        read(&server).await.unwrap(),
        LandingZoneState::Found(detail)
    );
}

#[tokio::test]
async fn every_permanent_error_has_its_kind_and_names_the_control_tower_permission() {
    for (status, code, kind) in [
        (403, "AccessDeniedException", ApiErrorKind::AccessDenied),
        (400, "ValidationException", ApiErrorKind::Rejected),
    ] {
        for operation in [LIST_ZONES, GET_ZONE] {
            let server = server();
            server.always(
                operation,
                Reply::error_with_status(status, code, "as scripted"),
            );
            let error = read(&server).await.unwrap_err();
            assert_eq!(error.kind, kind, "{error}");
            assert!(
                error
                    .to_string()
                    .starts_with(&format!("{operation}: {code}: as scripted. "))
            );
            let allow = format!("Allow controltower:{operation} in the function's role");
            let names_permission = error.to_string().contains(&allow);
            assert_eq!(
                names_permission,
                kind == ApiErrorKind::AccessDenied,
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn a_landing_zone_with_another_home_region_is_reported_and_not_read() {
    let server = server();
    let mut zone = drifted_landing_zone();
    zone["arn"] = json!("arn:aws:controltower:us-west-2:111122223333:landingzone/1A2B3C4D5E6F7G8H");
    server.set_landing_zone(&zone);
    assert_eq!(
        read(&server).await.unwrap(),
        LandingZoneState::InOtherRegion("us-west-2".to_owned())
    );
    assert_eq!(server.operations(), [LIST_ZONES]);
}

#[tokio::test]
async fn a_landing_zone_deleted_between_list_and_get_is_a_conflict() {
    let server = server();
    server.always(
        GET_ZONE,
        Reply::error_with_status(404, "ResourceNotFoundException", "gone"),
    );
    let error = read(&server).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Conflict);
    assert_eq!(server.operations(), [LIST_ZONES, GET_ZONE]);
}

#[tokio::test]
async fn a_transient_error_of_control_tower_is_retried() {
    for reply in [
        Reply::error_with_status(429, "ThrottlingException", "x"),
        Reply::error_with_status(500, "InternalServerException", "x"),
        Reply::Close,
    ] {
        for operation in [LIST_ZONES, GET_ZONE] {
            let server = server();
            server.script(operation, [reply.clone()]);
            assert!(matches!(
                read(&server).await.unwrap(),
                LandingZoneState::Found(_)
            ));
            let calls = server.operations();
            assert_eq!(calls.iter().filter(|call| *call == operation).count(), 2);
        }
    }
}
