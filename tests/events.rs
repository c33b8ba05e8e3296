//! The files in `events/`: each is classified as its name says, with all its fields.

use aws_lambda_events::cloudwatch_events::CloudWatchEvent;
use aws_lambda_events::cloudwatch_events::cloudtrail::AWSAPICall;
use controltower_trusted_access::core::model::Mode;
use controltower_trusted_access::lambda::event::{RawJson, Request};
use serde_json::Value;
use serde_json::value::RawValue;

use controltower_trusted_access::core::trigger::TriggerKind::{
    self, ControlTowerEvent, Manual, OrganizationsEvent, Schedule,
};

use crate::support::event_files::all;

fn classified(payload: &str) -> Request {
    let raw: &RawValue = serde_json::from_str(payload).expect("JSON");
    Request::classify(RawJson::from(raw)).expect("a row of the input table")
}

/// The files of each kind and event name.
const FILES: [(TriggerKind, Option<&str>, &[&str]); 10] = [
    (
        ControlTowerEvent,
        Some("CreateLandingZone"),
        &["controltower-create-landing-zone"],
    ),
    (
        ControlTowerEvent,
        Some("DeleteLandingZone"),
        &["controltower-delete-landing-zone"],
    ),
    (
        ControlTowerEvent,
        Some("Drift Detected"),
        &[
            "controltower-drift-detected",
            "controltower-drift-moved-account",
        ],
    ),
    (
        ControlTowerEvent,
        Some("ResetLandingZone"),
        &["controltower-reset-landing-zone"],
    ),
    (
        ControlTowerEvent,
        Some("SetupLandingZone"),
        &["controltower-setup-landing-zone"],
    ),
    (
        ControlTowerEvent,
        Some("UpdateLandingZone"),
        &["controltower-update-landing-zone"],
    ),
    (Manual, None, &["manual", "manual-audit"]),
    (
        OrganizationsEvent,
        Some("DisableAWSServiceAccess"),
        &[
            "organizations-disable-assumed-role",
            "organizations-disable-aws-account",
            "organizations-disable-aws-service",
            "organizations-disable-directory",
            "organizations-disable-failed-assumed-role",
            "organizations-disable-failed-root",
            "organizations-disable-failed-sso-user",
            "organizations-disable-federated-user",
            "organizations-disable-iam-user",
            "organizations-disable-identity-center-user",
            "organizations-disable-role",
            "organizations-disable-root",
            "organizations-disable-saml-user",
            "organizations-disable-source-identity",
            "organizations-disable-sso-user",
            "organizations-disable-unknown",
            "organizations-disable-web-identity-user",
        ],
    ),
    (
        OrganizationsEvent,
        Some("EnableAWSServiceAccess"),
        &[
            "organizations-enable-assumed-role",
            "organizations-enable-root",
            "organizations-enable-sso-user",
        ],
    ),
    (
        Schedule,
        Some("Scheduled Event"),
        &[
            "schedule-rule",
            "schedule-scheduler",
            "schedule-scheduler-no-input",
        ],
    ),
];

#[test]
fn every_event_file_is_classified_as_its_name_says() {
    let mut expected: Vec<_> = FILES
        .iter()
        .flat_map(|(kind, event_name, names)| {
            names
                .iter()
                .map(|name| (format!("{name}.json"), *kind, *event_name))
        })
        .collect();
    expected.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let found = all();
    let names = |files: &[(String, TriggerKind, Option<&str>)]| {
        files
            .iter()
            .map(|(name, ..)| name.clone())
            .collect::<Vec<_>>()
    };
    let found_names: Vec<_> = found.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(found_names, names(&expected));
    for ((file, payload), (_, kind, event_name)) in found.iter().zip(expected) {
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
fn every_organizations_event_names_its_caller() {
    let sso = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/dana@example.com";
    for (caller, name) in [
        (
            "assumed-role",
            "arn:aws:sts::111122223333:assumed-role/PlatformCleanup/cleanup-7c1d",
        ),
        ("sso-user", sso),
        ("root", "arn:aws:iam::111122223333:root"),
        ("iam-user", "arn:aws:iam::111122223333:user/platform/dana"),
        (
            "federated-user",
            "arn:aws:sts::111122223333:federated-user/dana",
        ),
        ("aws-service", "controltower.amazonaws.com"),
        ("aws-account", "444455556666"),
        ("role", "arn:aws:iam::111122223333:role/PlatformCleanup"),
        ("directory", "dana (account 111122223333)"),
        ("unknown", "Unknown"),
        ("saml-user", "dana@example.com"),
        ("web-identity-user", "1234"),
        (
            "identity-center-user",
            "544894e8-80c1-707f-60e3-3ba6510dfac1",
        ),
        (
            "source-identity",
            "arn:aws:sts::111122223333:assumed-role/AWSAFTExecution/aws-go-sdk-1700000000000000000",
        ),
    ] {
        let mut files = 0;
        for (file, payload) in all() {
            let is_of_caller = file.strip_suffix(".json").is_some_and(|stem| {
                stem.strip_suffix(caller)
                    .is_some_and(|action| ACTIONS.contains(&action))
            });
            if is_of_caller {
                let actor = classified(&payload).trigger.actor.expect("an actor");
                assert_eq!(actor.name, name, "{file}");
                assert!(
                    actor.source_ip.is_some() && actor.user_agent.is_some(),
                    "{file}"
                );
                files += 1;
            }
        }
        assert!(files > 0, "no file for {caller}");
    }
}

/// The start of the name of each file with a caller.
const ACTIONS: [&str; 3] = [
    "organizations-disable-",
    "organizations-disable-failed-",
    "organizations-enable-",
];

#[test]
fn a_drift_event_has_its_drift_type() {
    for (name, drift_type) in [
        (
            "controltower-drift-detected.json",
            "TRUSTED_ACCESS_DISABLED",
        ),
        (
            "controltower-drift-moved-account.json",
            "ACCOUNT_MOVED_BETWEEN_OUS",
        ),
    ] {
        let (_, payload) = all()
            .into_iter()
            .find(|(file, _)| file == name)
            .expect("the file");
        let trigger = classified(&payload).trigger;
        assert_eq!(trigger.drift_type.as_deref(), Some(drift_type));
        let event: Value = serde_json::from_str(&payload).expect("JSON");
        assert_eq!(event["resources"], serde_json::json!([]), "{name}");
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
    assert_eq!(read, 17);
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
        let named = |row: &str| {
            row.contains(&format!("`{file}`"))
                || row
                    .split('`')
                    .filter_map(|name| name.split_once('{'))
                    .any(|(start, rest)| {
                        let (variants, end) = rest.split_once('}').expect("a closing brace");
                        let mut names = variants.split(',').map(|one| format!("{start}{one}{end}"));
                        names.any(|name| name == file)
                    })
        };
        assert!(readme.lines().any(named), "{file}");
    }
}
