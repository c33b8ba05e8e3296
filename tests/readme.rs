//! What the README says, held against the code.

use controltower_trusted_access::error::ApiErrorKind;

const README: &str = include_str!("../README.md");

#[test]
fn every_error_type_has_a_row_that_says_what_to_do() {
    let of_aws = [
        ApiErrorKind::AccessDenied,
        ApiErrorKind::NotInOrganization,
        ApiErrorKind::Rejected,
        ApiErrorKind::Throttled,
        ApiErrorKind::Conflict,
        ApiErrorKind::Unavailable,
        ApiErrorKind::InvalidResponse,
    ];
    let own = [
        "InvalidConfiguration",
        "InvalidRequest",
        "NotConverged",
        "DeadlineExceeded",
    ];
    let all = of_aws
        .iter()
        .map(ToString::to_string)
        .chain(own.map(str::to_owned));
    for error_type in all {
        let row = README
            .lines()
            .find(|line| line.starts_with(&format!("| `{error_type}` |")));
        assert_eq!(
            row.map(|row| row.matches('|').count()),
            Some(4),
            "{error_type}"
        );
    }
}

/// The order of the table is also a claim: what needs a human first, then what may pass.
#[test]
fn the_first_five_errors_are_the_ones_that_do_not_pass() {
    use controltower_trusted_access::error::Disposition::Permanent;
    let position = |name: &str| README.find(&format!("| `{name}` |")).expect(name);
    let sixth = position("Throttled");
    for kind in [
        ApiErrorKind::AccessDenied,
        ApiErrorKind::NotInOrganization,
        ApiErrorKind::Rejected,
        ApiErrorKind::Throttled,
        ApiErrorKind::Conflict,
        ApiErrorKind::Unavailable,
        ApiErrorKind::InvalidResponse,
    ] {
        let among_the_first = position(&kind.to_string()) < sixth;
        assert_eq!(kind.disposition() == Permanent, among_the_first, "{kind}");
    }
}

#[test]
fn the_variables_of_the_readme_are_those_of_the_template_and_the_code() {
    let template = include_str!("../template.yaml");
    let settings = include_str!("../src/settings.rs");
    for (variable, parameter) in [
        ("DESIRED_STATE", "DesiredState"),
        ("MODE", "Mode"),
        ("ALLOW_DISABLE", "AllowDisable"),
    ] {
        assert!(
            README.contains(&format!("| `{variable}` | `{parameter}` |")),
            "{variable}"
        );
        assert!(
            template.contains(&format!("{variable}: !Ref {parameter}")),
            "{variable}"
        );
        assert!(
            settings.contains(&format!("variable: \"{variable}\"")),
            "{variable}"
        );
    }
}

#[test]
fn the_sandbox_ends_as_the_readme_shows() {
    for told in [
        "Trusted access for AWS Control Tower is on.",
        "Everything ended as told.",
    ] {
        assert!(
            README.contains(told) && include_str!("../examples/sandbox/main.rs").contains(told),
            "{told}"
        );
    }
}
