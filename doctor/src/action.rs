//! What a person has to do about a problem or after an outage: a sentence, and the command if there is one.

use serde::Serialize;

/// Something that a person has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Action {
    /// The instruction, as a sentence.
    pub sentence: String,
    /// The complete command, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

impl Action {
    /// Returns an action. `command` has no text from AWS but [words](shell_word) of it.
    pub fn new(sentence: impl Into<String>, command: Option<String>) -> Self {
        Self {
            sentence: sentence.into(),
            command,
        }
    }
}

/// Returns an action without a command.
impl From<&str> for Action {
    fn from(sentence: &str) -> Self {
        Self::new(sentence, None)
    }
}

/// Returns an action without a command.
impl From<String> for Action {
    fn from(sentence: String) -> Self {
        Self::new(sentence, None)
    }
}

/// Returns a text of AWS as one word of a command, or `None` if it is not safe to paste into a shell unquoted. Names and ARNs
/// of AWS are safe; an intruder could choose another one.
pub fn shell_word(text: &str) -> Option<&str> {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b":/-_.=,@+".contains(&byte);
    // A leading hyphen would be an option, and zsh expands a leading equals sign.
    let is_word = text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '/');
    (is_word && text.bytes().all(is_safe)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_that_a_shell_does_not_change_is_a_word_of_a_command() {
        for word in [
            "controltower-trusted-access-drift",
            "arn:aws:cloudtrail:eu-west-1:111122223333:trail/organization-trail",
            "controltower.amazonaws.com",
        ] {
            assert_eq!(shell_word(word), Some(word));
        }
        for text in [
            "",
            "a b",
            "a;reboot",
            "$(reboot)",
            "`a`",
            "a'b",
            "a\"b",
            "--query",
            "=a",
            "~a",
            "a\nb",
            "a*",
            "ä",
        ] {
            assert_eq!(shell_word(text), None, "{text}");
        }
    }
}
