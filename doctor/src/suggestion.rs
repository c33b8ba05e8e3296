//! What the user probably meant by an invalid value of an option.

/// The words after the first part of a Region's name. A longer one comes before the word that it ends with.
const DIRECTIONS: [&str; 9] = [
    "northeast",
    "northwest",
    "southeast",
    "southwest",
    "central",
    "north",
    "south",
    "east",
    "west",
];

/// Returns the error of an invalid value, with the suggestion if there is one.
pub fn error(text: &str, suggestion: Option<String>) -> String {
    match suggestion {
        Some(suggestion) => format!("{text}; did you mean {suggestion}?"),
        None => text.to_owned(),
    }
}

/// Returns a Region with the same letters and digits: `us-east-1` for `useast1` and `US_EAST_1`.
pub fn region(text: &str) -> Option<String> {
    let mut name: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    name.make_ascii_lowercase();
    let number = name.pop().filter(char::is_ascii_digit)?;
    let (area, direction) = DIRECTIONS
        .iter()
        .find_map(|direction| Some((name.strip_suffix(direction)?, direction)))?;
    let area = match area {
        "usgov" => "us-gov",
        area if area.len() == 2 => area,
        _ => return None,
    };
    Some(format!("{area}-{direction}-{number}"))
}

/// Returns the 12 digits of an account ID that is written with hyphens, as in the console.
pub fn account_id(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|one| *one != '-').collect();
    (digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// Returns the RFC 3339 time of a date, or of a time without its `T` or its offset.
pub fn time(text: &str, is_valid: impl Fn(&str) -> bool) -> Option<String> {
    let time = text.replace(' ', "T");
    let candidates = [
        format!("{time}T00:00:00Z"),
        format!("{time}:00Z"),
        format!("{time}Z"),
        time,
    ];
    candidates.into_iter().find(|candidate| is_valid(candidate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outages::time::Time;

    #[test]
    fn a_region_with_other_separators_or_capitals_is_suggested() {
        for (text, suggestion) in [
            ("useast1", Some("us-east-1")),
            ("US-EAST-1", Some("us-east-1")),
            ("eu_west_1", Some("eu-west-1")),
            ("ap-southeast1", Some("ap-southeast-1")),
            ("usgovwest1", Some("us-gov-west-1")),
            ("virginia", None),
            ("1", None),
            ("", None),
        ] {
            assert_eq!(region(text).as_deref(), suggestion, "{text}");
        }
    }

    #[test]
    fn an_account_id_with_hyphens_is_suggested_without_them() {
        assert_eq!(
            account_id("1111-2222-3333").as_deref(),
            Some("111122223333")
        );
        assert_eq!(account_id("1111-2222-333"), None);
    }

    #[test]
    fn a_date_and_a_time_without_an_offset_are_suggested_in_utc() {
        for (text, suggestion) in [
            ("2026-11-20", Some("2026-11-20T00:00:00Z")),
            ("2026-11-20 10:00", Some("2026-11-20T10:00:00Z")),
            ("2026-11-20T10:00:00", Some("2026-11-20T10:00:00Z")),
            (
                "2026-11-20 10:00:00+01:00",
                Some("2026-11-20T10:00:00+01:00"),
            ),
            ("yesterday", None),
        ] {
            let suggested = time(text, |text| Time::parse(text).is_some());
            assert_eq!(suggested.as_deref(), suggestion, "{text}");
        }
    }
}
