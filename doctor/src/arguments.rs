//! The command line.

use std::num::NonZeroUsize;

use clap::Parser;

/// The role that Control Tower puts into every account that it enrolls.
const EXECUTION_ROLE: &str = "AWSControlTowerExecution";

/// Finds out in one command why AWS Control Tower's trusted access, and the function that keeps it,
/// would not work. Changes nothing anywhere.
///
/// Exit code: 1 where a problem was found; else 2 where something could not be checked; else 0.
/// A bad argument is 2 as well.
#[derive(Debug, Clone, Parser)]
#[command(name = "trusted-access-doctor", version)]
pub struct Arguments {
    /// The profile of the AWS configuration to use; else the usual environment and files
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The Region of the function's stack; else the one in which Organizations' events arrive
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub region: Option<String>,
    /// The home Region of the landing zone; else --region, else the profile's Region
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub landing_zone_region: Option<String>,
    /// The role to ask for in each enrolled account
    #[arg(long, value_name = "NAME", default_value = EXECUTION_ROLE, value_parser = role_name)]
    pub role_name: String,
    /// Ask only these accounts for the role: numbers of 12 digits with commas between them
    #[arg(long, value_name = "IDS", value_delimiter = ',', value_parser = account)]
    pub accounts: Vec<String>,
    /// How many accounts are asked at the same time, 1 to 100
    #[arg(long, value_name = "N", default_value = "20", value_parser = concurrency)]
    pub concurrency: NonZeroUsize,
    /// The function's stack; without it the deployment is not looked at
    #[arg(long, value_name = "NAME", value_parser = stack_name)]
    pub stack_name: Option<String>,
    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,
    /// Do not ask any account for the role
    #[arg(long)]
    pub no_roles: bool,
}

fn region(text: &str) -> Result<String, String> {
    let is_region = text.split('-').count() >= 3
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && text.ends_with(|last: char| last.is_ascii_digit());
    checked(text, is_region, "is no Region such as us-east-1")
}

fn account(text: &str) -> Result<String, String> {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    checked(text, is_account, "is no account number of 12 digits")
}

/// As IAM has it: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html>
fn role_name(text: &str) -> Result<String, String> {
    let is_name = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte));
    checked(
        text,
        is_name,
        "is no role name: 1 to 64 letters, digits and _+=,.@-",
    )
}

/// As CloudFormation has it; an ARN is none, since the alarms are found by the name.
fn stack_name(text: &str) -> Result<String, String> {
    let is_name = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.len() <= 128
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    checked(
        text,
        is_name,
        "is no stack name: a letter, then letters, digits and hyphens",
    )
}

fn concurrency(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|n: &NonZeroUsize| n.get() <= 100);
    number.ok_or_else(|| "is no number from 1 to 100".to_owned())
}

fn checked(text: &str, holds: bool, otherwise: &str) -> Result<String, String> {
    if holds {
        Ok(text.to_owned())
    } else {
        Err(otherwise.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from([&["trusted-access-doctor"], arguments].concat())
    }

    #[test]
    fn without_arguments_the_role_is_control_towers_and_twenty_are_asked_at_a_time() {
        let arguments = parse(&[]).unwrap();
        assert_eq!(arguments.role_name, EXECUTION_ROLE);
        assert_eq!(arguments.concurrency.get(), 20);
        assert!(arguments.accounts.is_empty());
    }

    #[test]
    fn account_numbers_may_be_given_at_once_or_one_by_one() {
        let arguments = parse(&["--accounts", "111122223333,444455556666"]).unwrap();
        assert_eq!(arguments.accounts, ["111122223333", "444455556666"]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for bad in [
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
        ] {
            assert!(parse(&bad).is_err(), "{bad:?}");
        }
    }
}
