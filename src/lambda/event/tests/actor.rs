//! The caller in each shape of `userIdentity` that CloudTrail documents, and in shapes that it does not.
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>

use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::core::trigger::Actor;
use crate::lambda::event::RawJson;
use crate::lambda::event::actor::from_cloudtrail;

fn actor_of(detail: &Value) -> Option<Actor> {
    let text = detail.to_string();
    let raw: &RawValue = serde_json::from_str(&text).unwrap();
    from_cloudtrail(RawJson::from(raw))
}

fn actor(user_identity: &Value) -> Actor {
    actor_of(&json!({"userIdentity": user_identity})).expect("a caller")
}

#[test]
fn every_documented_type_of_user_identity_gives_a_name() {
    let session = "arn:aws:sts::111122223333:assumed-role/Admin/jo";
    let identity_center = json!({
        "type": "IdentityCenterUser", "accountId": "111122223333", "credentialId": "example",
        "onBehalfOf": {"userId": "544894e8-80c1-707f-60e3-3ba6510dfac1", "identityStoreArn": "arn:aws:identitystore::111122223333:identitystore/d-1"},
    });
    for (identity, name) in [
        (
            json!({"type": "Root", "arn": "arn:aws:iam::111122223333:root", "accountId": "111122223333", "userName": "alias"}),
            "arn:aws:iam::111122223333:root",
        ),
        (
            json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/jo", "userName": "jo"}),
            "arn:aws:iam::111122223333:user/jo",
        ),
        (
            json!({"type": "AssumedRole", "arn": session, "accountId": "111122223333"}),
            session,
        ),
        (
            json!({"type": "Role", "arn": "arn:aws:iam::111122223333:role/Admin"}),
            "arn:aws:iam::111122223333:role/Admin",
        ),
        (
            json!({"type": "FederatedUser", "arn": "arn:aws:sts::111122223333:federated-user/jo"}),
            "arn:aws:sts::111122223333:federated-user/jo",
        ),
        (
            json!({"type": "AWSService", "invokedBy": "controltower.amazonaws.com"}),
            "controltower.amazonaws.com",
        ),
        (
            json!({"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": "444455556666"}),
            "444455556666",
        ),
        (
            json!({"type": "SAMLUser", "principalId": "x:jo", "userName": "jo", "identityProvider": "x"}),
            "jo",
        ),
        (
            json!({"type": "WebIdentityUser", "userName": "jo", "accountId": "111122223333"}),
            "jo (account 111122223333)",
        ),
        (identity_center, "544894e8-80c1-707f-60e3-3ba6510dfac1"),
        (json!({"type": "Directory", "userName": "jo"}), "jo"),
        (json!({"type": "Unknown"}), "Unknown"),
        // Control Tower's lifecycle events leave out the type.
        (
            json!({"accountId": "111122223333", "invokedBy": "AWS Internal"}),
            "AWS Internal",
        ),
    ] {
        assert_eq!(actor(&identity).name, name, "{identity}");
    }
}

#[test]
fn every_value_of_a_caller_is_in_the_report() {
    let detail = json!({
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "aws-cli/2",
        "userIdentity": {
            "type": "AssumedRole", "arn": "arn:session", "accountId": "111122223333", "userName": "jo",
            "invokedBy": "cloudformation.amazonaws.com", "onBehalfOf": {"userId": "u-1"},
            "sessionContext": {
                // CloudTrail also writes this form, which is not RFC 3339.
                "attributes": {"creationDate": "20131102T010628Z", "mfaAuthenticated": "false"},
                "sourceIdentity": "dana@example.com",
                "sessionIssuer": {"type": "Role", "arn": "arn:role"},
            },
        },
    });
    assert_eq!(
        serde_json::to_value(actor_of(&detail).unwrap()).unwrap(),
        json!({
            "name": "arn:session", "type": "AssumedRole", "arn": "arn:session", "issuerArn": "arn:role",
            "accountId": "111122223333", "userName": "jo", "invokedBy": "cloudformation.amazonaws.com",
            "onBehalfOf": "u-1", "sourceIdentity": "dana@example.com", "sourceIp": "192.0.2.1", "userAgent": "aws-cli/2",
        })
    );
}

#[test]
fn an_empty_or_invisible_value_is_absent_and_the_next_best_names_the_caller() {
    for empty in ["", " ", "\u{200b}\u{202e}", "\n"] {
        let identity = json!({
            "type": empty, "arn": empty, "userName": empty, "invokedBy": empty, "accountId": "111122223333",
            "onBehalfOf": {"userId": empty}, "sessionContext": {"sourceIdentity": empty, "sessionIssuer": {"arn": empty}},
        });
        assert_eq!(
            serde_json::to_value(actor(&identity)).unwrap(),
            json!({"name": "111122223333", "accountId": "111122223333"}),
            "{empty:?}"
        );
    }
    assert_eq!(
        actor_of(&json!({"userIdentity": {"type": "", "arn": ""}, "userAgent": ""})),
        None
    );
}

#[test]
fn values_of_an_unexpected_type_are_skipped_and_lose_no_other_value() {
    for odd in [
        json!(7),
        json!(null),
        json!([]),
        json!({"arn": "x"}),
        json!("text"),
    ] {
        let identity = json!({
            "arn": "arn:x", "accountId": 7, "onBehalfOf": odd, "sessionContext": odd, "principalId": odd,
            "credentialId": odd,
        });
        assert_eq!(actor(&identity).name, "arn:x", "{odd}");
    }
    // Half of a surrogate pair, which JSON allows and a Rust string does not.
    let text = r#"{"userIdentity":{"arn":"arn:x","userName":"\ud800","\ud800":1}}"#;
    let raw: &RawValue = serde_json::from_str(text).unwrap();
    assert_eq!(from_cloudtrail(RawJson::from(raw)).unwrap().name, "arn:x");
    let root = json!({"type": "Root", "arn": "arn:root", "sessionContext": {"sessionIssuer": {}}});
    assert_eq!(actor(&root).issuer_arn, None);
}

#[test]
fn without_user_identity_the_address_or_the_client_names_the_caller() {
    let address = actor_of(&json!({"sourceIPAddress": "AWS Internal", "userAgent": "x"}));
    assert_eq!(address.unwrap().name, "AWS Internal");
    assert_eq!(actor_of(&json!({"userAgent": "x"})).unwrap().name, "x");
    for detail in [
        json!({}),
        json!({"userIdentity": null}),
        json!({"userIdentity": []}),
        json!("{}"),
    ] {
        assert_eq!(actor_of(&detail), None, "{detail}");
    }
}

#[test]
fn quotes_backslashes_and_angle_brackets_of_a_path_are_replaced() {
    let identity =
        json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/a\"b\\c/<outcome>/bob"});
    let name = actor(&identity).name;
    assert_eq!(
        name,
        "arn:aws:iam::111122223333:user/a\u{fffd}b\u{fffd}c/\u{fffd}outcome\u{fffd}/bob"
    );
}

proptest! {
    #[test]
    fn a_caller_with_any_text_always_has_a_visible_name(
        key in prop::sample::select(vec!["type", "arn", "accountId", "userName", "invokedBy"]),
        text in "[a-z]{1,8}",
        other in any::<String>(),
    ) {
        let mut identity = json!({"type": other, "arn": other, "userName": other, "invokedBy": other});
        identity[key] = json!(text);
        prop_assert!(!actor(&identity).name.trim().is_empty());
    }
}
