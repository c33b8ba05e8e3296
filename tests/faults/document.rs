//! Writes the table in `docs/reliability.md`.

use std::path::Path;
use std::{fs, io};

use crate::table::{Row, TARGETS};

const START: &str = "<!-- faults: written by make faults -->\n";
const END: &str = "<!-- /faults -->";

/// Writes the table into the document; with `check` it only compares.
///
/// # Errors
/// If the document cannot be read or written, has no place for the table, or is not current.
pub fn write(rows: &[Row], check: bool) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reliability.md");
    let failed = |error: io::Error| format!("{}: {error}", path.display());
    let document = fs::read_to_string(&path).map_err(failed)?;
    let split = |text: &str, mark| {
        let parts = text.split_once(mark);
        let parts = parts.map(|(before, after)| (before.to_owned(), after.to_owned()));
        parts.ok_or_else(|| format!("docs/reliability.md lacks the mark {mark}"))
    };
    let (before, rest) = split(&document, START)?;
    let (_, after) = split(&rest, END)?;
    let current = format!("{before}{START}{}{END}{after}", rendered(rows));
    match (current == document, check) {
        (true, _) => Ok(()),
        (false, true) => Err("docs/reliability.md is not current: run make faults".to_owned()),
        (false, false) => fs::write(&path, current).map_err(failed),
    }
}

fn rendered(rows: &[Row]) -> String {
    let head = TARGETS.map(crate::table::Target::name);
    let mut lines = vec![
        format!("| fault | {} |", head.join(" | ")),
        format!("|---{}|", "|---".repeat(head.len())),
    ];
    let mut reasons: Vec<&str> = Vec::new();
    for row in rows {
        if !row.exclusion.is_empty() && !reasons.contains(&row.exclusion) {
            reasons.push(row.exclusion);
        }
        let note = reasons.iter().position(|reason| *reason == row.exclusion);
        let cells = row.expected.map(|expected| match expected {
            Some(expected) => expected.replace(": ", "<br>").replace("<br>", "<br>`") + "`",
            None => format!("– ({})", note.unwrap_or_default() + 1),
        });
        lines.push(format!(
            "| {} | {} |",
            row.name,
            cells.join(" | ").replace("<br>``", "<br>no call")
        ));
    }
    lines.push(String::new());
    for (number, reason) in reasons.iter().enumerate() {
        lines.push(format!("({}) {reason}.  ", number + 1));
    }
    lines.join("\n") + "\n"
}
