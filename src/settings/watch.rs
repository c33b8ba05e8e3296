//! `WATCH_PRINCIPALS`: other services whose trusted access is looked at and never changed.

use std::collections::BTreeSet;
use std::ffi::OsString;

use super::{Fault, quoted};
use crate::state::CONTROL_TOWER;

/// The most that may be watched; AWS has some hundred services that take part.
const MOST: usize = 50;

/// None where none is to be watched. A name that cannot be a service principal would be reported as
/// disabled for ever, so it is a fault.
pub(super) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<BTreeSet<String>, Fault> {
    let Some(value) = variable("WATCH_PRINCIPALS") else {
        return Ok(BTreeSet::new());
    };
    let names = value.to_str().unwrap_or_default().split(',').map(str::trim);
    let names: Vec<&str> = names.collect();
    if names.len() <= MOST && names.iter().all(|name| is_another_service(name)) {
        return Ok(names.into_iter().map(str::to_owned).collect());
    }
    Err(Fault {
        variable: "WATCH_PRINCIPALS",
        got: quoted(&value),
        takes: "at most 50 service principals with commas between them, such as \
                config.amazonaws.com,sso.amazonaws.com, and not controltower.amazonaws.com itself",
    })
}

fn is_another_service(name: &str) -> bool {
    let is_part = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !part.is_empty() && part.bytes().all(allowed)
    };
    let service = name
        .strip_suffix(".amazonaws.com")
        .or_else(|| name.strip_suffix(".amazonaws.com.cn"));
    name != CONTROL_TOWER && service.is_some_and(|service| service.split('.').all(is_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(value: &str) -> Result<Vec<String>, Fault> {
        let names = read(|_| Some(OsString::from(value)))?;
        Ok(names.into_iter().collect())
    }

    #[test]
    fn names_are_taken_with_and_without_spaces_and_twice_is_once() {
        let long = "member.org.stacksets.cloudformation.amazonaws.com";
        assert_eq!(watched(long).unwrap(), [long]);
        assert_eq!(
            watched("sso.amazonaws.com, config.amazonaws.com,sso.amazonaws.com").unwrap(),
            ["config.amazonaws.com", "sso.amazonaws.com"]
        );
    }

    #[test]
    fn what_cannot_be_another_services_principal_is_a_fault() {
        let too_many = vec!["sso.amazonaws.com"; 51].join(",");
        for value in [
            "",
            ",",
            "sso.amazonaws.com,",
            "sso",
            ".amazonaws.com",
            "SSO.amazonaws.com",
            "sso.amazonaws.com;config.amazonaws.com",
            "sso.example.com",
            "sso..amazonaws.com",
            CONTROL_TOWER,
            &too_many,
        ] {
            assert_eq!(
                watched(value).unwrap_err().variable,
                "WATCH_PRINCIPALS",
                "{value}"
            );
        }
    }
}
