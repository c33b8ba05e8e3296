use serde_json::{Value, json};

use crate::checks::{access_denied, body, not_checked, problems};
use crate::cli::{check, run_json};
use crate::fake_aws::replies::{MANAGEMENT, account, baseline};
use crate::fake_aws::{FakeReply, Scenario};

const LIST_BASELINES: &str = "controltower:ListEnabledBaselines";

#[test]
fn every_page_of_baselines_is_read_and_an_account_with_several_is_listed_once() {
    let member = |index: usize, name: &str| {
        let target = format!("account/o-exampleorgid/{}", account(index));
        baseline(name, &target, Some("arn:unknown-parent"))
    };
    let page = |baselines: &[Value], next: &str| {
        json!({"enabledBaselines": baselines, "nextToken": next}).to_string()
    };
    let management = baseline("M", &format!("account/o-exampleorgid/{MANAGEMENT}"), None);
    let pages = vec![
        page(&[member(1, "A"), management], "2"),
        page(&[], "3"),
        json!({"enabledBaselines": [member(1, "B"), member(2, "C")]}).to_string(),
    ];
    let aws = Scenario::healthy()
        .with(LIST_BASELINES, FakeReply::Pages(pages))
        .start();
    let (document, _) = run_json(&aws.url, &["--roles"]);
    assert_eq!(aws.count("sts:AssumeRole"), 2);
    assert_eq!(check(&document, "accounts")["facts"]["count"], "2");
    let lists = aws.calls_of(LIST_BASELINES).into_iter();
    let tokens: Vec<Value> = lists
        .map(|call| serde_json::from_str::<Value>(&call.body).unwrap())
        .inspect(|body| assert_eq!(body["includeChildren"], true))
        .map(|body| body["nextToken"].clone())
        .collect();
    assert_eq!(tokens, [Value::Null, "2".into(), "3".into()]);
}

#[test]
fn without_a_landing_zone_every_account_with_the_state_active_is_listed() {
    let accounts = json!({"Accounts": [
        {"Id": account(1), "State": "ACTIVE", "Status": "SUSPENDED"},
        {"Id": account(2), "State": "SUSPENDED", "Status": "ACTIVE"},
        {"Id": account(3), "Status": "ACTIVE"},
        {"Id": MANAGEMENT, "State": "ACTIVE"},
    ]});
    let none = json!({"landingZones": []});
    let denied = FakeReply::Error(403, "AccessDenied", "not authorized");
    let aws = Scenario::healthy()
        .with("controltower:ListLandingZones", body(&none))
        .with("organizations:ListAccounts", body(&accounts))
        .with_role(&account(3), denied)
        .start();
    let (document, _) = run_json(&aws.url, &["--roles"]);
    let source = &check(&document, "accounts")["facts"]["source"];
    assert_eq!(source, "ListAccounts");
    assert_eq!(check(&document, "roles")["facts"]["present"], "1");
    // The list has no path, so the OU is looked up for the unhealthy account only.
    let ou = &document["accounts"][0]["organizationalUnit"];
    assert_eq!(ou, "ou-abcd-security");
    assert_eq!(aws.count("organizations:ListParents"), 1);
}

#[test]
fn without_permission_for_baselines_every_active_account_is_listed_and_the_error_is_reported() {
    let aws = Scenario::healthy()
        .with(LIST_BASELINES, access_denied())
        .start();
    let (document, code) = run_json(&aws.url, &["--roles"]);
    assert_eq!(code, 2);
    let source = &check(&document, "accounts")["facts"]["source"];
    assert_eq!(source, "ListAccounts");
    let issues = not_checked(&document, "accounts");
    assert!(issues.contains(LIST_BASELINES), "{issues}");
    assert_eq!(check(&document, "roles")["facts"]["present"], "4");
}

#[test]
fn a_list_that_fails_after_the_first_page_is_not_replaced_by_all_active_accounts() {
    let target = format!("account/o-exampleorgid/{}", account(1));
    let first = json!({"enabledBaselines": [baseline("A", &target, None)], "nextToken": "2"});
    let pages = vec![first.to_string(), r#"{"enabledBaselines": 1}"#.to_owned()];
    let aws = Scenario::healthy()
        .with(LIST_BASELINES, FakeReply::Pages(pages))
        .start();
    let (document, code) = run_json(&aws.url, &["--roles"]);
    assert_eq!(code, 2);
    assert_eq!(aws.count("organizations:ListAccounts"), 0);
    assert_eq!(check(&document, "roles")["facts"]["present"], "1");
    let issues = not_checked(&document, "roles");
    assert!(
        issues.contains("list of accounts is incomplete"),
        "{issues}"
    );
}

#[test]
fn only_the_accounts_of_the_argument_are_checked_and_an_unlisted_one_is_a_problem() {
    let aws = Scenario::healthy().start();
    let both = format!("{},999999999999", account(2));
    let (document, code) = run_json(&aws.url, &["--roles", "--accounts", &both]);
    assert_eq!(code, 1);
    assert_eq!(aws.count("sts:AssumeRole"), 1);
    assert!(problems(&document, "accounts").contains("999999999999"));
}

#[test]
fn an_empty_list_is_not_checked() {
    let none = json!({"enabledBaselines": []});
    // The management account is enrolled, but does not have the role.
    let target = format!("account/o-exampleorgid/{MANAGEMENT}");
    let management = json!({"enabledBaselines": [baseline("M", &target, None)]});
    for (reply, arguments) in [
        (none, &["--roles"][..]),
        (management, &["--roles", "--accounts", MANAGEMENT]),
    ] {
        let aws = Scenario::healthy()
            .with(LIST_BASELINES, body(&reply))
            .start();
        let (document, code) = run_json(&aws.url, arguments);
        assert_eq!(code, 2);
        for id in ["accounts", "roles"] {
            assert_eq!(check(&document, id)["verdict"], "notChecked", "{id}");
        }
    }
}
