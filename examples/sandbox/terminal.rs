//! What the sandbox prints: coloured on a terminal, plain where it is piped.

use std::io::{IsTerminal, Write, stdout};

use serde::Serialize;

/// Prints a line; that nobody reads it any more (`| head`) is no reason to panic.
fn print(code: &str, text: &str) {
    let coloured = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let line = if coloured {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    };
    let _ = writeln!(stdout(), "{line}");
}

/// The next thing that happens.
pub fn step(text: &str) {
    print("0", "");
    print("1", &format!("▸ {text}"));
}

/// What is seen of it.
pub fn detail(text: &str) {
    print("2", &format!("  {text}"));
}

/// An answer of the function.
pub fn json(value: &impl Serialize) {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    for line in text.lines() {
        print("36", &format!("  {line}"));
    }
}

/// A good end.
pub fn good(text: &str) {
    print("0", "");
    print("32", text);
}

/// What went wrong.
pub fn bad(text: &str) {
    print("0", "");
    print("31", text);
}
