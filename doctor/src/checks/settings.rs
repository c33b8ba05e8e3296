//! The settings of the deployed function, for the comparisons with what the other checks observed.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::time::SystemTime;

use controltower_trusted_access::core::reconcile::Policy;
use controltower_trusted_access::settings::Settings;

use super::invoke_command;
use crate::finding::Finding;

/// The deployed function, as far as the comparisons need it.
#[derive(Debug, Clone)]
pub struct DeployedSettings {
    /// The name of the function.
    function: String,
    /// The Region of the function.
    region: String,
    /// `DESIRED_STATE`, `MODE` and `HOLD_UNTIL`.
    pub policy: Policy,
    /// `WATCH_PRINCIPALS`.
    pub watched: BTreeSet<String>,
}

impl DeployedSettings {
    /// Reads the function's variables in the finding of the deployment with the function's own code. Returns `None` if there
    /// is no function, or if its variables are not known or not valid, which the deployment reports.
    pub fn read(deployment: &Finding) -> Option<Self> {
        let fact = |name: &str| deployment.facts.get(name);
        let function = fact("function")?.clone();
        let region = fact("region")?.clone();
        // The template sets both. Without them the variables could not be read.
        fact("DESIRED_STATE").or(fact("MODE"))?;
        let variable = |name: &str| fact(name).map(OsString::from);
        let settings = Settings::read(variable, SystemTime::now(), |_| Ok(())).ok()?;
        Some(Self {
            function,
            region,
            policy: settings.policy,
            watched: settings.watched,
        })
    }

    /// Returns the command that runs the function once in its own mode.
    pub fn invoke_command(&self) -> Option<String> {
        invoke_command(&self.function, &self.region, "{}")
    }
}

#[cfg(test)]
mod tests {
    use controltower_trusted_access::core::model::{Mode, TrustedAccess};

    use super::*;
    use crate::finding::Check;

    fn deployment(facts: &[(&'static str, &str)]) -> Finding {
        let finding = Finding::new(Check::Deployment)
            .fact("function", "F")
            .fact("region", "us-east-1");
        let facts = facts.iter();
        facts.fold(finding, |finding, (name, value)| finding.fact(name, *value))
    }

    #[test]
    fn the_settings_are_those_that_the_function_reads_from_its_variables() {
        let facts = [
            ("DESIRED_STATE", "enabled"),
            ("MODE", "audit"),
            ("WATCH_PRINCIPALS", "sso.amazonaws.com"),
        ];
        let settings = DeployedSettings::read(&deployment(&facts)).unwrap();
        assert_eq!(settings.policy.desired, TrustedAccess::Enabled);
        assert_eq!(settings.policy.mode, Mode::Audit);
        assert_eq!(settings.watched, ["sso.amazonaws.com".to_owned()].into());
    }

    #[test]
    fn invalid_or_unknown_variables_are_not_compared() {
        for facts in [
            &[][..],
            &[("MODE", "Enforce")],
            &[("DESIRED_STATE", "disabled"), ("MODE", "enforce")],
        ] {
            assert!(
                DeployedSettings::read(&deployment(facts)).is_none(),
                "{facts:?}"
            );
        }
        let no_function = Finding::new(Check::Deployment).fact("MODE", "audit");
        assert!(DeployedSettings::read(&no_function).is_none());
    }
}
