//! Classification, row by row of the input table and with untrusted JSON.

mod actor;

use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::*;

fn classify(json: &str) -> Result<Request, InvalidRequest> {
    let raw: &RawValue = serde_json::from_str(json).unwrap();
    Request::classify(RawJson::from(raw))
}

fn kind(json: &str) -> Option<TriggerKind> {
    classify(json).ok().map(|request| request.trigger.kind)
}

#[test]
fn every_row_of_the_input_table_has_its_kind() {
    use TriggerKind::{ControlTowerEvent, Manual, OrganizationsEvent, Schedule, Unrecognized};
    for (payload, expected) in [
        (r#"{"source":"aws.organizations"}"#, OrganizationsEvent),
        (
            r#"{"source":"aws.organizations","detail-type":7}"#,
            OrganizationsEvent,
        ),
        (
            r#"{"source":"aws.controltower","detail-type":"Anything"}"#,
            ControlTowerEvent,
        ),
        (r#"{"source":"aws.controltower"}"#, ControlTowerEvent),
        (r#"{"source":"aws.scheduler","detail":"{}"}"#, Schedule),
        (
            r#"{"source":"aws.events","detail-type":"Scheduled Event"}"#,
            Schedule,
        ),
        (
            r#"{"source":"aws.events","detail-type":"Other"}"#,
            Unrecognized,
        ),
        (
            r#"{"source":"aws.s3","detail-type":"Object Created"}"#,
            Unrecognized,
        ),
        (r#"{"source":"","detail-type":""}"#, Unrecognized),
        (r#"{"Records":[]}"#, Unrecognized),
        (
            r#"{"Records":[{"eventSource":"aws:sqs"}],"source":1}"#,
            Unrecognized,
        ),
        ("null", Manual),
        ("{}", Manual),
        (r#"{"mode":"audit"}"#, Manual),
        (r#"{"mode":"enforce"}"#, Manual),
    ] {
        assert_eq!(kind(payload), Some(expected), "{payload}");
    }
}

#[test]
fn a_payload_in_no_row_of_the_input_table_is_an_invalid_request() {
    for payload in [
        "[]",
        "[{}]",
        "0",
        "-1.5e400",
        "true",
        "\"\"",
        "\"{}\"",
        r#"{"mode":"Audit"}"#,
        r#"{"mode":""}"#,
        r#"{"mode":null}"#,
        r#"{"mode":["audit"]}"#,
        r#"{"mode":"audit","desired":"disabled"}"#,
        r#"{"desired":"disabled"}"#,
        r#"{"principal":"sso.amazonaws.com"}"#,
        r#"{"source":"aws.events"}"#,
        r#"{"source":"aws.s3","detail-type":1}"#,
        r#"{"source":null,"detail-type":"x"}"#,
        r#"{"detail-type":"Scheduled Event"}"#,
        r#"{"Records":{}}"#,
        r#"{"records":[]}"#,
        r#"{"Source":"aws.organizations"}"#,
        r#"{"source":"AWS.organizations"}"#,
    ] {
        assert!(classify(payload).is_err(), "{payload}");
    }
}

#[test]
fn an_invalid_request_says_whether_the_shape_or_the_mode_is_wrong() {
    for (payload, why) in [
        (r#"{"desired":"audit"}"#, InvalidRequest::UnknownShape),
        (r#"{"mode":"audit","x":1}"#, InvalidRequest::UnknownShape),
        (r#"{"mode":"off"}"#, InvalidRequest::UnknownMode),
    ] {
        assert_eq!(classify(payload), Err(why), "{payload}");
    }
}

#[test]
fn words_are_compared_before_they_are_sanitized() {
    let event = |words: &str| format!(r#"{{"source":"aws.events","detail-type":"{words}"}}"#);
    assert_eq!(kind(&event("Scheduled Event")), Some(TriggerKind::Schedule));
    for near in [
        "Scheduled\\nEvent",
        "Scheduled\\u0000Event",
        "Scheduled Event ",
    ] {
        assert_eq!(
            kind(&event(near)),
            Some(TriggerKind::Unrecognized),
            "{near}"
        );
    }
    assert!(classify(r#"{"mode":"audit\u0000"}"#).is_err());
}

#[test]
fn half_a_surrogate_pair_anywhere_in_an_event_is_accepted() {
    let event = r#"{"source":"aws.organizations","\ud800":1,"id":"\udfff!","detail":{"\ud800":2,"eventName":"X"}}"#;
    let trigger = classify(event).unwrap().trigger;
    assert_eq!(trigger.kind, TriggerKind::OrganizationsEvent);
    assert_eq!(trigger.name.as_deref(), Some("X"));
    assert!(trigger.id.unwrap().ends_with('!'));
    assert_eq!(
        kind(r#"{"Records":[],"\ud800":1}"#),
        Some(TriggerKind::Unrecognized)
    );
    assert_eq!(
        kind(r#"{"source":"\ud800","detail-type":"x"}"#),
        Some(TriggerKind::Unrecognized)
    );
}

#[test]
fn a_mode_is_read_from_a_manual_request_and_not_from_an_event() {
    assert_eq!(
        classify(r#"{"mode":"audit"}"#).unwrap().mode,
        Some(Mode::Audit)
    );
    assert_eq!(
        classify(r#"{"mode":"enforce"}"#).unwrap().mode,
        Some(Mode::Enforce)
    );
    assert_eq!(classify("{}").unwrap().mode, None);
    let event = r#"{"source":"aws.organizations","mode":"audit"}"#;
    assert_eq!(classify(event).unwrap().mode, None);
}

#[test]
fn a_manual_mode_can_only_narrow_the_functions_mode() {
    use Mode::{Audit, Enforce};
    let request = |mode| Request::of_kind(TriggerKind::Manual, mode);
    assert_eq!(request(None).effective_mode(Enforce), Ok(Enforce));
    assert_eq!(request(None).effective_mode(Audit), Ok(Audit));
    assert_eq!(request(Some(Audit)).effective_mode(Enforce), Ok(Audit));
    assert_eq!(request(Some(Enforce)).effective_mode(Enforce), Ok(Enforce));
    assert_eq!(
        request(Some(Enforce)).effective_mode(Audit),
        Err(InvalidRequest::ModeEscalation)
    );
}

#[test]
fn the_triggers_name_is_the_event_name_else_the_detail_type() {
    let name = |detail: Value| {
        let event = json!({"source": "aws.controltower", "detail-type": "Drift Detected", "detail": detail});
        classify(&event.to_string()).unwrap().trigger.name
    };
    assert_eq!(
        name(json!({"eventName": "ResetLandingZone"})).as_deref(),
        Some("ResetLandingZone")
    );
    for detail in [
        json!({}),
        json!("{}"),
        json!(null),
        json!({"eventName": 5}),
        json!({"eventName": ""}),
    ] {
        assert_eq!(
            name(detail.clone()).as_deref(),
            Some("Drift Detected"),
            "{detail}"
        );
    }
}

#[test]
fn nesting_of_any_depth_and_numbers_of_any_size_are_accepted() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    for detail in [deep.as_str(), "1e999999", r#""\ud800""#] {
        let event = format!(r#"{{"source":"aws.organizations","id":"e-1","detail":{detail}}}"#);
        let trigger = classify(&event).unwrap().trigger;
        assert_eq!(trigger.kind, TriggerKind::OrganizationsEvent);
        assert_eq!(trigger.id.as_deref(), Some("e-1"));
    }
    assert!(classify(&deep).is_err());
}

#[test]
fn a_drift_type_is_recorded_for_control_tower_only() {
    let drift_type = |source: &str, drift: Value| {
        let event = json!({"source": source, "detail-type": "Drift Detected", "detail": {"driftType": drift}});
        classify(&event.to_string()).unwrap().trigger.drift_type
    };
    let disabled = json!("TRUSTED_ACCESS_DISABLED");
    assert_eq!(
        drift_type("aws.controltower", disabled.clone()).as_deref(),
        Some("TRUSTED_ACCESS_DISABLED")
    );
    assert_eq!(drift_type("aws.controltower", json!(7)), None);
    assert_eq!(drift_type("aws.organizations", disabled), None);
}

#[test]
fn texts_of_an_event_are_sanitized_and_cut_at_1024_characters() {
    let event = json!({"source": "aws.organizations", "id": format!("a\nb\u{1b}[2J{}", "x".repeat(1 << 20))});
    let id = classify(&event.to_string()).unwrap().trigger.id.unwrap();
    assert!(id.starts_with("a b [2J"));
    assert_eq!(id.chars().count(), 1024);
}

#[test]
fn of_a_repeated_key_the_last_value_counts() {
    assert_eq!(
        kind(r#"{"source":"aws.s3","source":"aws.organizations"}"#),
        Some(TriggerKind::OrganizationsEvent)
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "source",
            "detail-type",
            "detail",
            "Records",
            "mode",
            "audit",
            "enforce",
            "id",
            "time",
            "userIdentity",
            "sessionContext",
            "sessionIssuer",
            "type",
            "arn",
            "eventName",
            "aws.organizations",
            "aws.controltower",
            "aws.scheduler",
            "aws.events",
            "Scheduled Event",
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(word.clone(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    /// The expectation is the input table in other words than the code.
    #[test]
    fn any_json_is_classified_as_the_contract_says(payload in any_json()) {
        let text = |key: &str| payload.get(key).and_then(Value::as_str);
        let expected = match (text("source"), text("detail-type")) {
            (Some("aws.organizations"), _) => Some(TriggerKind::OrganizationsEvent),
            (Some("aws.controltower"), _) => Some(TriggerKind::ControlTowerEvent),
            (Some("aws.scheduler"), _) | (Some("aws.events"), Some("Scheduled Event")) => {
                Some(TriggerKind::Schedule)
            }
            (Some(_), Some(_)) => Some(TriggerKind::Unrecognized),
            _ if payload.get("Records").is_some_and(Value::is_array) => Some(TriggerKind::Unrecognized),
            _ if payload.is_null() => Some(TriggerKind::Manual),
            _ => payload.as_object().and_then(|members| {
                let mode_alone = members.len() == 1 && matches!(text("mode"), Some("audit" | "enforce"));
                (members.is_empty() || mode_alone).then_some(TriggerKind::Manual)
            }),
        };
        prop_assert_eq!(kind(&payload.to_string()), expected);
    }

    #[test]
    fn the_message_of_an_invalid_request_never_repeats_the_payload(secret in "[A-Z]{12}") {
        for payload in [json!({"mode": secret}), json!({&secret: 1}), json!(secret), json!([secret])] {
            let message = classify(&payload.to_string()).unwrap_err().to_string();
            prop_assert!(!message.contains(&secret));
        }
    }
}
