//! The command-line arguments.

use std::num::NonZeroUsize;

use clap::builder::UnknownArgumentValueParser;
use clap::{Arg, ArgAction, Args, Parser, Subcommand};

use crate::code_sha256::CodeSha256;
use crate::outages::time::Time;
use crate::suggestion;

/// The role that Control Tower creates in every account that it enrolls.
const EXECUTION_ROLE: &str = "AWSControlTowerExecution";

const EXIT_CODES: &str = "\
Examples:
  trusted-access-doctor                         Check everything with the default credentials
  trusted-access-doctor --profile management    Check with a profile's credentials
  trusted-access-doctor --json > doctor.json    Check, and write the results for a script
  trusted-access-doctor outages                 List what Control Tower missed in 90 days

Exit codes:
  0    Every check that was made is healthy
  1    At least one check has a problem
  2    No check has a problem, but something could not be checked; or an argument is invalid,
       or the output could not be written
  130  Interrupted with Ctrl-C, after printing the results so far

A closed pipe, such as that of `| head`, does not change the exit code.";

const OUTAGES_EXIT_CODES: &str = "\
Examples:
  trusted-access-doctor outages                                 List the outages of 90 days
  trusted-access-doctor outages --since 2026-11-20T00:00:00Z    Only those after this time

Exit codes:
  0    Trusted access was on all the time, and the whole history was read
  1    Trusted access was off at least once
  2    No outage is known, but something could not be read; or an argument is invalid,
       or the output could not be written
  130  Interrupted with Ctrl-C, after printing the results so far

A closed pipe, such as that of `| head`, does not change the exit code.";

/// Checks if AWS Control Tower's trusted access, and the function that keeps it, can work.
/// It only reads, and changes nothing in AWS.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "trusted-access-doctor",
    version,
    after_help = EXIT_CODES,
    args_conflicts_with_subcommands = true
)]
pub struct Arguments {
    /// The command; `check` if it is left out.
    #[command(subcommand)]
    command: Option<Command>,
    /// The arguments of `check` if the command is left out.
    #[command(flatten)]
    check: CheckArguments,
}

impl Arguments {
    /// Returns the command with its arguments.
    pub fn into_command(self) -> Command {
        self.command.unwrap_or(Command::Check(self.check))
    }
}

/// The commands.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Checks everything that the function depends on; the default command
    #[command(after_help = EXIT_CODES)]
    Check(CheckArguments),
    /// Lists when trusted access was off, what Control Tower missed, and what to do; changes nothing in AWS
    #[command(after_help = OUTAGES_EXIT_CODES)]
    Outages(OutageArguments),
}

/// The arguments of `check`.
#[derive(Debug, Clone, Args)]
#[command(arg = removed_no_roles())]
pub struct CheckArguments {
    /// The arguments of all commands.
    #[command(flatten)]
    pub common: CommonArguments,
    /// The Region of the stack [default: the Region that receives the events of AWS Organizations]
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub region: Option<String>,
    /// The stack of the function [default: controltower-trusted-access, if there is one]
    #[arg(long, value_name = "NAME", value_parser = stack_name)]
    pub stack_name: Option<String>,
    /// Print only the commands that repair the problems, one per line. Read the table first: a command may not fit
    #[arg(long, conflicts_with = "json")]
    pub fix_hints: bool,
    /// The SHA-256 that the function's code must have, in hexadecimal or base64
    #[arg(long, value_name = "SHA256")]
    pub expect_code_sha256: Option<CodeSha256>,
    /// Assume the role of Control Tower in each enrolled account, to see if it exists and trusts this caller. CloudTrail
    /// records that in each account
    #[arg(long)]
    pub roles: bool,
    /// The role to assume in each enrolled account
    #[arg(long, value_name = "NAME", default_value = EXECUTION_ROLE, value_parser = role_name, requires = "roles")]
    pub role_name: String,
    /// Assume the role only in these accounts: account IDs of 12 digits, separated by commas
    #[arg(long, value_name = "IDS", value_delimiter = ',', value_parser = account_id, requires = "roles")]
    pub accounts: Vec<String>,
    /// In how many accounts to assume the role at a time, 1 to 100
    #[arg(long, value_name = "N", default_value = "5", value_parser = concurrency, requires = "roles")]
    pub concurrency: NonZeroUsize,
}

/// The option of 0.1.0's development that is the default now. With a suggestion of its own, because the most similar
/// option is its opposite.
fn removed_no_roles() -> Arg {
    let tip = "leave it out: without '--roles' the doctor assumes no role";
    Arg::new("no-roles")
        .long("no-roles")
        .action(ArgAction::SetTrue)
        .value_parser(UnknownArgumentValueParser::suggest(tip))
        .hide(true)
}

/// The arguments of all commands.
#[derive(Debug, Clone, Args)]
pub struct CommonArguments {
    /// The profile of the AWS configuration [default: environment variables and the default profile]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The home Region of the landing zone [default: --region if there is one, else the Region of the profile]
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub landing_zone_region: Option<String>,
    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,
    /// The rate of the lookups in CloudTrail. The default is its quota; the tests, which do not have it, are faster.
    #[arg(long, hide = true, default_value = "2")]
    pub lookups_per_second: u32,
}

/// The arguments of `outages`.
#[derive(Debug, Clone, Args)]
pub struct OutageArguments {
    /// The arguments of all commands.
    #[command(flatten)]
    pub common: CommonArguments,
    /// List the outages after this time, such as 2026-11-20T10:00:00Z [default: 90 days ago]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub since: Option<Time>,
    /// List the outages before this time [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub until: Option<Time>,
    /// The current time, for tests and for the example in the documentation [default: this machine's clock]
    #[arg(long, hide = true, value_name = "TIME", value_parser = time)]
    pub now: Option<Time>,
}

fn region(text: &str) -> Result<String, String> {
    let is_region = text.split('-').count() >= 3
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && text.ends_with(|last: char| last.is_ascii_digit());
    let error = suggestion::error("not a Region such as us-east-1", suggestion::region(text));
    validate(text, is_region, &error)
}

fn account_id(text: &str) -> Result<String, String> {
    let is_account_id = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let suggestion = suggestion::account_id(text);
    let error = suggestion::error("not an account ID of 12 digits", suggestion);
    validate(text, is_account_id, &error)
}

/// Accepts the names that IAM accepts:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html>
fn role_name(text: &str) -> Result<String, String> {
    let is_role_name = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte));
    validate(
        text,
        is_role_name,
        "not a role name: 1 to 64 letters, digits and _+=,.@-",
    )
}

/// Accepts the names that CloudFormation accepts, and no ARN: the names of the alarms start with the stack's name.
fn stack_name(text: &str) -> Result<String, String> {
    let is_stack_name = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.len() <= 128
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    validate(
        text,
        is_stack_name,
        "not a stack name: a letter, then letters, digits and hyphens",
    )
}

fn concurrency(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|n: &NonZeroUsize| n.get() <= 100);
    number.ok_or_else(|| "not a number from 1 to 100".to_owned())
}

fn time(text: &str) -> Result<Time, String> {
    Time::parse(text).ok_or_else(|| {
        let suggestion = suggestion::time(text, |text| Time::parse(text).is_some());
        suggestion::error(
            "not an RFC 3339 time such as 2026-11-20T10:00:00Z",
            suggestion,
        )
    })
}

fn validate(text: &str, is_valid: bool, error: &str) -> Result<String, String> {
    if is_valid {
        Ok(text.to_owned())
    } else {
        Err(error.to_owned())
    }
}

#[cfg(test)]
#[path = "arguments_tests.rs"]
mod tests;
