//! Text from outside, made safe to show.

/// Longest text that is copied from outside, in characters. An ARN has a few hundred, CloudTrail
/// cuts a `userAgent` at about 1,000, and a message of AWS is a sentence or two.
const LONGEST: usize = 1024;

/// Cuts a text to 1,024 characters and makes it [`harmless`].
#[must_use]
pub fn one_line(text: &str) -> String {
    text.chars().take(LONGEST).map(shown).collect()
}

/// Puts spaces for what breaks a line, drives a terminal or turns the direction of writing around.
#[must_use]
pub fn harmless(text: &str) -> String {
    text.chars().map(shown).collect()
}

fn shown(c: char) -> char {
    if c.is_control() || is_format(c) {
        ' '
    } else {
        c
    }
}

/// Unicode's line and paragraph separators, and its marks that change the direction of writing.
fn is_format(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_text_is_made_harmless_and_kept_whole() {
        let long = "x\u{9b}".repeat(LONGEST);
        assert_eq!(harmless(&long), "x ".repeat(LONGEST));
    }

    #[test]
    fn a_short_plain_text_is_kept_as_it_is() {
        assert_eq!(one_line("Größe: ok"), "Größe: ok");
    }

    #[test]
    fn newlines_and_terminal_codes_become_spaces() {
        assert_eq!(one_line("a\r\nb\u{1b}[31mc\u{85}"), "a  b [31mc ");
    }

    #[test]
    fn what_unicode_can_break_or_turn_a_line_with_becomes_spaces() {
        assert_eq!(
            one_line("a\u{2028}b\u{2029}c\u{202e}d\u{2066}e\u{200f}f"),
            "a b c d e f"
        );
    }

    proptest! {
        #[test]
        fn no_text_stays_long_or_keeps_a_control_character(text in any::<String>(), times in 1..200_usize) {
            let shown = one_line(&text.repeat(times));
            prop_assert!(shown.chars().count() <= 1024);
            prop_assert!(!shown.chars().any(char::is_control));
        }
    }
}
