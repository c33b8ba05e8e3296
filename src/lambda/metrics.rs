//! The metric line: one line per run in CloudWatch's embedded metric format.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::invocation_error::InvocationError;
use super::logging::print_line;
use crate::core::reconcile::Reconciliation;
use crate::core::report::{Outcome, Report};

/// The metrics of one run. A metric that is `None` is left out of the line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunMetrics {
    failed: bool,
    drift: bool,
    remediated: bool,
    held: Option<bool>,
    blocked: Option<bool>,
    watched_disabled: Option<usize>,
    outage_seconds: Option<u64>,
    custom_network: Option<bool>,
}

impl RunMetrics {
    /// Returns the metrics of a successful run: of what it did, and of the report about it.
    #[must_use]
    pub fn of_success(done: &Reconciliation, report: &Report) -> Self {
        let has_watched = !report.watched.is_empty();
        Self {
            failed: false,
            drift: done.plan.is_some(),
            remediated: done.outcome == Outcome::Remediated,
            held: done.held,
            blocked: done.blocked,
            watched_disabled: has_watched.then(|| report.watched_disabled().count()),
            outage_seconds: report.outage.as_ref().and_then(|outage| outage.seconds),
            custom_network: report.custom_network.then_some(true),
        }
    }

    /// Returns the metrics of a failed run. `custom_network` says whether the environment redirects the function's
    /// network.
    #[must_use]
    pub fn of_failure(error: &InvocationError, custom_network: bool) -> Self {
        Self {
            failed: true,
            custom_network: custom_network.then_some(true),
            drift: matches!(error, InvocationError::Run(error) if error.drift_detected()),
            ..Self::default()
        }
    }

    /// Prints the metric line to stdout. Not through `tracing`: CloudWatch expects `_aws` at the root of the line, and
    /// a log level must not switch metrics off.
    pub fn print(&self, function_name: &str) {
        print_line(&self.to_line(function_name, SystemTime::now()));
    }

    /// Returns the metric line.
    ///
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
    fn to_line(self, function_name: &str, now: SystemTime) -> String {
        let since_epoch = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let metrics = self.values();
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

    /// Returns name, unit and value of each metric.
    fn values(self) -> Vec<(&'static str, &'static str, u64)> {
        let watched_disabled = self
            .watched_disabled
            .map(|count| u64::try_from(count).unwrap_or(u64::MAX));
        [
            ("Reconciliations", "Count", Some(u64::from(!self.failed))),
            ("Drift", "Count", Some(u64::from(self.drift))),
            ("Remediations", "Count", Some(u64::from(self.remediated))),
            ("Failures", "Count", Some(u64::from(self.failed))),
            ("Held", "Count", self.held.map(u64::from)),
            ("Blocked", "Count", self.blocked.map(u64::from)),
            ("WatchedDisabled", "Count", watched_disabled),
            ("OutageSeconds", "Seconds", self.outage_seconds),
            ("CustomNetwork", "Count", self.custom_network.map(u64::from)),
        ]
        .into_iter()
        .filter_map(|(name, unit, value)| Some((name, unit, value?)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn drift() -> RunMetrics {
        RunMetrics {
            drift: true,
            ..RunMetrics::default()
        }
    }

    #[test]
    fn the_metric_line_has_every_metric_it_declares_and_no_newline() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
        let line = drift().to_line("watchdog", at);
        assert!(!line.contains('\n'));
        let metric: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(metric["_aws"]["Timestamp"], 1_700_000_000_123_u64);
        let directive = &metric["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "ControlTowerTrustedAccess");
        assert_eq!(directive["Dimensions"], json!([["FunctionName"]]));
        assert_eq!(metric["FunctionName"], "watchdog");
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
}
