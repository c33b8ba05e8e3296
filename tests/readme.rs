//! What the README says, held against the code.

use controltower_trusted_access::error::{ApiErrorKind, Disposition};

const README: &str = include_str!("../README.md");

const OF_AWS: [ApiErrorKind; 7] = [
    ApiErrorKind::AccessDenied,
    ApiErrorKind::NotInOrganization,
    ApiErrorKind::Rejected,
    ApiErrorKind::Throttled,
    ApiErrorKind::Conflict,
    ApiErrorKind::Unavailable,
    ApiErrorKind::InvalidResponse,
];

fn error_types() -> impl Iterator<Item = String> {
    let own = [
        "InvalidConfiguration",
        "InvalidRequest",
        "NotConverged",
        "DeadlineExceeded",
    ];
    let of_aws = OF_AWS.iter().map(ToString::to_string);
    of_aws.chain(own.map(str::to_owned))
}

#[test]
fn every_error_type_has_a_row_that_says_what_to_do() {
    for error_type in error_types() {
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
    let position = |name: &str| README.find(&format!("| `{name}` |")).expect(name);
    let sixth = position("Throttled");
    for kind in OF_AWS {
        let among_the_first = position(&kind.to_string()) < sixth;
        assert_eq!(
            kind.disposition() == Disposition::Permanent,
            among_the_first,
            "{kind}"
        );
    }
}

/// Every variable that the settings read has its place in the README, and those of the function's own
/// are set by the template, which sets no other.
#[test]
fn the_variables_of_the_readme_are_those_of_the_code_and_the_template() {
    let settings = include_str!("../src/settings.rs")
        .split("#[cfg(test)]")
        .next()
        .unwrap();
    let is_variable = |word: &&str| word.contains('_') || *word == "MODE";
    let is_upper = |word: &&str| {
        word.bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    let read: Vec<&str> = settings
        .split('"')
        .filter(is_upper)
        .filter(is_variable)
        .collect();
    assert!(read.len() >= 3, "{read:?}");
    let files = [
        include_str!("../src/settings/hold.rs"),
        include_str!("../src/settings/landing_zone.rs"),
        include_str!("../src/settings/network.rs"),
        include_str!("../src/settings/watch.rs"),
    ];
    let code = files.map(|file| file.split("#[cfg(test)]").next().unwrap());
    let others = code.iter().flat_map(|code| code.split('"'));
    let others = others.filter(is_upper).filter(is_variable);
    for variable in read.iter().copied().chain(others) {
        assert!(README.contains(&format!("`{variable}`")), "{variable}");
    }
    let template = include_str!("../template.yaml");
    let set = template.split("Variables:\n").nth(1).unwrap().lines();
    let set: Vec<&str> = set
        .map_while(|line| line.trim().split_once(": !Ref "))
        .map(|(name, _)| name)
        .collect();
    let own: Vec<&str> = read
        .into_iter()
        .filter(|name| !name.starts_with("AWS_"))
        .collect();
    let mut own_once = own.clone();
    own_once.dedup();
    assert_eq!(set, own_once);
}
