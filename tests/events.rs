//! The files in `events/`: each is classified as its name says, with all its fields.

use aws_lambda_events::cloudwatch_events::CloudWatchEvent;
use aws_lambda_events::cloudwatch_events::cloudtrail::AWSAPICall;
use controltower_trusted_access::core::model::Mode;
use controltower_trusted_access::core::trigger::TriggerKind;
use controltower_trusted_access::lambda::event::{RawJson, Request};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::support::event_files::all;

fn classified(payload: &str) -> Request {
    let raw: &RawValue = serde_json::from_str(payload).expect("JSON");
    Request::classify(RawJson::from(raw)).expect("a row of the input table")
}

#[test]
fn every_event_file_is_classified_as_its_name_says() {
    use TriggerKind::{ControlTowerEvent, Manual, OrganizationsEvent, Schedule};
    let expected = [
        (
            "controltower-drift-detected",
            ControlTowerEvent,
            Some("Drift Detected"),
        ),
        (
            "controltower-reset-landing-zone",
            ControlTowerEvent,
            Some("ResetLandingZone"),
        ),
        (
            "controltower-setup-landing-zone",
            ControlTowerEvent,
            Some("SetupLandingZone"),
        ),
        (
            "controltower-update-landing-zone",
            ControlTowerEvent,
            Some("UpdateLandingZone"),
        ),
        ("manual", Manual, None),
        ("manual-audit", Manual, None),
        (
            "organizations-disable-assumed-role",
            OrganizationsEvent,
            Some("DisableAWSServiceAccess"),
        ),
        (
            "organizations-disable-failed-assumed-role",
            OrganizationsEvent,
            Some("DisableAWSServiceAccess"),
        ),
        (
            "organizations-disable-failed-root",
            OrganizationsEvent,
            Some("DisableAWSServiceAccess"),
        ),
        (
            "organizations-disable-failed-sso-user",
            OrganizationsEvent,
            Some("DisableAWSServiceAccess"),
        ),
        (
            "organizations-disable-root",
            OrganizationsEvent,
            Some("DisableAWSServiceAccess"),
        ),
        (
            "organizations-disable-sso-user",
            OrganizationsEvent,
            Some("DisableAWSServiceAccess"),
        ),
        (
            "organizations-enable-assumed-role",
            OrganizationsEvent,
            Some("EnableAWSServiceAccess"),
        ),
        (
            "organizations-enable-root",
            OrganizationsEvent,
            Some("EnableAWSServiceAccess"),
        ),
        (
            "organizations-enable-sso-user",
            OrganizationsEvent,
            Some("EnableAWSServiceAccess"),
        ),
        ("schedule-rule", Schedule, Some("Scheduled Event")),
        ("schedule-scheduler", Schedule, Some("Scheduled Event")),
        (
            "schedule-scheduler-no-input",
            Schedule,
            Some("Scheduled Event"),
        ),
    ];
    let mut found: Vec<_> = all();
    found.sort_by_key(|(name, _)| name.replace(".json", ""));
    assert_eq!(found.len(), expected.len());
    for ((file, payload), (name, kind, event_name)) in found.iter().zip(expected) {
        assert_eq!(*file, format!("{name}.json"));
        let trigger = classified(payload).trigger;
        assert_eq!(
            (trigger.kind, trigger.name.as_deref()),
            (kind, event_name),
            "{file}"
        );
        let is_event = kind != Manual;
        assert_eq!(
            (trigger.id.is_some(), trigger.time.is_some()),
            (is_event, is_event),
            "{file}"
        );
    }
}

#[test]
fn every_organizations_event_has_its_actor() {
    for (file, payload) in all() {
        let actor = classified(&payload).trigger.actor;
        let Some(caller) = file
            .strip_prefix("organizations-")
            .and_then(|rest| rest.strip_suffix(".json"))
        else {
            continue;
        };
        let actor = actor.expect("an actor");
        let role = |name: &str| Some(format!("arn:aws:iam::111122223333:role/{name}"));
        let sso =
            "aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdministratorAccess_0123456789abcdef";
        let (kind, issuer) = match caller.rsplit_once('-').expect("a caller").1 {
            "root" => ("Root", None),
            "user" => ("AssumedRole", role(sso)),
            _ => ("AssumedRole", role("PlatformCleanup")),
        };
        assert_eq!(actor.kind.as_deref(), Some(kind), "{file}");
        assert_eq!(actor.issuer_arn, issuer, "{file}");
        assert!(
            actor.arn.is_some() && actor.source_ip.is_some() && actor.user_agent.is_some(),
            "{file}"
        );
    }
}

#[test]
fn the_manual_files_have_the_mode_in_their_names() {
    for (file, mode) in [
        ("manual.json", None),
        ("manual-audit.json", Some(Mode::Audit)),
    ] {
        let (_, payload) = all()
            .into_iter()
            .find(|(name, _)| name == file)
            .expect("the file exists");
        assert_eq!(classified(&payload).mode, mode);
    }
}

/// Checks the shape of the files with the types of `aws_lambda_events`. The root files are left out, because its type
/// does not accept CloudTrail's empty `sessionIssuer`.
#[test]
fn the_organizations_files_deserialize_into_the_types_of_aws_lambda_events() {
    let mut read = 0;
    for (file, payload) in all() {
        if file.starts_with("organizations-") && !file.ends_with("root.json") {
            let event: CloudWatchEvent<AWSAPICall> = serde_json::from_str(&payload).expect(&file);
            let call = event.detail.expect("a detail");
            assert_eq!(call.event_source, "organizations.amazonaws.com", "{file}");
            assert_eq!(
                classified(&payload).trigger.name,
                Some(call.event_name),
                "{file}"
            );
            read += 1;
        }
    }
    assert_eq!(read, 6);
}

#[test]
fn every_account_id_in_the_files_is_a_placeholder() {
    let placeholders = ["111122223333", "444455556666", "777788889999"];
    for (file, payload) in all() {
        let event: Value = serde_json::from_str(&payload).expect("JSON");
        assert!(
            event["account"].is_null() || event["account"] == placeholders[0],
            "{file}"
        );
        let words = payload.split(|c: char| !c.is_ascii_alphanumeric());
        for account in
            words.filter(|word| word.len() == 12 && word.bytes().all(|b| b.is_ascii_digit()))
        {
            let id_tail = account.starts_with("00000000");
            assert!(
                id_tail || placeholders.contains(&account),
                "{file}: {account}"
            );
        }
    }
}

#[test]
fn the_readme_of_events_names_every_file() {
    let readme = include_str!("../events/README.md");
    for (file, _) in all() {
        let families = ["organizations-enable-", "organizations-disable-failed-"];
        let family = families.iter().find(|family| file.starts_with(**family));
        let named = family.map_or_else(|| format!("`{file}`"), |family| format!("`{family}{{"));
        assert!(readme.contains(&named), "{file}");
    }
}
