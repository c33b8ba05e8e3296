//! One cell: a run of the built binary with a fault at one call, and the runs after it.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::fake_lambda::{Answer, Function};
use crate::support::named_file::NamedFile;
use crate::support::scripted_organizations::{
    CONTROL_TOWER, DISABLE, ENABLE, GET_ZONE, LIST, LIST_ZONES, Reply, ScriptedOrganizations,
};
use crate::support::tls::Authority;
use crate::table::{Cell, Fault, Target};

/// What the template gives a run.
const TIME: Duration = Duration::from_mins(2);
const OTHERS: [&str; 2] = ["sso.amazonaws.com", "config.amazonaws.com"];

/// What is not as it should be.
pub fn check(cell: &Cell) -> Result<(), String> {
    let (fault, target, expected) = (&cell.row.fault, cell.target, cell.expected);
    let authority = Authority::new();
    let bundle = NamedFile::holding(&authority.pem());
    let server = world(fault, target, &authority);
    arrange(&server, fault, target);
    let function = start(&server, fault, target, bundle.path());

    let started = Instant::now();
    let answer = function.invoke_within("{}", TIME);
    if started.elapsed() >= TIME {
        return Err("answered after its deadline".to_owned());
    }
    let calls = server.operations();
    let seen = format!("{}: {}", named(&answer), abbreviated(&calls));
    if !matches(expected, &seen) {
        return Err(format!("{seen:?} instead of {expected:?}: {answer:?}"));
    }
    if matches!(target, Target::FirstPage | Target::LaterPage)
        && answer_is_error(&answer)
        && calls.iter().any(|call| call != LIST)
    {
        return Err(format!("a write followed a read that failed: {seen}"));
    }
    match fault {
        Fault::Environment(_) => Ok(()),
        _ => recovers(&server, &function, target),
    }
}

/// The same process, once nothing is wrong any more.
fn recovers(
    server: &ScriptedOrganizations,
    function: &Function,
    target: Target,
) -> Result<(), String> {
    server.heal();
    if target == Target::ZoneBeforeDisable {
        server.no_landing_zone();
    }
    let next = function.invoke_within("{}", TIME);
    if answer_is_error(&next) {
        return Err(format!("the next invocation failed: {next:?}"));
    }
    if server.has(CONTROL_TOWER) == target.disables() {
        return Err("the next invocation did not converge".to_owned());
    }
    server.forget_calls();
    let last = function.invoke_within("{}", TIME);
    if named(&last) == "InSync" {
        Ok(())
    } else {
        Err(format!(
            "the run after the next one is not InSync: {last:?}"
        ))
    }
}

/// Drifted, so that a read that was mistaken for "disabled" would lead to a write.
fn world(fault: &Fault, target: Target, authority: &Authority) -> ScriptedOrganizations {
    let [first, second] = OTHERS;
    let pages: &[&[&str]] = match (target, fault) {
        (target, _) if target.disables() => &[&[first, CONTROL_TOWER]],
        (Target::LaterPage, Fault::EmptyPages) => &[&[first], &[], &[second]],
        (_, Fault::EmptyPages) => &[&[], &[first]],
        (Target::LaterPage, _) => &[&[first], &[second]],
        _ => &[&[first]],
    };
    let server = if let Fault::Obstacle(_) = fault {
        ScriptedOrganizations::with_pages_behind_tls(pages, authority)
    } else {
        ScriptedOrganizations::with_pages(pages)
    };
    // Before the list of landing zones permits to disable, there must be none.
    if target != Target::ZonesBeforeDisable {
        server.landing_zone(&json!({"arn": "arn:aws:controltower:eu-west-1:111122223333:landingzone/X", "version": "3.3"}));
    }
    server
}

fn arrange(server: &ScriptedOrganizations, fault: &Fault, target: Target) {
    let (operation, earlier) = match target {
        Target::FirstPage => (LIST, 0),
        Target::ZonesBeforeEnable | Target::ZonesBeforeDisable => (LIST_ZONES, 0),
        Target::ZoneBeforeEnable | Target::ZoneBeforeDisable => (GET_ZONE, 0),
        Target::LaterPage | Target::Verify => (LIST, 1),
        Target::Enable => (ENABLE, 0),
        Target::Disable => (DISABLE, 0),
    };
    let honest = || vec![Reply::Honest; earlier];
    match fault {
        Fault::Once(reply) => {
            server.script(operation, honest().into_iter().chain([reply.clone()]));
        }
        Fault::Forever(reply) => {
            server
                .script(operation, honest())
                .forever(operation, reply.clone());
        }
        Fault::Obstacle(obstacle) => match target {
            Target::FirstPage => server.obstruct(*obstacle),
            Target::LaterPage
            | Target::Enable
            | Target::Disable
            | Target::ZonesBeforeEnable
            | Target::ZonesBeforeDisable => {
                server.script(LIST, [Reply::HonestThen(*obstacle)]);
            }
            Target::ZoneBeforeEnable | Target::ZoneBeforeDisable => {
                server.script(LIST_ZONES, [Reply::HonestThen(*obstacle)]);
            }
            Target::Verify => {
                server.script(ENABLE, [Reply::HonestThen(*obstacle)]);
            }
        },
        Fault::Stale(reads) => {
            server.stale_reads_after_a_write(*reads);
        }
        Fault::EmptyPages | Fault::Environment(_) => {}
    }
}

fn start(server: &ScriptedOrganizations, fault: &Fault, target: Target, bundle: &str) -> Function {
    let binary = std::env::var("BOOTSTRAP")
        .unwrap_or_else(|_| env!("CARGO_BIN_EXE_controltower-trusted-access").to_owned());
    let endpoint = server.endpoint();
    let mut environment = vec![("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.as_str())];
    if let Fault::Obstacle(_) = fault {
        environment.push(("AWS_CA_BUNDLE", bundle));
    }
    if target.asks() {
        environment.extend([
            ("LANDING_ZONE_REGION", "eu-west-1"),
            ("AWS_ENDPOINT_URL_CONTROLTOWER", endpoint.as_str()),
        ]);
    }
    if target.disables() {
        environment.extend([("DESIRED_STATE", "disabled"), ("ALLOW_DISABLE", "true")]);
    }
    if let Fault::Environment(more) = fault {
        environment.extend(*more);
    }
    Function::start(Path::new(&binary), &environment)
}

fn answer_is_error(answer: &Answer) -> bool {
    matches!(answer, Answer::Error { .. })
}

fn named(answer: &Answer) -> &str {
    match answer {
        Answer::Response(_) => answer.outcome(),
        Answer::Error { error_type, .. } => error_type,
    }
}

/// The letter that stands for an operation in the table.
fn letter(operation: &str) -> &'static str {
    match operation {
        LIST => "L",
        ENABLE => "E",
        DISABLE => "D",
        LIST_ZONES => "Z",
        GET_ZONE => "G",
        _ => "?",
    }
}

/// `L2 E L` for two reads, a write and a read.
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

/// A `+` stands for any number of a call.
fn matches(expected: &str, seen: &str) -> bool {
    let (expected, seen) = (expected.split(' '), seen.split(' '));
    let is = |(expected, seen): (&str, &str)| match expected.strip_suffix('+') {
        None => expected == seen,
        Some(letter) => seen
            .strip_prefix(letter)
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())),
    };
    expected.clone().count() == seen.clone().count() && expected.zip(seen).all(is)
}
