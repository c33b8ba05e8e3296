use clap::error::ErrorKind;

use super::*;

fn parse(arguments: &[&str]) -> Result<Command, clap::Error> {
    let arguments = Arguments::try_parse_from([&["trusted-access-doctor"], arguments].concat())?;
    Ok(arguments.into_command())
}

fn parse_check(arguments: &[&str]) -> CheckArguments {
    match parse(arguments).unwrap() {
        Command::Check(check) => check,
        Command::Outages(_) => panic!("the command is check"),
    }
}

#[test]
fn check_is_the_default_command_and_has_the_same_arguments() {
    for arguments in [&[][..], &["--json"], &["--roles", "--concurrency", "9"]] {
        let named = parse_check(&[&["check"], arguments].concat());
        let default = parse_check(arguments);
        assert_eq!(format!("{named:?}"), format!("{default:?}"));
    }
}

#[test]
fn no_role_is_assumed_unless_roles_is_given_and_then_control_towers_five_at_a_time() {
    assert!(!parse_check(&[]).roles);
    let arguments = parse_check(&["--roles"]);
    assert!(arguments.roles);
    assert_eq!(arguments.role_name, EXECUTION_ROLE);
    assert_eq!(arguments.concurrency.get(), 5);
    assert!(arguments.accounts.is_empty());
}

#[test]
fn the_options_of_the_roles_need_roles() {
    for option in [
        ["--role-name", "Other"],
        ["--accounts", "111122223333"],
        ["--concurrency", "9"],
    ] {
        let error = parse(&option).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MissingRequiredArgument);
        assert!(error.to_string().contains("--roles"), "{error}");
        assert!(parse(&[&option[..], &["--roles"]].concat()).is_ok());
    }
}

#[test]
fn the_removed_option_no_roles_is_an_error_that_says_that_it_is_the_default() {
    for arguments in [&["--no-roles"][..], &["check", "--no-roles"]] {
        let error = parse(arguments).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownArgument);
        let message = error.to_string();
        assert!(
            message.contains("unexpected argument '--no-roles'"),
            "{message}"
        );
        assert!(message.contains("tip: leave it out"), "{message}");
    }
}

#[test]
fn account_ids_are_separated_by_commas_or_given_one_by_one() {
    for arguments in [
        &["--roles", "--accounts", "111122223333,444455556666"][..],
        &[
            "--roles",
            "--accounts",
            "111122223333",
            "--accounts",
            "444455556666",
        ],
    ] {
        assert_eq!(
            parse_check(arguments).accounts,
            ["111122223333", "444455556666"]
        );
    }
}

#[test]
fn outages_has_arguments_of_its_own_and_rejects_those_of_the_checks() {
    let since = ["outages", "--since", "2026-11-20T11:00:00+01:00", "--json"];
    let Command::Outages(outages) = parse(&since).unwrap() else {
        panic!("the command is outages");
    };
    assert_eq!(outages.since, Time::parse("2026-11-20T10:00:00Z"));
    assert!(outages.common.json);
    assert_eq!(outages.common.lookups_per_second, 2);
    for invalid in [
        ["outages", "--since", "yesterday"],
        ["outages", "--until", "2026-11-20"],
        ["outages", "--stack-name", "one"],
        ["outages", "--region", "us-east-1"],
    ] {
        assert!(parse(&invalid).is_err(), "{invalid:?}");
    }
}

#[test]
fn invalid_arguments_are_rejected() {
    for invalid in [
        ["--accounts", "11112222333"],
        ["--accounts", "111122223333,x"],
        ["--accounts", "١١١١٢٢٢٢٣٣٣٣"],
        ["--concurrency", "0"],
        ["--concurrency", "101"],
        ["--concurrency", "many"],
        ["--region", "us-east"],
        ["--region", "US-EAST-1"],
        ["--landing-zone-region", "https://example.com"],
        ["--role-name", ""],
        ["--role-name", "a/b"],
        ["--stack-name", "arn:aws:x"],
        ["--stack-name", "1a"],
        ["--since", "2026-11-20T10:00:00Z"],
        ["--json", "outages"],
    ] {
        // With --roles, which the options of the roles need.
        let with_roles = [&["--roles"], &invalid[..]].concat();
        assert!(parse(&with_roles).is_err(), "{invalid:?}");
    }
}
