//! What the function says about itself: JSON lines on stdout, and one metric line a run.

use std::io::{self, Write};
use std::panic;
use std::time::SystemTime;

use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::text::{harmless, one_line};

/// Where the runtime crate logs a handler's error, with `{:?}`. The handler has logged it by then.
const RUNTIME_ERROR_LINES: &str = "lambda_runtime::layers::panic";
/// Where it prints a payload at TRACE, and ends the process if the payload is not UTF-8.
const RUNTIME_PAYLOAD_LINES: &str = "lambda_runtime::layers::api_response";

/// Sends `tracing` to stdout as JSON, one object a line, from now on; panics as well.
///
/// `RUST_LOG` sets the level (and directives such as `warn,aws_config=debug`); without it
/// `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the function's logging configuration. Where
/// they say nothing of a line's origin, `INFO` holds.
pub fn init() {
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(|| HarmlessStdout);
    tracing_subscriber::registry()
        .with(lines)
        .with(filter(|name| std::env::var(name).ok()))
        .init();
    panic::set_hook(Box::new(|panicked| {
        let at = panicked.location().map(ToString::to_string);
        let why = panicked.payload_as_str().map(one_line);
        tracing::error!(at, why, "panicked");
    }));
}

/// Stdout, past which nothing comes that moves a terminal or turns the direction of writing. JSON escapes
/// ASCII's control characters alone, and at DEBUG the lines hold payloads and answers as they came.
struct HarmlessStdout;

impl Write for HarmlessStdout {
    /// Takes a whole line, which is how `tracing` writes.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        print_line(&harmless(text.trim_end_matches('\n')));
        Ok(line.len())
    }

    /// The end of a line has flushed it already.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn filter(variable: impl Fn(&str) -> Option<String>) -> Targets {
    let said = |name| variable(name).filter(|words| !words.trim().is_empty());
    let asked = said("RUST_LOG").or_else(|| said("AWS_LAMBDA_LOG_LEVEL"));
    let directives: Targets = asked
        .and_then(|words| {
            words
                .to_ascii_lowercase()
                .replace("fatal", "error")
                .parse()
                .ok()
        })
        .unwrap_or_default();
    Targets::new()
        .with_default(directives.default_level().unwrap_or(LevelFilter::INFO))
        .with_targets(directives)
        .with_target(RUNTIME_ERROR_LINES, LevelFilter::OFF)
        .with_target(RUNTIME_PAYLOAD_LINES, LevelFilter::ERROR)
}

/// What one run counts for; a run that did not fail counts as a reconciliation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Desired and observed differed.
    pub drift: bool,
    /// The difference was removed.
    pub remediated: bool,
    /// The run ended with an error.
    pub failed: bool,
    /// A planned maintenance kept the difference from being removed; `None` where none was planned.
    pub held: Option<bool>,
    /// The landing zone spoke against removing the difference; `None` where it is not asked or the run
    /// failed.
    pub blocked: Option<bool>,
    /// How many of the watched principals are disabled; `None` where none is watched or the run failed.
    pub watched_disabled: Option<usize>,
    /// How long trusted access was disabled, where a repair ended it and it is known.
    pub outage_seconds: Option<u64>,
}

/// Prints a line to stdout, past `tracing`: CloudWatch wants `_aws` at the root of a metric line, and
/// a log level must not switch metrics off. That it could not be printed is nothing a run could mend.
pub fn print_line(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// The metric line of one run in the embedded metric format, which CloudWatch turns into metrics.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
#[must_use]
pub fn metric_line(function_name: &str, now: SystemTime, counts: Counts) -> String {
    let since_epoch = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let count = |counted| u64::try_from(counted).unwrap_or(u64::MAX);
    let metrics: Vec<(&str, &str, u64)> = [
        ("Reconciliations", "Count", Some(u64::from(!counts.failed))),
        ("Drift", "Count", Some(u64::from(counts.drift))),
        ("Remediations", "Count", Some(u64::from(counts.remediated))),
        ("Failures", "Count", Some(u64::from(counts.failed))),
        ("Held", "Count", counts.held.map(u64::from)),
        ("Blocked", "Count", counts.blocked.map(u64::from)),
        (
            "WatchedDisabled",
            "Count",
            counts.watched_disabled.map(count),
        ),
        ("OutageSeconds", "Seconds", counts.outage_seconds),
    ]
    .into_iter()
    .filter_map(|(name, unit, value)| Some((name, unit, value?)))
    .collect();
    let definition = |(name, unit, _): &(&str, &str, u64)| json!({"Name": name, "Unit": unit});
    let definitions: Vec<Value> = metrics.iter().map(definition).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX),
            "CloudWatchMetrics": [{
                "Namespace": "ControlTowerTrustedAccess",
                "Dimensions": [["FunctionName"]],
                "Metrics": definitions,
            }],
        },
        "FunctionName": function_name,
    });
    for (name, _, value) in metrics {
        line[name] = json!(value);
    }
    line.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_metric_line_has_every_metric_it_declares_and_no_newline() {
        let counts = Counts {
            drift: true,
            remediated: false,
            failed: false,
            held: None,
            blocked: None,
            watched_disabled: None,
            outage_seconds: None,
        };
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
        let line = metric_line("keeper", at, counts);
        assert!(!line.contains('\n'));
        let metric: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(metric["_aws"]["Timestamp"], 1_700_000_000_123_u64);
        let directive = &metric["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "ControlTowerTrustedAccess");
        assert_eq!(directive["Dimensions"], json!([["FunctionName"]]));
        assert_eq!(metric["FunctionName"], "keeper");
        let declared = directive["Metrics"].as_array().unwrap();
        let names: Vec<_> = declared
            .iter()
            .map(|m| m["Name"].as_str().unwrap())
            .collect();
        assert_eq!(
            names,
            ["Reconciliations", "Drift", "Remediations", "Failures"]
        );
        let values: Vec<_> = names
            .iter()
            .map(|name| metric[name].as_u64().unwrap())
            .collect();
        assert_eq!(values, [1, 1, 0, 0]);
    }

    fn enabled(variables: &[(&str, &str)], target: &str, level: tracing::Level) -> bool {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        filter(lookup).would_enable(target, &level)
    }

    #[test]
    fn info_is_the_level_where_nothing_or_nonsense_is_set() {
        for variables in [
            &[][..],
            &[("RUST_LOG", "")],
            &[("AWS_LAMBDA_LOG_LEVEL", "a=b=c")],
        ] {
            assert!(
                enabled(variables, "any", tracing::Level::INFO),
                "{variables:?}"
            );
            assert!(
                !enabled(variables, "any", tracing::Level::DEBUG),
                "{variables:?}"
            );
        }
    }

    #[test]
    fn rust_log_beats_the_level_of_lambda() {
        let both = [("RUST_LOG", "warn"), ("AWS_LAMBDA_LOG_LEVEL", "DEBUG")];
        assert!(!enabled(&both, "any", tracing::Level::INFO));
        assert!(enabled(&both[1..], "any", tracing::Level::DEBUG));
    }

    #[test]
    fn lambdas_level_fatal_keeps_errors() {
        let fatal = [("AWS_LAMBDA_LOG_LEVEL", "FATAL")];
        assert!(enabled(&fatal, "any", tracing::Level::ERROR));
        assert!(!enabled(&fatal, "any", tracing::Level::WARN));
    }

    #[test]
    fn no_level_brings_back_the_lines_of_the_runtime_that_say_too_much() {
        for level in [
            "trace",
            "lambda_runtime=trace",
            "lambda_runtime::layers::panic=trace",
            "lambda_runtime::layers::api_response=trace",
        ] {
            let variables = [("RUST_LOG", level)];
            let errors = enabled(&variables, RUNTIME_ERROR_LINES, tracing::Level::ERROR);
            let payloads = enabled(&variables, RUNTIME_PAYLOAD_LINES, tracing::Level::TRACE);
            assert!(!errors && !payloads, "{level}");
        }
    }
}
