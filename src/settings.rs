//! Environment → typed settings, with all invalid settings at once.
//!
//! Values are exact and lower-case. A value that is nearly right (`TRUE`, an empty string) is an error and not a
//! guess, because this program may change an organization because of it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::time::SystemTime;

use thiserror::Error;

pub use custom_network::custom_network_variables;
pub use network::{CaBundleError, NetworkSettings, TrustStore};
pub use watch_principals::corrected_principal;

use crate::core::model::{Mode, TrustedAccess};
use crate::core::reconcile::Policy;
use quote::quote;

mod custom_network;
mod landing_zone_region;
mod maintenance_hold;
mod network;
mod network_url;
mod quote;
mod watch_principals;

/// The function's settings, free of contradictions.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `DESIRED_STATE`, `MODE` and `HOLD_UNTIL`.
    pub policy: Policy,
    /// `WATCH_PRINCIPALS`: other service principals to report on; empty if unset.
    pub watched: BTreeSet<String>,
    /// `LANDING_ZONE_REGION`: the landing zone's home Region; if unset, the landing zone is not read.
    pub landing_zone_region: Option<String>,
    /// The AWS SDK variables that the function reads.
    pub network: NetworkSettings,
}

/// One variable with a value that it does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
struct InvalidSetting {
    variable: &'static str,
    actual: String,
    expected: &'static str,
}

/// All invalid settings of the environment; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct SettingsError {
    invalid: Vec<InvalidSetting>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, setting) in self.invalid.iter().enumerate() {
            let separator = if nth == 0 { "" } else { "; " };
            let InvalidSetting {
                variable,
                actual,
                expected,
            } = setting;
            write!(f, "{separator}{variable} is {actual}: it takes {expected}")?;
        }
        write!(
            f,
            ". Correct the function's environment; until then no AWS call is made"
        )
    }
}

/// A variable that takes one of a few values.
struct Choice<T: 'static> {
    variable: &'static str,
    expected: &'static str,
    values: &'static [(&'static str, T)],
    default: T,
}

const DESIRED_STATE: Choice<TrustedAccess> = Choice {
    variable: "DESIRED_STATE",
    expected: "enabled or disabled",
    values: &[
        ("enabled", TrustedAccess::Enabled),
        ("disabled", TrustedAccess::Disabled),
    ],
    default: TrustedAccess::Enabled,
};

const MODE: Choice<Mode> = Choice {
    variable: "MODE",
    expected: "enforce or audit",
    values: &[("enforce", Mode::Enforce), ("audit", Mode::Audit)],
    default: Mode::Enforce,
};

const ALLOW_DISABLE: Choice<bool> = Choice {
    variable: "ALLOW_DISABLE",
    expected: "true or false",
    values: &[("true", true), ("false", false)],
    default: false,
};

impl<T: Copy> Choice<T> {
    fn read(&self, variable: impl Fn(&str) -> Option<OsString>) -> Result<T, InvalidSetting> {
        let Some(value) = variable(self.variable) else {
            return Ok(self.default);
        };
        let choice = self.values.iter().find(|(text, _)| value == *text);
        choice
            .map(|(_, choice)| *choice)
            .ok_or_else(|| InvalidSetting {
                variable: self.variable,
                actual: quote(&value),
                expected: self.expected,
            })
    }
}

impl Settings {
    /// Reads the settings at the time `now`. `variable` returns the value of an environment variable, and
    /// `check_ca_bundle` checks the content of a CA bundle: a function of the caller, so that the settings need no
    /// TLS library.
    ///
    /// # Errors
    /// [`SettingsError`] with every invalid setting.
    pub fn read(
        variable: impl Fn(&str) -> Option<OsString>,
        now: SystemTime,
        check_ca_bundle: impl Fn(&[u8]) -> Result<(), CaBundleError>,
    ) -> Result<Self, SettingsError> {
        let mut invalid = Vec::new();
        let desired = collect_error(DESIRED_STATE.read(&variable), &mut invalid);
        let mode = collect_error(MODE.read(&variable), &mut invalid);
        let allow_disable = collect_error(ALLOW_DISABLE.read(&variable), &mut invalid);
        if let (Some(TrustedAccess::Disabled), Some(Mode::Enforce), Some(false)) =
            (desired, mode, allow_disable)
        {
            invalid.push(missing_allow_disable(variable(ALLOW_DISABLE.variable)));
        }
        let hold = collect_error(maintenance_hold::read(&variable, now), &mut invalid);
        let watched = collect_error(watch_principals::read(&variable), &mut invalid);
        let region = collect_error(landing_zone_region::read(&variable), &mut invalid);
        let network = network::read(&variable, check_ca_bundle, &mut invalid);
        let settings = || {
            Some(Self {
                policy: Policy {
                    desired: desired?,
                    mode: mode?,
                    hold: hold?,
                },
                watched: watched?,
                landing_zone_region: region?,
                network: network?,
            })
        };
        let settings = if invalid.is_empty() { settings() } else { None };
        settings.ok_or(SettingsError { invalid })
    }
}

fn collect_error<T>(
    read: Result<T, InvalidSetting>,
    invalid: &mut Vec<InvalidSetting>,
) -> Option<T> {
    read.map_err(|setting| invalid.push(setting)).ok()
}

/// AWS recommends against disabling trusted access, so one variable alone must not do it.
fn missing_allow_disable(value: Option<OsString>) -> InvalidSetting {
    InvalidSetting {
        variable: ALLOW_DISABLE.variable,
        actual: value.map_or_else(|| "not set".to_owned(), |value| quote(&value)),
        expected: "true if DESIRED_STATE=disabled and MODE=enforce, as the second switch",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(environment: &[(&str, &str)]) -> Result<Settings, String> {
        let lookup = |name: &str| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        };
        Settings::read(lookup, SystemTime::now(), |_| Ok(())).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_environment_keeps_trusted_access_enabled() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.policy.desired, TrustedAccess::Enabled);
        assert_eq!(settings.policy.mode, Mode::Enforce);
        assert!(matches!(settings.network.trust_store, TrustStore::System));
    }

    #[test]
    fn only_disabled_with_enforce_and_without_allow_disable_is_rejected() {
        for desired in ["enabled", "disabled"] {
            for mode in ["enforce", "audit"] {
                for allow in ["true", "false"] {
                    let settings = read(&[
                        ("DESIRED_STATE", desired),
                        ("MODE", mode),
                        ("ALLOW_DISABLE", allow),
                    ]);
                    let refused = (desired, mode, allow) == ("disabled", "enforce", "false");
                    assert_eq!(settings.is_err(), refused, "{desired} {mode} {allow}");
                    if let Ok(settings) = settings {
                        assert_eq!(settings.policy.desired.to_string(), desired);
                        assert_eq!(settings.policy.mode.to_string(), mode);
                    }
                }
            }
        }
    }

    #[test]
    fn disabling_without_allow_disable_is_one_error_that_names_it() {
        assert_eq!(
            read(&[("DESIRED_STATE", "disabled")]).unwrap_err(),
            "ALLOW_DISABLE is not set: it takes true if DESIRED_STATE=disabled and MODE=enforce, \
             as the second switch. Correct the function's environment; until then no AWS call is \
             made"
        );
    }

    #[test]
    fn all_invalid_settings_are_reported_together_with_actual_and_expected_values() {
        let message = read(&[
            ("DESIRED_STATE", "Enabled"),
            ("MODE", ""),
            ("ALLOW_DISABLE", "TRUE"),
        ]);
        assert_eq!(
            message.unwrap_err(),
            "DESIRED_STATE is \"Enabled\": it takes enabled or disabled; MODE is \"\": it takes \
             enforce or audit; ALLOW_DISABLE is \"TRUE\": it takes true or false. Correct the \
             function's environment; until then no AWS call is made"
        );
    }

    #[test]
    fn a_value_that_is_not_unicode_is_an_error_and_not_a_panic() {
        use std::os::unix::ffi::OsStringExt;
        let lookup = |name: &str| (name == "MODE").then(|| OsString::from_vec(vec![0xff, 0xfe]));
        assert!(Settings::read(lookup, SystemTime::now(), |_| Ok(())).is_err());
    }

    #[test]
    fn an_unusable_ca_bundle_is_reported_together_with_other_invalid_settings() {
        let message = read(&[("MODE", "on"), ("AWS_CA_BUNDLE", "")]).unwrap_err();
        assert!(
            message.starts_with("MODE is \"on\": it takes enforce or audit; AWS_CA_BUNDLE is \"\"")
        );
    }

    proptest! {
        #[test]
        fn any_other_value_of_mode_is_an_error_on_one_short_line(value in any::<String>()) {
            prop_assume!(value != "enforce" && value != "audit");
            let message = read(&[("MODE", &value)]).unwrap_err();
            prop_assert!(message.starts_with("MODE is "));
            prop_assert_eq!(message.lines().count(), 1);
            prop_assert!(message.chars().count() < 1024);
        }
    }
}
