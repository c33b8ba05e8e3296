//! The checks. Each returns a finding, also if its AWS calls fail.

pub mod accounts;
pub mod credentials;
pub mod deployment;
pub mod event_delivery;
pub mod landing_zone;
pub mod organization;
pub mod roles;
pub mod settings;
pub mod trusted_access;
pub mod watched;

use crate::action::shell_word;

/// Returns the command that runs the function once with this payload, like the stack's output `InvokeCommand`.
fn invoke_command(function: &str, region: &str, payload: &'static str) -> Option<String> {
    let (function, region) = (shell_word(function)?, shell_word(region)?);
    Some(format!(
        "aws lambda invoke --region {region} --function-name {function} --cli-binary-format raw-in-base64-out --payload \
         '{payload}' /dev/stdout"
    ))
}

/// Returns a count with its noun: `1 account`, `2 accounts`.
fn count_of(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_count_of_one_has_a_singular_noun() {
        for (count, text) in [(0, "0 accounts"), (1, "1 account"), (2, "2 accounts")] {
            assert_eq!(count_of(count, "account"), text);
        }
    }
}
