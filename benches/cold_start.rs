//! How long the built binary takes from being started to its first answer, and to a warm one,
//! against an Organizations on loopback. `make bench` builds the binary and runs this.
//!
//! Plain HTTP: what TLS adds is not in these figures. A benchmark and not a test: it judges nothing
//! but that every answer is `InSync`.

use std::path::Path;
use std::time::{Duration, Instant};

use support::fake_lambda::Function;
use support::scripted_organizations::{CONTROL_TOWER, ScriptedOrganizations};

#[path = "../tests/support/mod.rs"]
#[expect(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    reason = "the tests' fakes, of which a benchmark needs a part"
)]
mod support;

const COLD_STARTS: usize = 40;
const WARM_RUNS: usize = 500;

fn main() {
    let binary = std::env::var("BOOTSTRAP")
        .unwrap_or_else(|_| env!("CARGO_BIN_EXE_controltower-trusted-access").to_owned());
    let server = ScriptedOrganizations::with(&["sso.amazonaws.com", CONTROL_TOWER]);
    let endpoint = server.endpoint();
    let environment = [("AWS_ENDPOINT_URL_ORGANIZATIONS", endpoint.as_str())];

    let mut cold = Vec::new();
    let mut warm = Vec::new();
    let mut peak = 0;
    for _ in 0..COLD_STARTS {
        let started = Instant::now();
        let function = Function::start(Path::new(&binary), &environment);
        assert_eq!(function.invoke("{}").outcome(), "InSync");
        cold.push(started.elapsed());
        for _ in 0..WARM_RUNS / COLD_STARTS {
            let started = Instant::now();
            assert_eq!(function.invoke("{}").outcome(), "InSync");
            warm.push(started.elapsed());
        }
        peak = peak.max(function.peak_memory_kib());
    }
    println!("binary                        {}", size(&binary));
    row("started → first answer", cold);
    row("warm invocation", warm);
    println!(
        "peak memory                   {:.1} MiB",
        f64::from(u32::try_from(peak).unwrap_or(0)) / 1024.0
    );
}

fn size(binary: &str) -> String {
    let bytes = std::fs::metadata(binary).map_or(0, |file| file.len());
    format!("{} KiB", bytes / 1024)
}

fn row(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let millis = |nth: usize| times[nth].as_secs_f64() * 1000.0;
    println!(
        "{what:<29} median {:.2} ms, fastest {:.2}, slowest {:.2} ({} runs)",
        millis(times.len() / 2),
        millis(0),
        millis(times.len() - 1),
        times.len(),
    );
}
