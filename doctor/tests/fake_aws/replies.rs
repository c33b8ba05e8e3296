//! The usual replies: those of a healthy organization with a landing zone, a trail and the function.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_sts::primitives::{DateTime, DateTimeFormat};
use serde_json::json;

use super::Scenario;
use super::deployment;
use super::event_history;
use super::operation::Operation;
use crate::http::response;

/// The management account.
pub const MANAGEMENT: &str = "111122223333";
/// The secret access key that `AssumeRole` returns. The doctor must not print it.
pub const SESSION_SECRET: &str = "wJalrXUtnFEMISESSIONSECRETEXAMPLEKEY";
/// The session token that `AssumeRole` returns. The doctor must not print it.
pub const SESSION_TOKEN: &str = "FwoGZXIvYXdzEXAMPLESESSIONTOKEN";
/// The page size of `ListAccounts`, the maximum of Organizations.
const ACCOUNTS_PER_PAGE: usize = 20;
/// The page size of `ListEnabledBaselines`, the maximum of Control Tower.
const BASELINES_PER_PAGE: usize = 100;
/// The name of the stack.
pub const STACK: &str = "controltower-trusted-access";
const OUS: [&str; 3] = ["ou-abcd-security", "ou-abcd-sandbox1", "ou-abcd-workload"];

/// Returns the ID of a member account.
pub fn account(index: usize) -> String {
    format!("{:012}", 222_200_000_000_usize + index)
}

/// Returns the usual reply to an operation.
pub fn usual(operation: &Operation, scenario: &Scenario) -> Vec<u8> {
    let xml = |body: String| operation.success(body.as_bytes());
    let json = |body: serde_json::Value| operation.success(body.to_string().as_bytes());
    match operation.name.as_str() {
        "sts:GetCallerIdentity" => xml(identity(MANAGEMENT, "aws")),
        "sts:AssumeRole" => xml(session()),
        "organizations:DescribeOrganization" => json(organization("ALL")),
        "organizations:ListAWSServiceAccessForOrganization" => json(json!({
            "EnabledServicePrincipals": [
                {"ServicePrincipal": "controltower.amazonaws.com", "DateEnabled": 1_767_323_045.0},
            ],
        })),
        "organizations:ListDelegatedAdministrators" => json(json!({"DelegatedAdministrators": []})),
        "organizations:ListAccounts" => json(accounts(operation, scenario)),
        "organizations:ListParents" => {
            let parent = event_history::parent(operation, &scenario.events);
            let parent = parent.unwrap_or_else(|| OUS[0].to_owned());
            json(json!({"Parents": [{"Id": parent, "Type": "ORGANIZATIONAL_UNIT"}]}))
        }
        "organizations:DescribeOrganizationalUnit"
        | "organizations:DescribeAccount"
        | "organizations:DescribePolicy" => event_history::describe(operation),
        "cloudtrail:LookupEvents" => json(event_history::lookup(operation, &scenario.events)),
        "cloudtrail:DescribeTrails" => {
            json(json!({"trailList": [trail("organization-trail", true)]}))
        }
        "cloudtrail:GetTrailStatus" => json(trail_status()),
        "cloudtrail:GetEventSelectors" => json(json!({
            "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true}],
        })),
        "controltower:ListLandingZones" => {
            json(json!({"landingZones": [{"arn": landing_zone_arn(&operation.region)}]}))
        }
        "controltower:GetLandingZone" => json(landing_zone("4.0", "4.0", "ACTIVE", "IN_SYNC")),
        "controltower:ListLandingZoneOperations" => json(json!({"landingZoneOperations": []})),
        "controltower:ListEnabledBaselines" => json(baselines(operation, scenario)),
        "cloudformation:ListStacks" => xml(stacks(&[(STACK, "UPDATE_COMPLETE")])),
        "logs:FilterLogEvents" => json(json!({"events": [report()]})),
        other => match deployment::body(operation) {
            Some(body) => operation.success(body.as_bytes()),
            None => response(
                501,
                "text/plain",
                &[],
                format!("the fake has no reply for {other}").as_bytes(),
            ),
        },
    }
}

/// Returns a reply of `GetCallerIdentity`.
pub fn identity(account: &str, partition: &str) -> String {
    format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult>\
         <Arn>arn:{partition}:sts::{account}:assumed-role/Operator/dana</Arn><UserId>AROAEXAMPLE:dana</UserId>\
         <Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
}

fn session() -> String {
    format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>\
         <SecretAccessKey>{SESSION_SECRET}</SecretAccessKey><SessionToken>{SESSION_TOKEN}</SessionToken>\
         <Expiration>2036-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )
}

/// Returns a reply of `DescribeOrganization`.
pub fn organization(features: &str) -> serde_json::Value {
    json!({"Organization": {"Id": "o-exampleorgid", "FeatureSet": features, "MasterAccountId": MANAGEMENT}})
}

/// Returns one trail of `DescribeTrails`.
pub fn trail(name: &str, multi_region: bool) -> serde_json::Value {
    json!({
        "Name": name,
        "TrailARN": format!("arn:aws:cloudtrail:eu-west-1:{MANAGEMENT}:trail/{name}"),
        "HomeRegion": "eu-west-1",
        "IsMultiRegionTrail": multi_region,
        "IncludeGlobalServiceEvents": true,
    })
}

/// Returns a reply of `GetTrailStatus` with a delivery of this moment.
pub fn trail_status() -> serde_json::Value {
    json!({"IsLogging": true, "StartLoggingTime": 1_767_323_045, "LatestDeliveryTime": hours_ago(0)})
}

/// Returns a time in seconds since 1970.
pub fn hours_ago(hours: u64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs() - hours * 3600
}

/// Returns an ARN with `region` as home Region.
fn landing_zone_arn(region: &str) -> String {
    format!("arn:aws:controltower:{region}:{MANAGEMENT}:landingzone/1A2B3C4D5E6F7G8H")
}

/// Returns a reply of `GetLandingZone`.
pub fn landing_zone(version: &str, latest: &str, status: &str, drift: &str) -> serde_json::Value {
    json!({"landingZone": {
        "arn": landing_zone_arn("us-east-1"), "version": version, "latestAvailableVersion": latest, "status": status,
        "driftStatus": {"status": drift}, "manifest": {},
    }})
}

/// Returns the range of a page, and the token of the next one.
fn page(
    operation: &Operation,
    token: &str,
    size: usize,
    total: usize,
) -> (std::ops::Range<usize>, Option<String>) {
    let start = operation
        .json_string(token)
        .map_or(0, |token| token.parse().expect("a token of this fake"));
    let end = (start + size).min(total);
    (start..end, (end < total).then(|| end.to_string()))
}

fn accounts(operation: &Operation, scenario: &Scenario) -> serde_json::Value {
    // Organizations lists the management account too.
    let (range, next) = page(
        operation,
        "NextToken",
        ACCOUNTS_PER_PAGE,
        scenario.accounts + 1,
    );
    let accounts = range.map(|index| {
        let id = index.checked_sub(1).map_or(MANAGEMENT.to_owned(), account);
        let ou = OUS[index % OUS.len()];
        json!({"Id": id, "State": "ACTIVE", "Paths": [format!("o-exampleorgid/r-abcd/{ou}/")]})
    });
    json!({"Accounts": accounts.collect::<Vec<_>>(), "NextToken": next})
}

fn baselines(operation: &Operation, scenario: &Scenario) -> serde_json::Value {
    // First the OUs, then the accounts.
    let total = OUS.len() + scenario.accounts;
    let (range, next) = page(operation, "nextToken", BASELINES_PER_PAGE, total);
    let baselines = range.map(|index| match index.checked_sub(OUS.len()) {
        None => baseline(
            &format!("OU{index}"),
            &format!("ou/o-exampleorgid/{}", OUS[index]),
            None,
        ),
        Some(member) => {
            let target = format!("account/o-exampleorgid/{}", account(member));
            let parent = baseline_arn(&format!("OU{}", member % OUS.len()));
            baseline(&format!("ACCOUNT{member}"), &target, Some(&parent))
        }
    });
    json!({"enabledBaselines": baselines.collect::<Vec<_>>(), "nextToken": next})
}

fn baseline_arn(name: &str) -> String {
    format!("arn:aws:controltower:us-east-1:{MANAGEMENT}:enabledbaseline/{name}")
}

/// Returns one baseline of `ListEnabledBaselines`.
pub fn baseline(name: &str, target: &str, parent: Option<&str>) -> serde_json::Value {
    json!({
        "arn": baseline_arn(name),
        "baselineIdentifier": "arn:aws:controltower:us-east-1::baseline/17BSJV3IGJ2QSGA2",
        "targetIdentifier": format!("arn:aws:organizations::{MANAGEMENT}:{target}"),
        "parentIdentifier": parent,
        "statusSummary": {"status": "SUCCEEDED"},
    })
}

/// Returns a reply of `ListStacks` with stacks of template.yaml and one of another template.
pub fn stacks(stacks: &[(&str, &str)]) -> String {
    let member = |(name, status): &(&str, &str), description: &str| {
        format!(
            "<member><StackName>{name}</StackName><TemplateDescription>{description}</TemplateDescription>\
             <CreationTime>2026-01-02T03:04:05Z</CreationTime><StackStatus>{status}</StackStatus></member>"
        )
    };
    let description = "Keeps AWS Organizations trusted access for AWS Control Tower in the desired state. Deploy it.";
    let members = stacks.iter().map(|stack| member(stack, description));
    let members: String = members.collect();
    let other = member(&("another", "CREATE_COMPLETE"), "Another template");
    format!(
        "<ListStacksResponse><ListStacksResult><StackSummaries>{members}{other}</StackSummaries></ListStacksResult>\
         </ListStacksResponse>"
    )
}

/// Returns a log event with a report in sync.
pub fn report() -> serde_json::Value {
    log_event(
        &json!({"timestamp": "2026-11-24T20:00:00.000000Z", "level": "INFO", "message": "reconciled", "outcome": "InSync"}),
    )
}

/// Returns a log event of this moment.
pub fn log_event(line: &serde_json::Value) -> serde_json::Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    json!({"timestamp": u64::try_from(now.as_millis()).unwrap(), "message": line.to_string()})
}

/// Returns a time in the format of CloudFormation and of `HOLD_UNTIL`.
pub fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap().as_secs();
    let time = DateTime::from_secs(i64::try_from(seconds).unwrap());
    time.fmt(DateTimeFormat::DateTime).unwrap()
}
