//! Makes text from outside safe to show.

/// The longest text that is copied from outside, in characters. An ARN has a few hundred, CloudTrail
/// cuts a `userAgent` at about 1,000, and a message from AWS is a sentence or two.
const MAX_CHARS: usize = 1024;

/// Returns a value for a report: [`sanitize_line`], with U+FFFD for each of `"` `\` `<` `>` and the backtick, and for the
/// parenthesis in `](`.
///
/// `EventBridge` inserts values of a report into notifications and escapes nothing, so a quote or a backslash would break
/// a message, and angle brackets could pass for a placeholder. Chat messages are Markdown: a backtick would end the code
/// in which the caller stands, and `[text](address)` would become a link.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>
#[must_use]
pub fn sanitize_value(text: &str) -> String {
    sanitize_line(text)
        .replace(['"', '\\', '<', '>', '`'], "\u{fffd}")
        .replace("](", "]\u{fffd}")
}

/// Returns at most the first 1,024 characters of `text`, [sanitized](sanitize).
#[must_use]
pub fn sanitize_line(text: &str) -> String {
    text.chars().take(MAX_CHARS).map(sanitize_char).collect()
}

/// Returns `text` with a space for each character that breaks a line, controls a terminal, changes the direction of
/// writing or is invisible: Unicode's control (Cc) and format (Cf) characters, and its line and paragraph separators.
#[must_use]
pub fn sanitize(text: &str) -> String {
    text.chars().map(sanitize_char).collect()
}

fn sanitize_char(c: char) -> char {
    if c.is_control() || is_format(c) || matches!(c, '\u{2028}' | '\u{2029}') {
        ' '
    } else {
        c
    }
}

/// Returns whether Unicode's general category of `c` is Cf. A list and not a crate: the crates bring the tables of all
/// categories into the function. A test compares it with such a table.
fn is_format(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0001}'
            | '\u{e0020}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex_syntax::hir::{Class, HirKind};

    /// Returns whether `c` is in a class of `regex_syntax`, which has Unicode's tables.
    fn is_in(class: &str) -> impl Fn(char) -> bool {
        let hir = regex_syntax::parse(class).unwrap();
        let HirKind::Class(Class::Unicode(class)) = hir.into_kind() else {
            panic!("a class of characters");
        };
        move |c| {
            class
                .iter()
                .any(|range| (range.start()..=range.end()).contains(&c))
        }
    }

    #[test]
    fn exactly_control_and_format_characters_and_line_separators_become_spaces() {
        let is_removed = is_in(r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]");
        for c in '\0'..=char::MAX {
            let expected = if is_removed(c) { ' ' } else { c };
            assert_eq!(
                sanitize(c.encode_utf8(&mut [0; 4])),
                expected.to_string(),
                "{c:?}"
            );
        }
    }

    #[test]
    fn sanitize_keeps_the_whole_of_a_long_text() {
        let long = "x\u{9b}".repeat(MAX_CHARS);
        assert_eq!(sanitize(&long), "x ".repeat(MAX_CHARS));
    }

    #[test]
    fn a_short_plain_text_is_unchanged() {
        assert_eq!(sanitize_value("Größe: ok"), "Größe: ok");
    }

    #[test]
    fn newlines_terminal_escapes_bidirectional_controls_and_tags_become_spaces() {
        assert_eq!(
            sanitize_line("a\r\nb\u{1b}[31mc\u{85}\u{202e}\u{200b}\u{e0041}"),
            "a  b [31mc    "
        );
    }

    #[test]
    fn only_a_value_loses_quotes_backslashes_angle_brackets_and_markdown() {
        let text = r#"user/a"b\c/<outcome>/bob"#;
        assert_eq!(
            sanitize_value(text),
            "user/a\u{fffd}b\u{fffd}c/\u{fffd}outcome\u{fffd}/bob"
        );
        assert_eq!(sanitize_line(text), text);
        assert_eq!(
            sanitize_value("`[x](https://x)`[1] (2)"),
            "\u{fffd}[x]\u{fffd}https://x)\u{fffd}[1] (2)"
        );
    }

    proptest! {
        #[test]
        fn a_sanitized_value_is_short_and_stays_one_json_string(text in any::<String>(), times in 1..200_usize) {
            let value = sanitize_value(&text.repeat(times));
            prop_assert!(value.chars().count() <= 1024);
            let parsed: String = serde_json::from_str(&format!("\"{value}\"")).unwrap();
            prop_assert_eq!(parsed, value);
        }
    }
}
