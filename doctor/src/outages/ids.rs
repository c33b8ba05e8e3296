//! The patterns of the IDs of AWS Organizations. Nothing else may get into a command that a person pastes into a shell.

/// Returns whether a text is an account ID.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a text is the ID of a root.
pub fn is_root(text: &str) -> bool {
    text.starts_with("r-") && is_parent(text)
}

/// Returns whether a text is the ID of an OU or a root.
///
/// AWS's own examples have longer IDs than the pattern of the API allows, so only the characters count.
pub fn is_parent(text: &str) -> bool {
    let rest = text.strip_prefix("ou-").or_else(|| text.strip_prefix("r-"));
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    rest.is_some_and(|rest| !rest.is_empty() && rest.len() <= 68 && rest.bytes().all(is_plain))
}

/// Returns whether a text is the ID of a policy.
pub fn is_policy(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.strip_prefix("p-")
        .is_some_and(|rest| !rest.is_empty() && rest.len() <= 128 && rest.bytes().all(is_plain))
}

/// Returns whether a text is a type of policies, such as `SERVICE_CONTROL_POLICY`.
pub fn is_policy_type(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    !text.is_empty() && text.len() <= 64 && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_characters_of_an_id_are_accepted() {
        for (is_valid, valid, invalid) in [
            (
                is_account as fn(&str) -> bool,
                "111122223333",
                "11112222333",
            ),
            (is_account, "000000000000", "11112222333x"),
            (is_parent, "ou-abcd-sandbox1", "ou-abcd; reboot"),
            (is_parent, "r-abcd", "r-"),
            (is_root, "r-abcd", "ou-abcd-sandbox1"),
            (is_policy, "p-FullAWSAccess", "p-$(reboot)"),
            (is_policy, "p-bvdv3rx3", "bvdv3rx3"),
            (is_policy_type, "SERVICE_CONTROL_POLICY", "service"),
        ] {
            assert!(is_valid(valid), "{valid}");
            for invalid in [invalid, "", "p-é", "ou-A", "SERVICE CONTROL"] {
                assert!(!is_valid(invalid), "{invalid}");
            }
        }
    }
}
