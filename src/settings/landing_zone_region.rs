//! `LANDING_ZONE_REGION`: the landing zone's home Region.

use std::ffi::OsString;

use super::{InvalidSetting, quote};

/// Returns the Region, or `None` if it is unset. The value becomes part of a host name and of mails, so it must look
/// like a Region. Whether it is one, only AWS knows.
pub(super) fn read(
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<String>, InvalidSetting> {
    let Some(value) = variable("LANDING_ZONE_REGION") else {
        return Ok(None);
    };
    let region = value.to_str().filter(|text| looks_like_a_region(text));
    region
        .map(|text| Some(text.to_owned()))
        .ok_or_else(|| InvalidSetting {
            variable: "LANDING_ZONE_REGION",
            actual: quote(&value),
            expected: "the name of the landing zone's home Region, such as eu-west-1",
        })
}

/// Two or three words and a number, such as `us-gov-west-1`.
fn looks_like_a_region(text: &str) -> bool {
    let mut parts = text.rsplit('-');
    let number = parts.next().unwrap_or_default();
    let words: Vec<&str> = parts.collect();
    let is_word = |word: &&str| {
        (2..=16).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let is_number = matches!(
        number.as_bytes(),
        [b'0'..=b'9'] | [b'0'..=b'9', b'0'..=b'9']
    );
    is_number && (2..=3).contains(&words.len()) && words.iter().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_region(value: &str) -> Result<Option<String>, InvalidSetting> {
        read(|_| Some(OsString::from(value)))
    }

    #[test]
    fn regions_of_every_partition_are_valid() {
        for region in [
            "eu-west-1",
            "us-gov-west-1",
            "cn-northwest-1",
            "ap-southeast-7",
            "us-isob-east-1",
            "eusc-de-east-1",
        ] {
            assert_eq!(read_region(region).unwrap().as_deref(), Some(region));
        }
        assert_eq!(read(|_| None).unwrap(), None);
    }

    #[test]
    fn a_value_that_does_not_look_like_a_region_is_rejected() {
        for value in [
            "",
            "EU-WEST-1",
            "eu-west",
            "eu-west-1a",
            "eu-west-",
            "euwest1",
            "eu-west-100",
            "Ireland",
            "eu-west-1.example.com",
            "eu-west-1 ",
            "a-b-c-d-1",
        ] {
            let fault = read_region(value).unwrap_err();
            assert_eq!(fault.variable, "LANDING_ZONE_REGION", "{value}");
        }
    }
}
