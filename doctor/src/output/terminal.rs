//! The properties of standard output: its width, and whether it shows colors.

use std::borrow::Cow;
use std::io::{IsTerminal, stdout};

use console::{Style, Term};
use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter, wrap};

/// The width in columns if standard output is not a terminal.
const PIPED_WIDTH: usize = 120;
/// On a terminal with fewer columns the text is below its label instead of beside it.
const MIN_TABLE_WIDTH: usize = 70;
/// The fewest columns of text, however narrow the terminal is.
const MIN_TEXT_WIDTH: usize = 20;
/// The indentation of text below its label.
const INDENT: &str = "      ";
/// A word of this length may end a line of a narrow terminal at a colon or a slash: an ARN, and no command or time.
const LONG_WORD: usize = 30;
/// A piece of this length may end a line at a hyphen too.
const LONG_PIECE: usize = 40;

/// The terminal or pipe that the table is written to.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    width: usize,
    has_colors: bool,
}

/// The colors of the verdicts.
#[derive(Debug, Clone, Copy)]
pub enum Color {
    /// The color of a healthy check.
    Green,
    /// The color of a problem.
    Red,
    /// The color of a check that was not made, or was skipped.
    Yellow,
}

impl Terminal {
    /// Returns the properties of standard output. `no_color` is whether `NO_COLOR` is set, see
    /// <https://no-color.org>.
    pub fn stdout(no_color: bool) -> Self {
        let is_terminal = stdout().is_terminal();
        let size = Term::stdout().size_checked().filter(|_| is_terminal);
        Self {
            width: size.map_or(PIPED_WIDTH, |(_, columns)| usize::from(columns)),
            has_colors: is_terminal && !no_color,
        }
    }

    /// Returns the width in columns.
    pub fn width(self) -> usize {
        self.width
    }

    /// Returns whether two columns of text do not fit beside each other.
    pub fn is_narrow(self) -> bool {
        self.width < MIN_TABLE_WIDTH
    }

    /// Wraps `text` after `prefix`, with later lines indented below the text.
    ///
    /// A long word such as an ARN stays whole, so that it can be copied. On a narrow terminal it may end a line at a
    /// colon or a slash, because the terminal would break it anywhere.
    pub fn wrap(self, text: &str, prefix: &str, width: usize) -> Vec<String> {
        let indent = " ".repeat(prefix.chars().count());
        let separator = if self.is_narrow() {
            WordSeparator::Custom(|line| Box::new(breakable_words(line)))
        } else {
            WordSeparator::AsciiSpace
        };
        let options = Options::new(width.max(MIN_TEXT_WIDTH))
            .initial_indent(prefix)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_separator(separator)
            .word_splitter(WordSplitter::NoHyphenation);
        let lines = wrap(text, options).into_iter();
        lines.map(Cow::into_owned).collect()
    }

    /// Wraps `text` beside `label`, or below it on a narrow terminal.
    pub fn wrap_column(self, label: &str, text: &str) -> Vec<String> {
        if !self.is_narrow() {
            return self.wrap(text, label, self.width);
        }
        let mut lines = vec![label.trim_end().to_owned()];
        lines.extend(self.wrap(text, INDENT, self.width));
        lines
    }

    /// Returns `text` in a color, or unchanged if the terminal shows no colors.
    pub fn colored(self, text: &str, color: Color) -> String {
        let style = match color {
            Color::Green => Style::new().green(),
            Color::Red => Style::new().red().bold(),
            Color::Yellow => Style::new().yellow(),
        };
        let style = style.force_styling(self.has_colors);
        style.apply_to(text).to_string()
    }
}

/// Returns the words of a line, with each long one in pieces.
fn breakable_words(line: &str) -> impl Iterator<Item = Word<'_>> {
    let words = WordSeparator::AsciiSpace.find_words(line);
    words.flat_map(|word| {
        let pieces = split(word.word, LONG_WORD, &[':', '/']);
        let pieces = pieces.flat_map(|piece| split(piece, LONG_PIECE, &['-']));
        let mut pieces: Vec<Word<'_>> = pieces.map(Word::from).collect();
        if let Some(last) = pieces.last_mut() {
            last.whitespace = word.whitespace;
        }
        pieces
    })
}

/// Splits a text of at least `length` bytes after each of the characters.
fn split<'a>(
    text: &'a str,
    length: usize,
    characters: &'static [char],
) -> impl Iterator<Item = &'a str> {
    let is_long = text.len() >= length;
    text.split_inclusive(move |one| is_long && characters.contains(&one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(width: usize) -> Terminal {
        Terminal {
            width,
            has_colors: false,
        }
    }

    #[test]
    fn a_long_word_is_broken_only_on_a_narrow_terminal_and_loses_no_character() {
        let arn = "arn:aws:sts::111122223333:assumed-role/controltower-trusted-access-Role/dana";
        let text = format!("the caller {arn} is short");
        let wide = terminal(70).wrap(&text, "", 70);
        assert!(wide.iter().any(|line| line.contains(arn)), "{wide:?}");
        for width in [40, 69] {
            let lines = terminal(width).wrap(&text, "→ ", width);
            assert!(
                lines.iter().all(|line| line.chars().count() <= width),
                "{lines:?}"
            );
            let joined: String = lines.iter().map(|line| line.trim()).collect();
            assert!(joined.contains(arn), "{lines:?}");
        }
    }

    #[test]
    fn a_short_word_is_never_broken() {
        let lines = terminal(40).wrap(&"sts:GetCallerIdentity ".repeat(4), "", 40);
        assert_eq!(lines, ["sts:GetCallerIdentity"; 4]);
    }
}
