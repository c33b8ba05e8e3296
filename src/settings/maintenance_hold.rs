//! `HOLD_UNTIL`: a maintenance hold that ends without a second change of the settings.

use std::ffi::OsString;
use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{InvalidSetting, quote};
use crate::core::model::MaintenanceHold;

/// The longest hold. One of several months is a mistyped year, or would be forgotten.
const MAX_HOLD: Duration = Duration::from_hours(30 * 24);

/// Returns the hold, or `None` if there is none. A hold that has ended is valid: it is meant to end without a change
/// of the settings.
pub(super) fn read(
    variable: impl Fn(&str) -> Option<OsString>,
    now: SystemTime,
) -> Result<Option<MaintenanceHold>, InvalidSetting> {
    let Some(value) = variable("HOLD_UNTIL") else {
        return Ok(None);
    };
    let hold = value.to_str().and_then(parse);
    let hold = hold.filter(|hold| hold.until <= now + MAX_HOLD);
    hold.map(Some).ok_or_else(|| InvalidSetting {
        variable: "HOLD_UNTIL",
        actual: quote(&value),
        expected: "an RFC 3339 time at most 30 days ahead, such as 2026-11-24T18:00:00Z",
    })
}

fn parse(raw: &str) -> Option<MaintenanceHold> {
    // RFC 3339 also permits a space and lower case, which AWS and the template do not.
    let time = OffsetDateTime::parse(raw, &Rfc3339)
        .ok()
        .filter(|_| !raw.contains([' ', 't', 'z']))?;
    Some(MaintenanceHold {
        until: time.into(),
        raw: raw.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-24T12:00:00Z.
    const NOW: Duration = Duration::from_hours(498_756);

    fn read_hold(value: &str) -> Result<Option<MaintenanceHold>, InvalidSetting> {
        let now = SystemTime::UNIX_EPOCH + NOW;
        read(|_| Some(OsString::from(value)), now)
    }

    fn ends(value: &str) -> Duration {
        let hold = read_hold(value).unwrap().unwrap();
        assert_eq!(hold.raw, value);
        hold.until.duration_since(SystemTime::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn hold_until_takes_any_offset_and_a_time_in_the_past() {
        let hour = Duration::from_hours(1);
        assert_eq!(ends("2026-11-24T13:00:00Z"), NOW + hour);
        assert_eq!(ends("2026-11-24T13:00:00+01:00"), NOW);
        assert_eq!(ends("2026-11-24T11:00:00Z") + hour, NOW);
        assert_eq!(ends("2026-12-24T12:00:00Z"), NOW + MAX_HOLD);
    }

    #[test]
    fn hold_until_rejects_an_invalid_time_and_one_more_than_30_days_ahead() {
        for value in [
            "",
            "tomorrow",
            "2026-11-24",
            "2026-11-24 13:00:00Z",
            "2026-11-24t13:00:00z",
            "2026-11-24T13:00:00",
            "2026-13-24T13:00:00Z",
            "1795521600",
            " 2026-11-24T13:00:00Z",
            "2026-12-24T12:00:01Z",
            "2027-11-24T12:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(
                read_hold(value).unwrap_err().variable,
                "HOLD_UNTIL",
                "{value}"
            );
        }
    }
}
