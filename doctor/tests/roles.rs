//! The round through the accounts: what each answers, how fast they are asked, and how it can be stopped.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::run::{document, row};
use crate::scripted_aws::answers::{MANAGEMENT, account, baseline};
use crate::scripted_aws::{Instead, World};

fn denied() -> Instead {
    Instead::Error(
        403,
        "AccessDenied",
        "not authorized to perform: sts:AssumeRole",
    )
}

#[test]
fn missing_and_uncheckable_roles_are_told_by_account_and_ou() {
    let aws = World::healthy()
        .with_role(&account(1), denied())
        .with_role(
            &account(3),
            Instead::Error(400, "RegionDisabledException", "STS is not activated"),
        )
        .start();
    let (document, code) = document(&aws.url, &[]);
    assert_eq!(code, 1);
    assert_eq!(
        document["accounts"],
        json!([
            {"account": account(1), "organizationalUnit": "ou-abcd-sandbox1", "role": "missingOrNotTrusted"},
            {"account": account(3), "organizationalUnit": "ou-abcd-security", "role": "notChecked",
             "reason": "sts:AssumeRole: RegionDisabledException: STS is not activated"},
        ])
    );
    let security = &document["organizationalUnits"]["ou-abcd-security"];
    assert_eq!(
        *security,
        json!({"present": 1, "missingOrNotTrusted": 0, "notChecked": 1})
    );
    let row = row(&document, "roles");
    assert!(
        row["problems"][0]["sentence"]
            .as_str()
            .unwrap()
            .starts_with("1 of 4 accounts refused")
    );
    assert_eq!(row["facts"]["present"], "2");
}

#[test]
fn when_every_account_refuses_the_callers_permission_is_named_as_the_likely_cause() {
    let aws = World::healthy().with("sts:AssumeRole", denied()).start();
    let (document, code) = document(&aws.url, &[]);
    assert_eq!(code, 1);
    let problem = &row(&document, "roles")["problems"][0];
    assert!(
        problem["sentence"]
            .as_str()
            .unwrap()
            .contains("these credentials may not call sts:AssumeRole")
    );
}

#[test]
fn every_session_is_asked_for_with_a_policy_that_allows_nothing_but_to_ask_who_it_is() {
    let aws = World::healthy().start();
    document(&aws.url, &[]);
    let roles = aws
        .calls()
        .into_iter()
        .filter(|call| call.operation == "sts:AssumeRole");
    let bodies: Vec<String> = roles.map(|call| call.body).collect();
    assert_eq!(bodies.len(), 4);
    // {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetCallerIdentity","Resource":"*"}]}
    let policy = "Policy=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C\
                  %22Action%22%3A%22sts%3AGetCallerIdentity%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";
    for body in bodies {
        assert!(
            body.contains(policy) && body.contains("DurationSeconds=900"),
            "{body}"
        );
        assert!(!body.contains(MANAGEMENT), "{body}");
    }
}

#[test]
fn an_account_with_several_baselines_is_asked_once_and_pages_are_read_to_the_end() {
    let of = |index: usize, name: &str| {
        let target = format!("account/o-exampleorgid/{}", account(index));
        baseline(name, &target, Some("arn:unknown-parent"))
    };
    let page = |rows: &[Value], next: &str| {
        json!({"enabledBaselines": rows, "nextToken": next}).to_string()
    };
    let management = baseline("M", &format!("account/o-exampleorgid/{MANAGEMENT}"), None);
    let pages = vec![
        page(&[of(1, "A"), management], "2"),
        page(&[], "3"),
        json!({"enabledBaselines": [of(1, "B"), of(2, "C")]}).to_string(),
    ];
    let aws = World::healthy()
        .with("controltower:ListEnabledBaselines", Instead::Pages(pages))
        .start();
    let (document, _) = document(&aws.url, &[]);
    assert_eq!(aws.count("sts:AssumeRole"), 2);
    assert_eq!(row(&document, "accounts")["facts"]["count"], "2");
    let lists = aws.calls().into_iter();
    let lists = lists.filter(|call| call.operation == "controltower:ListEnabledBaselines");
    let tokens: Vec<Value> = lists
        .map(|call| serde_json::from_str::<Value>(&call.body).unwrap())
        .inspect(|body| assert_eq!(body["includeChildren"], true))
        .map(|body| body["nextToken"].clone())
        .collect();
    assert_eq!(tokens, [Value::Null, "2".into(), "3".into()]);
}

#[test]
fn without_a_landing_zone_every_active_account_is_asked_by_its_state() {
    let accounts = json!({"Accounts": [
        {"Id": account(1), "State": "ACTIVE", "Status": "SUSPENDED"},
        {"Id": account(2), "State": "SUSPENDED", "Status": "ACTIVE"},
        {"Id": account(3), "Status": "ACTIVE"},
        {"Id": MANAGEMENT, "State": "ACTIVE"},
    ]});
    let aws = World::healthy()
        .with(
            "controltower:ListLandingZones",
            Instead::Body(r#"{"landingZones":[]}"#.into()),
        )
        .with(
            "organizations:ListAccounts",
            Instead::Body(accounts.to_string()),
        )
        .with_role(&account(3), denied())
        .start();
    let (document, _) = document(&aws.url, &[]);
    assert_eq!(
        row(&document, "accounts")["facts"]["source"],
        "ListAccounts"
    );
    assert_eq!(row(&document, "roles")["facts"]["present"], "1");
    // Its OU stood in no path, and was asked for: of it alone.
    assert_eq!(
        document["accounts"][0]["organizationalUnit"],
        "ou-abcd-security"
    );
    assert_eq!(aws.count("organizations:ListParents"), 1);
}

#[test]
fn where_baselines_are_not_shown_the_active_accounts_are_asked_and_both_is_said() {
    let refused = Instead::Error(403, "AccessDeniedException", "no");
    let aws = World::healthy()
        .with("controltower:ListEnabledBaselines", refused)
        .start();
    let (document, code) = document(&aws.url, &[]);
    assert_eq!(code, 2);
    assert_eq!(
        row(&document, "accounts")["facts"]["source"],
        "ListAccounts"
    );
    assert_eq!(row(&document, "roles")["facts"]["present"], "4");
}

#[test]
fn only_the_accounts_of_the_argument_are_asked_and_one_that_is_not_listed_is_a_problem() {
    let aws = World::healthy().start();
    let both = format!("{},999999999999", account(2));
    let (document, code) = document(&aws.url, &["--accounts", &both]);
    assert_eq!(code, 1);
    assert_eq!(aws.count("sts:AssumeRole"), 1);
    assert!(
        row(&document, "accounts")["problems"]
            .to_string()
            .contains("999999999999")
    );
}

#[test]
fn with_no_roles_no_account_is_asked() {
    let aws = World::healthy().start();
    let (document, code) = document(&aws.url, &["--no-roles"]);
    assert_eq!(code, 0);
    assert_eq!(aws.count("sts:AssumeRole"), 0);
    assert_eq!(row(&document, "accounts")["facts"]["count"], "4");
}

#[test]
fn another_role_is_asked_for_by_its_name() {
    let aws = World::healthy().start();
    document(&aws.url, &["--role-name", "OrganizationAccountAccessRole"]);
    let roles = aws
        .calls()
        .into_iter()
        .filter(|call| call.operation == "sts:AssumeRole");
    for call in roles {
        assert!(
            call.body.contains("role%2FOrganizationAccountAccessRole"),
            "{}",
            call.body
        );
    }
}

#[test]
fn never_more_accounts_are_asked_at_the_same_time_than_the_argument_says() {
    let mut world = World::healthy();
    world.accounts = 60;
    world.latency = Duration::from_millis(30);
    let aws = world.start();
    document(&aws.url, &["--concurrency", "7"]);
    // How many it is in fact depends on the machine.
    assert!(
        (2..=7).contains(&aws.most_at_once()),
        "{}",
        aws.most_at_once()
    );
    assert_eq!(aws.count("sts:AssumeRole"), 60);
}

#[test]
fn throttled_accounts_are_asked_again_until_they_answer() {
    let mut world = World::healthy();
    world.accounts = 30;
    for index in (0..30).step_by(5) {
        let throttled = Instead::ErrorFirst(2, 400, "Throttling", "Rate exceeded");
        world = world.with_role(&account(index), throttled);
    }
    let aws = world.start();
    let (document, code) = document(&aws.url, &[]);
    assert_eq!(code, 0, "{document:#}");
    assert_eq!(aws.count("sts:AssumeRole"), 30 + 6 * 2);
}

#[test]
fn an_sts_that_throttles_slows_the_round_down_and_fails_no_account() {
    let mut world = World::healthy();
    world.accounts = 100;
    // Fewer than any machine asks for within a second.
    world.rate = 20;
    let aws = world.start();
    let (document, code) = document(&aws.url, &[]);
    assert_eq!(code, 0, "{:#}", row(&document, "roles"));
    let throttled = aws.count("sts:AssumeRole") - 100;
    assert!(throttled > 0, "nothing was throttled");
    // Retries that did not slow down would run into the throttle over and over.
    assert!(throttled < 50, "{throttled}");
}

#[test]
fn one_account_that_never_answers_is_not_checkable_and_holds_up_no_other() {
    let aws = World::healthy()
        .with_role(&account(0), Instead::Silence)
        .start();
    let started = Instant::now();
    let (document, code) = document(&aws.url, &["--concurrency", "1"]);
    assert_eq!(code, 2);
    assert_eq!(document["accounts"][0]["role"], "notChecked");
    assert_eq!(row(&document, "roles")["facts"]["present"], "3");
    assert!(started.elapsed() < Duration::from_mins(1));
}

#[test]
fn when_too_many_in_a_row_cannot_be_asked_the_rest_is_not_tried() {
    let mut world = World::healthy();
    world.accounts = 500;
    let expired = Instead::Error(400, "ExpiredToken", "The security token is expired");
    let aws = world.with("sts:AssumeRole", expired).start();
    let (document, code) = document(&aws.url, &[]);
    assert_eq!(code, 2);
    let asked = aws.count("sts:AssumeRole");
    assert!(asked < 100, "{asked}");
    let told = row(&document, "roles")["notChecked"].to_string();
    assert!(told.contains("too many in a row"), "{told}");
}

#[test]
fn a_list_without_an_account_proves_nothing() {
    let none = json!({"enabledBaselines": []}).to_string();
    let aws = World::healthy()
        .with("controltower:ListEnabledBaselines", Instead::Body(none))
        .start();
    // The management account has no such role, whoever asks for it.
    let of_management = World::healthy()
        .with(
            "controltower:ListEnabledBaselines",
            Instead::Body(management()),
        )
        .start();
    for (aws, arguments) in [(aws, &[][..]), (of_management, &["--accounts", MANAGEMENT])] {
        let (document, code) = document(&aws.url, arguments);
        for check in ["accounts", "roles"] {
            assert_eq!(row(&document, check)["verdict"], "notChecked", "{check}");
        }
        assert_eq!(code, 2);
    }
}

/// Of `ListEnabledBaselines`, where the management account is enrolled as well.
fn management() -> String {
    let target = format!("account/o-exampleorgid/{MANAGEMENT}");
    json!({"enabledBaselines": [baseline("MANAGEMENT", &target, None)]}).to_string()
}

#[test]
fn where_the_enrolled_accounts_or_the_management_account_are_not_known_a_refusal_is_not_checked() {
    let denied = || Instead::Error(403, "AccessDeniedException", "not allowed");
    for operation in [
        "controltower:ListLandingZones",
        "controltower:ListEnabledBaselines",
        "organizations:DescribeOrganization",
    ] {
        let refused = Instead::Error(403, "AccessDenied", "not authorized");
        let aws = World::healthy()
            .with(operation, denied())
            .with_role(&account(2), refused)
            .start();
        let (document, code) = document(&aws.url, &[]);
        let row = row(&document, "roles");
        assert_eq!(
            (row["verdict"].as_str(), code),
            (Some("notChecked"), 2),
            "{row:#}"
        );
        assert!(
            row["notChecked"].to_string().contains("Create no role"),
            "{row:#}"
        );
        assert_eq!(row["facts"]["missingOrNotTrusted"], "1");
    }
}
