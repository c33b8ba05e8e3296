//! One cell: a run of the built binary with a fault at one call, and two runs after it.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::function::{Function, binary};
use crate::support::scripted_organizations::{
    CONTROL_TOWER, DISABLE, ENABLE, GET_ZONE, LIST, LIST_OPERATIONS, LIST_ZONES, Reply,
    ScriptedOrganizations,
};
use crate::support::temp_file::TempFile;
use crate::support::tls::Authority;
use crate::table::{Cell, Fault, Target};

/// The function's timeout in the template, without and with `LANDING_ZONE_REGION`.
const TIMEOUTS: [Duration; 2] = [Duration::from_mins(2), Duration::from_secs(160)];
const OTHERS: [&str; 2] = ["sso.amazonaws.com", "config.amazonaws.com"];

/// The two services, each on its own server, so that one can be unreachable while the other is not.
struct ScriptedAws {
    organizations: ScriptedOrganizations,
    control_tower: ScriptedOrganizations,
}

impl ScriptedAws {
    /// Returns the operations that were called, in order.
    fn operations(&self) -> Vec<String> {
        let mut calls = self.organizations.calls();
        calls.extend(self.control_tower.calls());
        calls.sort_by_key(|call| call.at);
        calls.into_iter().map(|call| call.operation).collect()
    }

    fn reset(&self) {
        self.organizations.reset();
        self.control_tower.reset();
    }

    fn forget_calls(&self) {
        self.organizations.forget_calls();
        self.control_tower.forget_calls();
    }
}

/// Runs the cell.
///
/// # Errors
/// If a result is not as expected.
pub fn check(cell: &Cell) -> Result<(), String> {
    let (fault, target, expected) = (&cell.row.fault, cell.target, cell.expected);
    let authority = Authority::new();
    let bundle = TempFile::with_content(&authority.pem());
    let aws = scripted_aws(fault, target, &authority);
    script(&aws, fault, target);
    let function = start(&aws, fault, target, bundle.path());

    let started = Instant::now();
    let timeout = TIMEOUTS[usize::from(target.is_of_landing_zone())];
    let result = function.invoke_within("{}", timeout);
    if started.elapsed() >= timeout {
        return Err("the result came after the deadline".to_owned());
    }
    let calls = aws.operations();
    let actual = format!(
        "{}: {}",
        result.outcome_or_error_type(),
        abbreviated(&calls)
    );
    if !matches(expected, &actual) {
        return Err(format!("{actual:?} instead of {expected:?}: {result:?}"));
    }
    if matches!(target, Target::FirstPage | Target::LaterPage)
        && result.is_error()
        && calls.iter().any(|call| call != LIST)
    {
        return Err(format!("a write followed a failed read: {actual}"));
    }
    match fault {
        Fault::Environment(_) => Ok(()),
        _ => recovers(&aws, &function, target),
    }
}

/// Runs the same process twice without the fault.
fn recovers(aws: &ScriptedAws, function: &Function, target: Target) -> Result<(), String> {
    let timeout = TIMEOUTS[usize::from(target.is_of_landing_zone())];
    aws.reset();
    if target == Target::ZoneBeforeDisable {
        aws.control_tower.remove_landing_zone();
    }
    let next = function.invoke_within("{}", timeout);
    if next.is_error() {
        return Err(format!("the next invocation failed: {next:?}"));
    }
    if aws.organizations.has(CONTROL_TOWER) == target.disables() {
        return Err("the next invocation did not converge".to_owned());
    }
    aws.forget_calls();
    let last = function.invoke_within("{}", timeout);
    if last.outcome_or_error_type() == "InSync" {
        Ok(())
    } else {
        Err(format!(
            "the run after the next one is not InSync: {last:?}"
        ))
    }
}

/// Returns both services, with trusted access drifted, so that a failed read that counts as *disabled* would lead to a
/// write.
fn scripted_aws(fault: &Fault, target: Target, authority: &Authority) -> ScriptedAws {
    let [first, second] = OTHERS;
    let pages: &[&[&str]] = match (target, fault) {
        (target, _) if target.disables() => &[&[first, CONTROL_TOWER]],
        (Target::LaterPage, Fault::EmptyPages) => &[&[first], &[], &[second]],
        (_, Fault::EmptyPages) => &[&[], &[first]],
        (Target::LaterPage, _) => &[&[first], &[second]],
        _ => &[&[first]],
    };
    let serve = |pages| {
        if let Fault::Connection(_) = fault {
            ScriptedOrganizations::with_pages_and_tls(pages, authority)
        } else {
            ScriptedOrganizations::with_pages(pages)
        }
    };
    let (organizations, control_tower) = (serve(pages), serve(&[]));
    // An empty list of landing zones permits disabling.
    if target != Target::ZonesBeforeDisable {
        control_tower.set_landing_zone(&json!({
            "arn": "arn:aws:controltower:eu-west-1:111122223333:landingzone/X",
            "version": "3.3",
        }));
    }
    ScriptedAws {
        organizations,
        control_tower,
    }
}

fn script(aws: &ScriptedAws, fault: &Fault, target: Target) {
    let (operation, earlier) = match target {
        Target::FirstPage => (LIST, 0),
        Target::ZonesBeforeEnable | Target::ZonesBeforeDisable => (LIST_ZONES, 0),
        Target::ZoneBeforeEnable | Target::ZoneBeforeDisable => (GET_ZONE, 0),
        Target::OperationsBeforeEnable => (LIST_OPERATIONS, 0),
        Target::LaterPage | Target::Verify => (LIST, 1),
        Target::Enable => (ENABLE, 0),
        Target::Disable => (DISABLE, 0),
    };
    let server = if target.is_of_landing_zone() {
        &aws.control_tower
    } else {
        &aws.organizations
    };
    let normal = || vec![Reply::Normal; earlier];
    match fault {
        Fault::Once(reply) => {
            server.script(operation, normal().into_iter().chain([reply.clone()]));
        }
        Fault::Always(reply) => {
            server
                .script(operation, normal())
                .always(operation, reply.clone());
        }
        Fault::Connection(fault) => match target {
            Target::FirstPage | Target::ZonesBeforeEnable | Target::ZonesBeforeDisable => {
                server.break_connections(*fault);
            }
            Target::LaterPage | Target::Enable | Target::Disable => {
                server.script(LIST, [Reply::NormalThen(*fault)]);
            }
            Target::ZoneBeforeEnable | Target::ZoneBeforeDisable => {
                server.script(LIST_ZONES, [Reply::NormalThen(*fault)]);
            }
            Target::OperationsBeforeEnable => {
                server.script(GET_ZONE, [Reply::NormalThen(*fault)]);
            }
            Target::Verify => {
                server.script(ENABLE, [Reply::NormalThen(*fault)]);
            }
        },
        Fault::Stale(reads) => {
            server.stale_reads_after_a_write(*reads);
        }
        Fault::EmptyPages | Fault::Environment(_) => {}
    }
}

fn start(aws: &ScriptedAws, fault: &Fault, target: Target, bundle: &str) -> Function {
    let organizations = aws.organizations.endpoint();
    let control_tower = aws.control_tower.endpoint();
    let mut environment = vec![("AWS_ENDPOINT_URL_ORGANIZATIONS", organizations.as_str())];
    if let Fault::Connection(_) = fault {
        environment.push(("AWS_CA_BUNDLE", bundle));
    }
    if target.is_of_landing_zone() {
        environment.extend([
            ("LANDING_ZONE_REGION", "eu-west-1"),
            ("AWS_ENDPOINT_URL_CONTROLTOWER", control_tower.as_str()),
        ]);
    }
    if target.disables() {
        environment.extend([("DESIRED_STATE", "disabled"), ("ALLOW_DISABLE", "true")]);
    }
    if let Fault::Environment(variables) = fault {
        environment.extend(*variables);
    }
    Function::start(&binary(), &environment)
}

/// Returns the letter of an operation in the table.
fn letter(operation: &str) -> &'static str {
    match operation {
        LIST => "L",
        ENABLE => "E",
        DISABLE => "D",
        LIST_ZONES => "Z",
        GET_ZONE => "G",
        LIST_OPERATIONS => "O",
        _ => "?",
    }
}

/// Returns `L2 E L` for two reads, a write and a read.
fn abbreviated(calls: &[String]) -> String {
    let runs = calls.chunk_by(|one, next| one == next).map(|run| {
        let letter = letter(&run[0]);
        if run.len() == 1 {
            letter.to_owned()
        } else {
            format!("{letter}{}", run.len())
        }
    });
    runs.collect::<Vec<_>>().join(" ")
}

/// Returns whether the calls are as expected. A `+` matches any number of one call.
fn matches(expected: &str, actual: &str) -> bool {
    let (expected, actual) = (expected.split(' '), actual.split(' '));
    let is_same = |(expected, actual): (&str, &str)| match expected.strip_suffix('+') {
        None => expected == actual,
        Some(letter) => actual
            .strip_prefix(letter)
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())),
    };
    expected.clone().count() == actual.clone().count() && expected.zip(actual).all(is_same)
}
