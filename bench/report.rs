//! The report: tables in Markdown, and JSON for the plot.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::growth::Growth;
use crate::peer::Peer;
use crate::run::{Run, median};

const START: &str = "<!-- bench: written by make bench -->\n";
const END: &str = "<!-- /bench -->";

/// One row of the table: its name with the unit, its key in the JSON, and its value.
struct Row {
    name: &'static str,
    key: &'static str,
    value: fn(&Peer, &Run) -> Option<f64>,
}

const ROWS: [Row; 8] = [
    row(
        "**cold start**: spawned → first response, ms",
        "cold_ms",
        |_, run| Some(milliseconds(run.ready + run.first)),
    ),
    row("– spawned → ready, ms", "ready_ms", |_, run| {
        Some(milliseconds(run.ready))
    }),
    row("– first invocation, ms", "first_ms", |_, run| {
        Some(milliseconds(run.first))
    }),
    row(
        "first invocation with the CPU share of 128 MB, ms",
        "share_ms",
        |_, run| run.first_with_share.map(milliseconds),
    ),
    row("warm invocation, ms", "warm_ms", |_, run| {
        Some(milliseconds(run.warm))
    }),
    row("CPU time of the cold start, ms", "cpu_ms", |_, run| {
        Some(milliseconds(run.cpu))
    }),
    row("peak memory, MiB", "peak_mib", |_, run| {
        Some(mebibytes(run.peak_kib * 1024))
    }),
    row("zip, MiB", "zip_mib", |peer, _| peer.zip.map(mebibytes)),
];

const fn row(name: &'static str, key: &'static str, value: fn(&Peer, &Run) -> Option<f64>) -> Row {
    Row { name, key, value }
}

/// Writes `docs/performance.json` and the tables in `docs/performance.md`, and returns the tables.
///
/// # Errors
/// If a document cannot be read or written, or has no place for the tables.
pub fn publish(peers: &[Peer], runs: &[Vec<Run>], growth: &[Growth]) -> Result<String, String> {
    let medians: Vec<Vec<Option<f64>>> = ROWS
        .iter()
        .map(|row| {
            let of = |(peer, runs): (&Peer, &Vec<Run>)| median_of(row, peer, runs);
            peers.iter().zip(runs).map(of).collect()
        })
        .collect();
    let tables = format!("{}\n{}", table(peers, &medians), growth_table(growth));
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    write(
        &docs.join("performance.json"),
        &json(peers, &medians, growth),
    )?;
    let document = docs.join("performance.md");
    let text = fs::read_to_string(&document).map_err(|error| failed(&document, &error))?;
    let updated = text.split_once(START).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some(format!("{before}{START}{tables}{END}{after}"))
    });
    let text = updated.ok_or_else(|| format!("docs/performance.md lacks {START}or {END}"))?;
    write(&document, &text)?;
    Ok(tables)
}

fn median_of(row: &Row, peer: &Peer, runs: &[Run]) -> Option<f64> {
    let values: Option<Vec<u64>> = runs
        .iter()
        .map(|run| (row.value)(peer, run).map(f64::to_bits))
        .collect();
    // The bits of non-negative numbers are in the order of the numbers.
    values.map(|mut bits| f64::from_bits(median(&mut bits)))
}

fn table(peers: &[Peer], medians: &[Vec<Option<f64>>]) -> String {
    let names: Vec<&str> = peers.iter().map(|peer| peer.name).collect();
    let mut lines = vec![
        format!("| | {} |", names.join(" | ")),
        format!("|---{}|", "|---:".repeat(names.len())),
    ];
    for (row, values) in ROWS.iter().zip(medians) {
        let ours = values[0];
        let cells: Vec<String> = values.iter().map(|value| cell(ours, *value)).collect();
        lines.push(format!("| {} | {} |", row.name, cells.join(" | ")));
    }
    lines.join("\n") + "\n"
}

/// Returns a value, and its ratio to the value of this function.
fn cell(ours: Option<f64>, value: Option<f64>) -> String {
    match (ours, value) {
        (_, None) => "–".to_owned(),
        (Some(ours), Some(value)) if ours.to_bits() != value.to_bits() => {
            format!("{value:.2} ({:.2} ×)", value / ours)
        }
        (_, Some(value)) => format!("{value:.2}"),
    }
}

fn growth_table(growth: &[Growth]) -> String {
    let mut lines = vec![
        "| pages | principal on | calls | warm invocation, ms |".to_owned(),
        "|---:|---|---:|---:|".to_owned(),
    ];
    for list in growth {
        lines.push(format!(
            "| {} | {} page | {} | {:.2} |",
            list.pages,
            if list.principal_on_last_page {
                "the last"
            } else {
                "the first"
            },
            list.calls,
            milliseconds(list.warm),
        ));
    }
    lines.join("\n") + "\n"
}

fn json(peers: &[Peer], medians: &[Vec<Option<f64>>], growth: &[Growth]) -> String {
    let of_peer = |nth: usize| -> Value {
        let values = ROWS.iter().zip(medians);
        values
            .map(|(row, values)| (row.key.to_owned(), json!(values[nth])))
            .collect()
    };
    let all: Vec<Value> = peers
        .iter()
        .enumerate()
        .map(|(nth, peer)| json!({"name": peer.name.replace('`', ""), "medians": of_peer(nth)}))
        .collect();
    let growth: Vec<Value> = growth
        .iter()
        .map(|list| {
            json!({"pages": list.pages, "calls": list.calls, "warm_ms": milliseconds(list.warm)})
        })
        .collect();
    let whole = json!({"rounds": crate::ROUNDS, "peers": all, "growth": growth});
    format!("{whole:#}\n")
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "no size has more than 52 bits")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}
