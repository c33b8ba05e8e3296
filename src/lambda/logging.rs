//! Log lines: JSON on stdout, one object per line.

use std::io::{self, Write};
use std::panic;

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::core::redact::redact;
use crate::core::sanitize::sanitize;

/// The target for which `lambda_runtime` logs a handler's error, with `{:?}`. The handler has logged it already.
const RUNTIME_ERROR_TARGET: &str = "lambda_runtime::layers::panic";
/// The target for which it logs a payload at TRACE. It ends the process if the payload is not UTF-8.
const RUNTIME_PAYLOAD_TARGET: &str = "lambda_runtime::layers::api_response";
/// The targets for which the SDK logs whole responses and errors at TRACE. AWS repeats the session token in some of them.
const SDK_RESPONSE_TARGETS: [&str; 2] = [
    "aws_smithy_runtime::client::orchestrator",
    "aws_smithy_runtime::client::orchestrator::http",
];

/// Sends `tracing` events and panics to stdout as JSON.
///
/// `RUST_LOG` sets the level (and directives such as `warn,aws_config=debug`). Without it `AWS_LAMBDA_LOG_LEVEL` does,
/// which Lambda sets from the function's logging configuration. The default level is `INFO`.
pub fn init() {
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(|| SanitizingStdout);
    tracing_subscriber::registry()
        .with(lines)
        .with(filter(|name| std::env::var(name).ok()))
        .init();
    panic::set_hook(Box::new(|panicked| {
        let at = panicked.location().map(ToString::to_string);
        let why = panicked.payload_as_str().map(redact);
        tracing::error!(at, why, "panicked");
    }));
}

/// Stdout without characters that control a terminal or change the direction of writing. JSON escapes only ASCII's
/// control characters, and at DEBUG the lines contain payloads and responses.
struct SanitizingStdout;

impl Write for SanitizingStdout {
    /// Takes a whole line: `tracing` writes line by line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        print_line(&sanitize(text.trim_end_matches('\n')));
        Ok(line.len())
    }

    /// Does nothing: stdout flushes at the end of a line.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn filter(variable: impl Fn(&str) -> Option<String>) -> Targets {
    let value = |name| variable(name).filter(|value| !value.trim().is_empty());
    let directives = value("RUST_LOG").or_else(|| value("AWS_LAMBDA_LOG_LEVEL"));
    // `tracing` has no level FATAL, which Lambda has.
    let directives = directives.map(|text| text.to_ascii_lowercase().replace("fatal", "error"));
    let directives: Targets = directives
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    let targets = Targets::new()
        .with_default(directives.default_level().unwrap_or(LevelFilter::INFO))
        .with_targets(directives)
        .with_target(RUNTIME_ERROR_TARGET, LevelFilter::OFF)
        .with_target(RUNTIME_PAYLOAD_TARGET, LevelFilter::ERROR);
    SDK_RESPONSE_TARGETS
        .into_iter()
        .fold(targets, |targets, target| {
            // Only lowers the level: a lower one that was configured stays.
            if targets.would_enable(target, &Level::TRACE) {
                targets.with_target(target, LevelFilter::DEBUG)
            } else {
                targets
            }
        })
}

/// Prints a line to stdout. An error is ignored, because a run cannot repair a closed stdout.
pub(super) fn print_line(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enabled(variables: &[(&str, &str)], target: &str, level: tracing::Level) -> bool {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        filter(lookup).would_enable(target, &level)
    }

    #[test]
    fn the_level_is_info_if_it_is_unset_or_invalid() {
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
    fn rust_log_overrides_the_log_level_of_lambda() {
        let both = [("RUST_LOG", "warn"), ("AWS_LAMBDA_LOG_LEVEL", "DEBUG")];
        assert!(!enabled(&both, "any", tracing::Level::INFO));
        assert!(enabled(&both[1..], "any", tracing::Level::DEBUG));
    }

    #[test]
    fn the_log_level_fatal_keeps_errors() {
        let fatal = [("AWS_LAMBDA_LOG_LEVEL", "FATAL")];
        assert!(enabled(&fatal, "any", tracing::Level::ERROR));
        assert!(!enabled(&fatal, "any", tracing::Level::WARN));
    }

    #[test]
    fn no_level_enables_the_runtimes_error_and_payload_lines() {
        for level in [
            "trace",
            "lambda_runtime=trace",
            "lambda_runtime::layers::panic=trace",
            "lambda_runtime::layers::api_response=trace",
        ] {
            let variables = [("RUST_LOG", level)];
            let errors = enabled(&variables, RUNTIME_ERROR_TARGET, tracing::Level::ERROR);
            let payloads = enabled(&variables, RUNTIME_PAYLOAD_TARGET, tracing::Level::TRACE);
            assert!(!errors && !payloads, "{level}");
        }
    }

    #[test]
    fn no_level_enables_the_sdks_responses_and_the_configured_level_is_not_raised() {
        for (level, debug) in [
            ("trace", true),
            ("aws_smithy_runtime=trace", true),
            ("aws_smithy_runtime::client::orchestrator::http=trace", true),
            ("info", false),
            ("off", false),
        ] {
            let variables = [("RUST_LOG", level)];
            let target = "aws_smithy_runtime::client::orchestrator::http";
            assert!(!enabled(&variables, target, Level::TRACE), "{level}");
            assert_eq!(enabled(&variables, target, Level::DEBUG), debug, "{level}");
            let target = "aws_smithy_runtime::client::orchestrator";
            assert!(!enabled(&variables, target, Level::TRACE), "{level}");
        }
    }
}
