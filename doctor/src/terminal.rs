//! What standard output is: how wide, and whether it takes colours.

use std::io::{IsTerminal, stdout};

use console::{Style, Term};

/// Where it is no terminal, lines are wrapped as on a wide one.
const PIPED_WIDTH: usize = 120;

/// Where the table goes.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    width: usize,
    colours: bool,
}

/// The colours that a verdict may have.
#[derive(Debug, Clone, Copy)]
pub enum Colour {
    /// Healthy.
    Green,
    /// Wrong.
    Red,
    /// Not known.
    Yellow,
}

impl Terminal {
    /// Standard output; `no_color` is whether `NO_COLOR` is set, see <https://no-color.org>.
    pub fn of_stdout(no_color: bool) -> Self {
        let is_terminal = stdout().is_terminal();
        let size = Term::stdout().size_checked().filter(|_| is_terminal);
        Self {
            width: size.map_or(PIPED_WIDTH, |(_, columns)| usize::from(columns)),
            colours: is_terminal && !no_color,
        }
    }

    /// How many columns it has.
    pub fn width(self) -> usize {
        self.width
    }

    /// The text in a colour, where it takes colours.
    pub fn coloured(self, text: &str, colour: Colour) -> String {
        let style = match colour {
            Colour::Green => Style::new().green(),
            Colour::Red => Style::new().red().bold(),
            Colour::Yellow => Style::new().yellow(),
        };
        style.force_styling(self.colours).apply_to(text).to_string()
    }
}
