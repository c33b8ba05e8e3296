//! Reads and writes RFC 3339 times.

use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Returns the time that `text` says, with any offset, or `None` if it is not RFC 3339.
#[must_use]
pub fn parse(text: &str) -> Option<OffsetDateTime> {
    // The crate accepts any character between date and time.
    let has_separator = matches!(text.as_bytes().get(10), Some(b'T' | b't'));
    OffsetDateTime::parse(text, &Rfc3339)
        .ok()
        .filter(|_| has_separator)
}

/// Returns `time` in UTC to the second, or `None` if its year has more than four digits.
pub(super) fn format_seconds(time: SystemTime) -> Option<(String, i64)> {
    let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let seconds = i64::try_from(since_epoch.as_secs()).ok()?;
    let text = OffsetDateTime::from_unix_timestamp(seconds)
        .ok()?
        .format(&Rfc3339)
        .ok()?;
    Some((text, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_time_needs_the_separator_t_and_an_offset() {
        for text in [
            "2026-11-24T13:00:00Z",
            "2026-11-24t13:00:00z",
            "2026-11-24T14:00:00.0+01:00",
        ] {
            assert_eq!(
                parse(text).map(OffsetDateTime::unix_timestamp),
                Some(1_795_525_200),
                "{text}"
            );
        }
        for text in [
            "2026-11-24 13:00:00Z",
            "2026-11-24_13:00:00Z",
            "2026-11-24X13:00:00Z",
            "2026-11-24T13:00:00",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_formatted_time_is_utc_to_the_second() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_428_105_900);
        assert_eq!(
            format_seconds(time),
            Some(("2026-11-23T10:01:45Z".to_owned(), 1_795_428_105))
        );
    }

    #[test]
    fn a_time_beyond_the_year_9999_has_no_format() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_hours(90_000_000);
        assert_eq!(format_seconds(time), None);
        assert_eq!(
            format_seconds(SystemTime::UNIX_EPOCH - Duration::from_secs(1)),
            None
        );
    }
}
