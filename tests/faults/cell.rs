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

/// What the template gives a run, the second where it asks for the landing zone.
const TIME: [Duration; 2] = [Duration::from_secs(120), Duration::from_secs(160)];
const OTHERS: [&str; 2] = ["sso.amazonaws.com", "config.amazonaws.com"];

/// The two services, each on a server of its own: one may be out of reach while the other is not.
struct World {
    organizations: ScriptedOrganizations,
    control_tower: ScriptedOrganizations,
}

impl World {
    /// What was called since it was last forgotten, in order.
    fn operations(&self) -> Vec<String> {
        let mut calls = self.organizations.calls();
        calls.extend(self.control_tower.calls());
        calls.sort_by_key(|call| call.at);
        calls.into_iter().map(|call| call.operation).collect()
    }

    fn heal(&self) {
        self.organizations.heal();
        self.control_tower.heal();
    }

    fn forget_calls(&self) {
        self.organizations.forget_calls();
        self.control_tower.forget_calls();
    }
}

/// What is not as it should be.
pub fn check(cell: &Cell) -> Result<(), String> {
    let (fault, target, expected) = (&cell.row.fault, cell.target, cell.expected);
    let authority = Authority::new();
    let bundle = NamedFile::holding(&authority.pem());
    let world = world(fault, target, &authority);
    arrange(&world, fault, target);
    let function = start(&world, fault, target, bundle.path());

    let started = Instant::now();
    let time = TIME[usize::from(target.asks())];
    let answer = function.invoke_within("{}", time);
    if started.elapsed() >= time {
        return Err("answered after its deadline".to_owned());
    }
    let calls = world.operations();
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
        _ => recovers(&world, &function, target),
    }
}

/// The same process, once nothing is wrong any more.
fn recovers(world: &World, function: &Function, target: Target) -> Result<(), String> {
    let time = TIME[usize::from(target.asks())];
    world.heal();
    if target == Target::ZoneBeforeDisable {
        world.control_tower.no_landing_zone();
    }
    let next = function.invoke_within("{}", time);
    if answer_is_error(&next) {
        return Err(format!("the next invocation failed: {next:?}"));
    }
    if world.organizations.has(CONTROL_TOWER) == target.disables() {
        return Err("the next invocation did not converge".to_owned());
    }
    world.forget_calls();
    let last = function.invoke_within("{}", time);
    if named(&last) == "InSync" {
        Ok(())
    } else {
        Err(format!(
            "the run after the next one is not InSync: {last:?}"
        ))
    }
}

/// Drifted, so that a read that was mistaken for "disabled" would lead to a write.
fn world(fault: &Fault, target: Target, authority: &Authority) -> World {
    let [first, second] = OTHERS;
    let pages: &[&[&str]] = match (target, fault) {
        (target, _) if target.disables() => &[&[first, CONTROL_TOWER]],
        (Target::LaterPage, Fault::EmptyPages) => &[&[first], &[], &[second]],
        (_, Fault::EmptyPages) => &[&[], &[first]],
        (Target::LaterPage, _) => &[&[first], &[second]],
        _ => &[&[first]],
    };
    let serve = |pages| {
        if let Fault::Obstacle(_) = fault {
            ScriptedOrganizations::with_pages_behind_tls(pages, authority)
        } else {
            ScriptedOrganizations::with_pages(pages)
        }
    };
    let (organizations, control_tower) = (serve(pages), serve(&[]));
    // Before the list of landing zones permits to disable, there must be none.
    if target != Target::ZonesBeforeDisable {
        control_tower.landing_zone(&json!({
            "arn": "arn:aws:controltower:eu-west-1:111122223333:landingzone/X",
            "version": "3.3",
        }));
    }
    World {
        organizations,
        control_tower,
    }
}

fn arrange(world: &World, fault: &Fault, target: Target) {
    let (operation, earlier) = match target {
        Target::FirstPage => (LIST, 0),
        Target::ZonesBeforeEnable | Target::ZonesBeforeDisable => (LIST_ZONES, 0),
        Target::ZoneBeforeEnable | Target::ZoneBeforeDisable => (GET_ZONE, 0),
        Target::LaterPage | Target::Verify => (LIST, 1),
        Target::Enable => (ENABLE, 0),
        Target::Disable => (DISABLE, 0),
    };
    let server = if target.asks() {
        &world.control_tower
    } else {
        &world.organizations
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
            Target::FirstPage | Target::ZonesBeforeEnable | Target::ZonesBeforeDisable => {
                server.obstruct(*obstacle);
            }
            Target::LaterPage | Target::Enable | Target::Disable => {
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

fn start(world: &World, fault: &Fault, target: Target, bundle: &str) -> Function {
    let binary = std::env::var("BOOTSTRAP")
        .unwrap_or_else(|_| env!("CARGO_BIN_EXE_controltower-trusted-access").to_owned());
    let organizations = world.organizations.endpoint();
    let control_tower = world.control_tower.endpoint();
    let mut environment = vec![("AWS_ENDPOINT_URL_ORGANIZATIONS", organizations.as_str())];
    if let Fault::Obstacle(_) = fault {
        environment.push(("AWS_CA_BUNDLE", bundle));
    }
    if target.asks() {
        environment.extend([
            ("LANDING_ZONE_REGION", "eu-west-1"),
            ("AWS_ENDPOINT_URL_CONTROLTOWER", control_tower.as_str()),
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
