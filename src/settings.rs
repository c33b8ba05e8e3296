//! Environment → typed settings, with all faults at once.
//!
//! Exact lower-case values only. A value that is nearly right (`TRUE`, an empty string) is a fault
//! and not a guess: this program may change an organization on the strength of it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::time::SystemTime;

use thiserror::Error;

pub use network::{Network, Trust};

use crate::state::{Hold, Mode, TrustedAccess};

mod hold;
mod landing_zone;
mod network;
mod watch;

/// Longest part of a faulty value that a message repeats, in characters.
const LONGEST_VALUE: usize = 64;

/// What the operator asked for, free of contradictions.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `DESIRED_STATE`: the state to keep; enabled unless set.
    pub desired: TrustedAccess,
    /// `MODE`: enforce unless set.
    pub mode: Mode,
    /// `HOLD_UNTIL`: a planned maintenance; none unless set.
    pub hold: Option<Hold>,
    /// `WATCH_PRINCIPALS`: what else to look at, and never to change; nothing unless set.
    pub watched: BTreeSet<String>,
    /// `LANDING_ZONE_REGION`: the landing zone's home Region; unless set, nobody asks for one.
    pub landing_zone_region: Option<String>,
    /// The SDK's variables, as far as they hold here.
    pub network: Network,
}

/// One variable that does not hold what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    variable: &'static str,
    got: String,
    takes: &'static str,
}

/// Every fault of the environment; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct SettingsError {
    faults: Vec<Fault>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, fault) in self.faults.iter().enumerate() {
            let separator = if nth == 0 { "" } else { "; " };
            let Fault {
                variable,
                got,
                takes,
            } = fault;
            write!(f, "{separator}{variable} is {got}: it takes {takes}")?;
        }
        write!(
            f,
            ". Correct the function's environment; until then no AWS call is made"
        )
    }
}

/// A variable that takes one of a few words.
struct Choice<T: 'static> {
    variable: &'static str,
    takes: &'static str,
    words: &'static [(&'static str, T)],
    default: T,
}

const DESIRED_STATE: Choice<TrustedAccess> = Choice {
    variable: "DESIRED_STATE",
    takes: "enabled or disabled",
    words: &[
        ("enabled", TrustedAccess::Enabled),
        ("disabled", TrustedAccess::Disabled),
    ],
    default: TrustedAccess::Enabled,
};

const MODE: Choice<Mode> = Choice {
    variable: "MODE",
    takes: "enforce or audit",
    words: &[("enforce", Mode::Enforce), ("audit", Mode::Audit)],
    default: Mode::Enforce,
};

const ALLOW_DISABLE: Choice<bool> = Choice {
    variable: "ALLOW_DISABLE",
    takes: "true or false",
    words: &[("true", true), ("false", false)],
    default: false,
};

impl<T: Copy> Choice<T> {
    fn read(&self, variable: impl Fn(&str) -> Option<OsString>) -> Result<T, Fault> {
        let Some(value) = variable(self.variable) else {
            return Ok(self.default);
        };
        let meant = self.words.iter().find(|(word, _)| value == *word);
        meant.map(|(_, meaning)| *meaning).ok_or_else(|| Fault {
            variable: self.variable,
            got: quoted(&value),
            takes: self.takes,
        })
    }
}

impl Settings {
    /// Reads the settings at the time `now`; `variable` gives the value of an environment variable, if
    /// it is set.
    ///
    /// # Errors
    /// [`SettingsError`] with every fault found.
    pub fn read(
        variable: impl Fn(&str) -> Option<OsString>,
        now: SystemTime,
    ) -> Result<Self, SettingsError> {
        let mut faults = Vec::new();
        let desired = note(DESIRED_STATE.read(&variable), &mut faults);
        let mode = note(MODE.read(&variable), &mut faults);
        let allow_disable = note(ALLOW_DISABLE.read(&variable), &mut faults);
        if let (Some(TrustedAccess::Disabled), Some(Mode::Enforce), Some(false)) =
            (desired, mode, allow_disable)
        {
            faults.push(second_switch_is_off(variable(ALLOW_DISABLE.variable)));
        }
        let hold = note(hold::read(&variable, now), &mut faults);
        let watched = note(watch::read(&variable), &mut faults);
        let region = note(landing_zone::read(&variable), &mut faults);
        let asks = !matches!(region, Some(None));
        let network = network::read(&variable, asks, &mut faults);
        let faultless = || {
            Some(Self {
                desired: desired?,
                mode: mode?,
                hold: hold?,
                watched: watched?,
                landing_zone_region: region?,
                network: network?,
            })
        };
        let settings = if faults.is_empty() { faultless() } else { None };
        settings.ok_or(SettingsError { faults })
    }
}

fn note<T>(read: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    read.map_err(|fault| faults.push(fault)).ok()
}

/// AWS recommends against switching trusted access off, so one variable alone must not do it.
fn second_switch_is_off(value: Option<OsString>) -> Fault {
    Fault {
        variable: ALLOW_DISABLE.variable,
        got: value.map_or_else(|| "not set".to_owned(), |value| quoted(&value)),
        takes: "true where DESIRED_STATE=disabled and MODE=enforce, as the second switch",
    }
}

/// A value as a message shows it: in quotes, on one line, not longer than [`LONGEST_VALUE`].
fn quoted(value: &OsString) -> String {
    let text = value.to_string_lossy();
    let start: String = text.chars().take(LONGEST_VALUE).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("{start:?}{more}")
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
        Settings::read(lookup, SystemTime::now()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_environment_keeps_trusted_access_enabled() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.desired, TrustedAccess::Enabled);
        assert_eq!(settings.mode, Mode::Enforce);
        assert!(matches!(settings.network.trust, Trust::System));
    }

    #[test]
    fn every_combination_of_exact_values_is_read_or_refused_as_the_contract_says() {
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
                        assert_eq!(settings.desired.to_string(), desired);
                        assert_eq!(settings.mode.to_string(), mode);
                    }
                }
            }
        }
    }

    #[test]
    fn disabling_without_the_second_switch_is_one_fault_that_names_it() {
        assert_eq!(
            read(&[("DESIRED_STATE", "disabled")]).unwrap_err(),
            "ALLOW_DISABLE is not set: it takes true where DESIRED_STATE=disabled and MODE=enforce, \
             as the second switch. Correct the function's environment; until then no AWS call is \
             made"
        );
    }

    #[test]
    fn a_long_value_is_cut_and_a_short_one_is_not() {
        let shown = |value: &str| read(&[("MODE", value)]).unwrap_err();
        assert!(shown(&"x".repeat(64)).starts_with(&format!("MODE is \"{}\": it", "x".repeat(64))));
        assert!(
            shown(&"x".repeat(65)).starts_with(&format!("MODE is \"{}\"…: it", "x".repeat(64)))
        );
    }

    #[test]
    fn all_faults_are_reported_together_with_what_each_variable_got_and_takes() {
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
    fn a_value_that_is_not_unicode_is_a_fault_and_not_a_panic() {
        use std::os::unix::ffi::OsStringExt;
        let lookup = |name: &str| (name == "MODE").then(|| OsString::from_vec(vec![0xff, 0xfe]));
        assert!(Settings::read(lookup, SystemTime::now()).is_err());
    }

    #[test]
    fn a_ca_bundle_that_cannot_be_used_is_a_fault_beside_the_others() {
        let message = read(&[("MODE", "on"), ("AWS_CA_BUNDLE", "")]).unwrap_err();
        assert!(
            message.starts_with("MODE is \"on\": it takes enforce or audit; AWS_CA_BUNDLE is \"\"")
        );
    }

    proptest! {
        #[test]
        fn any_other_value_is_a_fault_on_one_short_line(value in any::<String>()) {
            prop_assume!(value != "enforce" && value != "audit");
            let message = read(&[("MODE", &value)]).unwrap_err();
            prop_assert!(message.starts_with("MODE is "));
            prop_assert_eq!(message.lines().count(), 1);
            prop_assert!(message.chars().count() < 1024);
        }
    }
}
