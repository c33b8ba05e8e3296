//! Text from outside, made safe to show.

/// Longest text that is copied from outside, in characters. An ARN has a few hundred, CloudTrail
/// cuts a `userAgent` at about 1,000, and a message of AWS is a sentence or two.
const LONGEST: usize = 1024;

/// Cuts a text to 1,024 characters and replaces control characters by spaces, so that it can
/// neither break a line nor drive a terminal.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_short_plain_text_is_kept_as_it_is() {
        assert_eq!(one_line("Größe: ok"), "Größe: ok");
    }

    #[test]
    fn newlines_and_terminal_codes_become_spaces() {
        assert_eq!(one_line("a\r\nb\u{1b}[31mc\u{85}"), "a  b [31mc ");
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
