//! What AWS answers where nothing is wrong: an organization with its landing zone, trail and function.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::World;
use super::operation::Operation;
use crate::http::response;

/// The management account.
pub const MANAGEMENT: &str = "111122223333";
/// What stands in the answers of `AssumeRole` and must never be seen again.
pub const SESSION_SECRET: &str = "wJalrXUtnFEMISESSIONSECRETEXAMPLEKEY";
/// The same, of the session's token.
pub const SESSION_TOKEN: &str = "FwoGZXIvYXdzEXAMPLESESSIONTOKEN";
/// What stands in the function's environment beside what is known, and is nobody's business.
pub const FOREIGN_VARIABLE: &str = "foreign-variable-value-example";
/// Accounts on a page of `ListAccounts`, which is the most that Organizations puts there.
const ACCOUNTS_A_PAGE: usize = 20;
const BASELINES_A_PAGE: usize = 100;
/// Of the stack's alarms, two.
pub const ALARMS: [&str; 2] = ["trusted-access-drift", "trusted-access-failures"];
const UNITS: [&str; 3] = ["ou-abcd-security", "ou-abcd-sandbox1", "ou-abcd-workload"];

/// The number of a member account.
pub fn account(index: usize) -> String {
    format!("{:012}", 222_200_000_000_usize + index)
}

/// The usual answer.
pub fn usual(operation: &Operation, world: &World) -> Vec<u8> {
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
        "organizations:ListAccounts" => json(accounts(operation, world)),
        "organizations:ListParents" => {
            json(json!({"Parents": [{"Id": UNITS[0], "Type": "ORGANIZATIONAL_UNIT"}]}))
        }
        "cloudtrail:DescribeTrails" => {
            json(json!({"trailList": [trail("organization-trail", true)]}))
        }
        "cloudtrail:GetTrailStatus" => json(json!({"IsLogging": true})),
        "cloudtrail:GetEventSelectors" => json(json!({
            "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true}],
        })),
        "controltower:ListLandingZones" => {
            json(json!({"landingZones": [{"arn": landing_zone_arn(&operation.region)}]}))
        }
        "controltower:GetLandingZone" => json(landing_zone("4.0", "4.0", "ACTIVE", "IN_SYNC")),
        "controltower:ListEnabledBaselines" => json(baselines(operation, world)),
        "cloudformation:DescribeStacks" => xml(stack("UPDATE_COMPLETE")),
        "cloudformation:DescribeStackResources" => xml(resources()),
        "lambda:GetFunctionConfiguration" => json(function(
            &json!({"DESIRED_STATE": "enabled", "MODE": "enforce", "ALLOW_DISABLE": "false"}),
        )),
        "logs:FilterLogEvents" => json(json!({"events": [report()]})),
        "cloudwatch:DescribeAlarms" => json(alarms("")),
        other => response(
            501,
            "text/plain",
            &[],
            format!("nobody told what {other} answers").as_bytes(),
        ),
    }
}

/// Of `GetCallerIdentity`.
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

/// Of `DescribeOrganization`.
pub fn organization(features: &str) -> serde_json::Value {
    json!({"Organization": {"Id": "o-exampleorgid", "FeatureSet": features, "MasterAccountId": MANAGEMENT}})
}

/// Of `DescribeTrails`.
pub fn trail(name: &str, multi_region: bool) -> serde_json::Value {
    json!({
        "Name": name,
        "TrailARN": format!("arn:aws:cloudtrail:eu-west-1:{MANAGEMENT}:trail/{name}"),
        "HomeRegion": "eu-west-1",
        "IsMultiRegionTrail": multi_region,
        "IncludeGlobalServiceEvents": true,
    })
}

/// Every Region that is asked is its home.
fn landing_zone_arn(region: &str) -> String {
    format!("arn:aws:controltower:{region}:{MANAGEMENT}:landingzone/1A2B3C4D5E6F7G8H")
}

/// Of `GetLandingZone`.
pub fn landing_zone(version: &str, latest: &str, status: &str, drift: &str) -> serde_json::Value {
    json!({"landingZone": {
        "arn": landing_zone_arn("us-east-1"), "version": version, "latestAvailableVersion": latest, "status": status,
        "driftStatus": {"status": drift}, "manifest": {},
    }})
}

fn page(
    operation: &Operation,
    name: &str,
    size: usize,
    all: usize,
) -> (std::ops::Range<usize>, Option<String>) {
    let start = operation
        .text(name)
        .map_or(0, |token| token.parse().expect("a token of ours"));
    let end = (start + size).min(all);
    (start..end, (end < all).then(|| end.to_string()))
}

fn accounts(operation: &Operation, world: &World) -> serde_json::Value {
    // The management account is on the list too.
    let (range, next) = page(operation, "NextToken", ACCOUNTS_A_PAGE, world.accounts + 1);
    let accounts = range.map(|index| {
        let id = index.checked_sub(1).map_or(MANAGEMENT.to_owned(), account);
        let unit = UNITS[index % UNITS.len()];
        json!({"Id": id, "State": "ACTIVE", "Paths": [format!("o-exampleorgid/r-abcd/{unit}/")]})
    });
    json!({"Accounts": accounts.collect::<Vec<_>>(), "NextToken": next})
}

fn baselines(operation: &Operation, world: &World) -> serde_json::Value {
    // First the OUs, then of each account two baselines, as Control Tower has them.
    let all = UNITS.len() + world.accounts;
    let (range, next) = page(operation, "nextToken", BASELINES_A_PAGE, all);
    let baselines = range.map(|index| match index.checked_sub(UNITS.len()) {
        None => baseline(
            &format!("OU{index}"),
            &format!("ou/o-exampleorgid/{}", UNITS[index]),
            None,
        ),
        Some(member) => {
            let target = format!("account/o-exampleorgid/{}", account(member));
            let parent = baseline_arn(&format!("OU{}", member % UNITS.len()));
            baseline(&format!("ACCOUNT{member}"), &target, Some(&parent))
        }
    });
    json!({"enabledBaselines": baselines.collect::<Vec<_>>(), "nextToken": next})
}

fn baseline_arn(name: &str) -> String {
    format!("arn:aws:controltower:us-east-1:{MANAGEMENT}:enabledbaseline/{name}")
}

/// One row of `ListEnabledBaselines`.
pub fn baseline(name: &str, target: &str, parent: Option<&str>) -> serde_json::Value {
    json!({
        "arn": baseline_arn(name),
        "baselineIdentifier": "arn:aws:controltower:us-east-1::baseline/17BSJV3IGJ2QSGA2",
        "targetIdentifier": format!("arn:aws:organizations::{MANAGEMENT}:{target}"),
        "parentIdentifier": parent,
        "statusSummary": {"status": "SUCCEEDED"},
    })
}

/// Of `DescribeStacks`.
pub fn stack(status: &str) -> String {
    format!(
        "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>trusted-access</StackName>\
         <StackStatus>{status}</StackStatus><CreationTime>2026-01-02T03:04:05Z</CreationTime><Parameters><member>\
         <ParameterKey>ScheduleExpression</ParameterKey><ParameterValue>rate(1 hour)</ParameterValue></member>\
         </Parameters></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
    )
}

/// Of `DescribeStackResources`.
pub fn resources() -> String {
    let member = |logical: &str, kind: &str, physical: &str| {
        format!(
            "<member><LogicalResourceId>{logical}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
             <Timestamp>2026-01-02T03:04:05Z</Timestamp><ResourceType>AWS::{kind}</ResourceType>\
             <ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>"
        )
    };
    format!(
        "<DescribeStackResourcesResponse><DescribeStackResourcesResult><StackResources>{}{}{}</StackResources>\
         </DescribeStackResourcesResult></DescribeStackResourcesResponse>",
        member(
            "Function",
            "Lambda::Function",
            "trusted-access-Function-1A2B3C4D"
        ),
        member(
            "FunctionLogGroup",
            "Logs::LogGroup",
            "/controltower-trusted-access/trusted-access"
        ),
        ALARMS
            .map(|name| member(name, "CloudWatch::Alarm", name))
            .concat(),
    )
}

/// Of `DescribeAlarms`, where that one rings.
pub fn alarms(ringing: &str) -> serde_json::Value {
    let alarm = |name: &str| {
        let state = if name == ringing { "ALARM" } else { "OK" };
        json!({"AlarmName": name, "StateValue": state, "ActionsEnabled": true})
    };
    json!({"MetricAlarms": ALARMS.map(alarm)})
}

/// Of `GetFunctionConfiguration`, with these variables and a foreign one.
pub fn function(variables: &serde_json::Value) -> serde_json::Value {
    let mut variables = variables.clone();
    variables["SOMEBODY_ELSES"] = FOREIGN_VARIABLE.into();
    json!({
        "FunctionName": "trusted-access-Function-1A2B3C4D", "Runtime": "provided.al2023", "State": "Active",
        "LastUpdateStatus": "Successful", "Architectures": ["arm64"], "Environment": {"Variables": variables},
    })
}

/// A line of the log: a report in sync.
pub fn report() -> serde_json::Value {
    line(
        &json!({"timestamp": "2026-11-24T20:00:00.000000Z", "level": "INFO", "message": "reconciled", "outcome": "InSync"}),
    )
}

/// A line of the log, written now.
pub fn line(line: &serde_json::Value) -> serde_json::Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    json!({"timestamp": u64::try_from(now.as_millis()).unwrap(), "message": line.to_string()})
}
