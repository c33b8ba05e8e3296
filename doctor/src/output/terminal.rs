//! The properties of standard output: its width, and whether it shows colors.

use std::io::{IsTerminal, stdout};

use console::{Style, Term};

/// The width in columns if standard output is not a terminal.
const PIPED_WIDTH: usize = 120;

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
