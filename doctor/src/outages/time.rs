//! A time to the second, which is the resolution of CloudTrail.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_cloudtrail::primitives::{DateTime, DateTimeFormat};
use controltower_trusted_access::core::timestamp;
use serde::{Serialize, Serializer};

/// Seconds since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(i64);

impl Time {
    /// Returns the current time of this machine.
    pub fn now() -> Self {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
        Self(elapsed.map_or(0, |elapsed| {
            i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
        }))
    }

    /// Returns the time that an RFC 3339 text says, with any offset, or `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        timestamp::parse(text).map(|time| Self(time.unix_timestamp()))
    }

    /// Returns this time as the SDK writes it.
    pub fn to_sdk(self) -> DateTime {
        DateTime::from_secs(self.0)
    }

    /// Returns the time `seconds` earlier.
    pub fn minus(self, seconds: i64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// Returns the seconds from `earlier` to this time, at least 0.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).max(0)
    }

    /// Returns the seconds between two times.
    pub fn distance(self, other: Self) -> i64 {
        self.0.saturating_sub(other.0).saturating_abs()
    }
}

impl From<&DateTime> for Time {
    fn from(time: &DateTime) -> Self {
        Self(time.secs())
    }
}

/// RFC 3339 in UTC.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_sdk().fmt(DateTimeFormat::DateTime);
        f.write_str(&text.map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Returns a duration for people, with its two largest units: `2 h 5 min`.
pub fn describe_seconds(seconds: i64) -> String {
    let units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (size, unit) in units {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push(format!("{count} {unit}"));
        } else if !parts.is_empty() {
            break;
        }
    }
    parts.truncate(2);
    if parts.is_empty() {
        return "0 s".to_owned();
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_with_an_offset_is_printed_in_utc() {
        let time = Time::parse("2026-11-24T14:00:00.5+01:00").unwrap();
        assert_eq!(time.to_string(), "2026-11-24T13:00:00Z");
        assert_eq!(Time::parse("2026-11-24 13:00:00Z"), None);
        assert_eq!(time.minus(60).to_string(), "2026-11-24T12:59:00Z");
    }

    #[test]
    fn a_duration_has_its_two_largest_units() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (61, "1 min 1 s"),
            (3600, "1 h"),
            (3601, "1 h"),
            (7500, "2 h 5 min"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(describe_seconds(seconds), text);
        }
    }
}
