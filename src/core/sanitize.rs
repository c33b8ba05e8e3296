//! Makes text from outside safe to show.

/// The longest text that is copied from outside, in characters. An ARN has a few hundred, CloudTrail
/// cuts a `userAgent` at about 1,000, and a message from AWS is a sentence or two.
const MAX_CHARS: usize = 1024;

/// Returns at most the first 1,024 characters of `text`, [sanitized](sanitize).
#[must_use]
pub fn sanitize_line(text: &str) -> String {
    text.chars().take(MAX_CHARS).map(sanitize_char).collect()
}

/// Returns `text` with a space for each character that breaks a line, controls a terminal or changes the
/// direction of writing.
#[must_use]
pub fn sanitize(text: &str) -> String {
    text.chars().map(sanitize_char).collect()
}

fn sanitize_char(c: char) -> char {
    if c.is_control() || is_line_break_or_bidi_control(c) {
        ' '
    } else {
        c
    }
}

/// Unicode's line and paragraph separators and its bidirectional controls.
fn is_line_break_or_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sanitize_keeps_the_whole_of_a_long_text() {
        let long = "x\u{9b}".repeat(MAX_CHARS);
        assert_eq!(sanitize(&long), "x ".repeat(MAX_CHARS));
    }

    #[test]
    fn a_short_plain_text_is_unchanged() {
        assert_eq!(sanitize_line("Größe: ok"), "Größe: ok");
    }

    #[test]
    fn newlines_and_terminal_escapes_become_spaces() {
        assert_eq!(sanitize_line("a\r\nb\u{1b}[31mc\u{85}"), "a  b [31mc ");
    }

    #[test]
    fn unicode_separators_and_bidirectional_controls_become_spaces() {
        assert_eq!(
            sanitize_line("a\u{2028}b\u{2029}c\u{202e}d\u{2066}e\u{200f}f"),
            "a b c d e f"
        );
    }

    proptest! {
        #[test]
        fn a_sanitized_line_is_short_and_has_no_control_character(text in any::<String>(), times in 1..200_usize) {
            let line = sanitize_line(&text.repeat(times));
            prop_assert!(line.chars().count() <= 1024);
            prop_assert!(!line.chars().any(char::is_control));
        }
    }
}
