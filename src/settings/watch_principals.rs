//! `WATCH_PRINCIPALS`: other services whose trusted access is reported and never changed.

use std::collections::BTreeSet;
use std::ffi::OsString;

use super::{InvalidSetting, quote};
use crate::core::model::CONTROL_TOWER;

/// The longest list. Some hundred AWS services support trusted access.
const MAX_PRINCIPALS: usize = 50;

/// Names that look right and never have trusted access, each with the name that has it. `StackSets` has one service principal
/// for its role in the management account and another one for trusted access.
///
/// <https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-cloudformation.html>
const WRONG_NAMES: [(&str, &str); 1] = [(
    "stacksets.cloudformation.amazonaws.com",
    "member.org.stacksets.cloudformation.amazonaws.com",
)];

/// Returns the principal of trusted access that is meant by `name`, if `name` is known to be another one. It is not an
/// invalid setting, because AWS may introduce a principal of that name.
#[must_use]
pub fn corrected_principal(name: &str) -> Option<&'static str> {
    let known = WRONG_NAMES.iter().find(|(wrong, _)| *wrong == name);
    known.map(|(_, right)| *right)
}

/// Returns the principals, none if the variable is unset. A name that cannot be a service principal would be
/// reported as disabled forever, so it is an error.
pub(super) fn read(
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<BTreeSet<String>, InvalidSetting> {
    let Some(value) = variable("WATCH_PRINCIPALS") else {
        return Ok(BTreeSet::new());
    };
    let names = value.to_str().unwrap_or_default().split(',').map(str::trim);
    let names: Vec<&str> = names.collect();
    if names.len() <= MAX_PRINCIPALS && names.iter().all(|name| is_another_service(name)) {
        return Ok(names.into_iter().map(str::to_owned).collect());
    }
    Err(InvalidSetting {
        variable: "WATCH_PRINCIPALS",
        actual: quote(&value),
        expected: "at most 50 service principals with commas between them, such as \
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

    fn watched(value: &str) -> Result<Vec<String>, InvalidSetting> {
        let names = read(|_| Some(OsString::from(value)))?;
        Ok(names.into_iter().collect())
    }

    #[test]
    fn principals_may_have_spaces_around_them_and_duplicates_count_once() {
        let long = "member.org.stacksets.cloudformation.amazonaws.com";
        assert_eq!(watched(long).unwrap(), [long]);
        assert_eq!(
            watched("sso.amazonaws.com, config.amazonaws.com,sso.amazonaws.com").unwrap(),
            ["config.amazonaws.com", "sso.amazonaws.com"]
        );
    }

    #[test]
    fn a_known_wrong_name_is_accepted_and_has_a_correction_that_has_none() {
        for (wrong, right) in WRONG_NAMES {
            assert_eq!(watched(wrong).unwrap(), [wrong]);
            assert_eq!(watched(right).unwrap(), [right]);
            assert_eq!(corrected_principal(wrong), Some(right));
            assert_eq!(corrected_principal(right), None);
        }
        assert_eq!(corrected_principal("sso.amazonaws.com"), None);
    }

    #[test]
    fn a_name_that_cannot_be_another_service_principal_is_rejected() {
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
