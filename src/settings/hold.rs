//! `HOLD_UNTIL`: a planned maintenance that ends by itself.

use std::ffi::OsString;
use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::{Fault, quoted};
use crate::state::Hold;

/// The furthest that it may end. A hold of months is one that was forgotten, or a mistyped year.
const LONGEST: Duration = Duration::from_hours(30 * 24);

/// `None` where none is planned. One that is over is no fault: it was meant to end without anyone
/// touching the function.
pub(super) fn read(
    variable: impl Fn(&str) -> Option<OsString>,
    now: SystemTime,
) -> Result<Option<Hold>, Fault> {
    let Some(value) = variable("HOLD_UNTIL") else {
        return Ok(None);
    };
    let hold = value.to_str().and_then(parse);
    let near = hold.filter(|hold| hold.until <= now + LONGEST);
    near.map(Some).ok_or_else(|| Fault {
        variable: "HOLD_UNTIL",
        got: quoted(&value),
        takes: "an RFC 3339 time at most 30 days ahead, such as 2026-11-24T18:00:00Z",
    })
}

fn parse(said: &str) -> Option<Hold> {
    let time = DateTime::from_str(said, Format::DateTimeWithOffset).ok()?;
    let until = SystemTime::try_from(time).ok()?;
    let said = said.to_owned();
    Some(Hold { until, said })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-24T12:00:00Z.
    const NOW: Duration = Duration::from_hours(498_756);

    fn read_hold(value: &str) -> Result<Option<Hold>, Fault> {
        let now = SystemTime::UNIX_EPOCH + NOW;
        read(|_| Some(OsString::from(value)), now)
    }

    fn ends(value: &str) -> Duration {
        let hold = read_hold(value).unwrap().unwrap();
        assert_eq!(hold.said, value);
        hold.until.duration_since(SystemTime::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn a_time_with_any_offset_is_taken_also_one_that_is_past() {
        let hour = Duration::from_hours(1);
        assert_eq!(ends("2026-11-24T13:00:00Z"), NOW + hour);
        assert_eq!(ends("2026-11-24T13:00:00+01:00"), NOW);
        assert_eq!(ends("2026-11-24T11:00:00Z") + hour, NOW);
        assert_eq!(ends("2026-12-24T12:00:00Z"), NOW + LONGEST);
    }

    #[test]
    fn what_is_no_time_or_too_far_ahead_is_a_fault() {
        for value in [
            "",
            "tomorrow",
            "2026-11-24",
            "2026-11-24 13:00:00Z",
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
