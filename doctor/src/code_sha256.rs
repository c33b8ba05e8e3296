//! The SHA-256 of the function's code.

use std::str::FromStr;

use aws_smithy_types::base64;

/// The SHA-256 of a zip file, in Lambda's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSha256 {
    base64: String,
}

impl CodeSha256 {
    /// Returns the form in which Lambda returns it:
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html>
    pub fn base64(&self) -> &str {
        &self.base64
    }
}

impl FromStr for CodeSha256 {
    type Err = &'static str;

    /// Accepts 64 hexadecimal digits, as in the checksums of a release, or base64.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = parse_hex(text).or_else(|| base64::decode(text).ok());
        let bytes = bytes.filter(|bytes| bytes.len() == 32);
        let bytes =
            bytes.ok_or("not a SHA-256: 64 hexadecimal digits, or 44 characters of base64")?;
        Ok(Self {
            base64: base64::encode(bytes),
        })
    }
}

/// Returns `None` for another length, also that of base64, which can consist of hexadecimal digits.
fn parse_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let starts = (0..text.len()).step_by(2);
    let bytes = starts.map(|start| u8::from_str_radix(&text[start..start + 2], 16).ok());
    bytes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The SHA-256 of an empty file.
    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const BASE64: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    #[test]
    fn a_checksum_is_parsed_from_hexadecimal_and_base64() {
        for text in [HEX, &HEX.to_uppercase(), BASE64] {
            let parsed: CodeSha256 = text.parse().unwrap();
            assert_eq!(parsed.base64(), BASE64);
        }
    }

    #[test]
    fn text_that_is_no_sha_256_is_rejected() {
        let sign = format!("+{}", &HEX[1..]);
        for text in [
            "",
            "e3b0",
            &HEX[1..],
            &sign,
            "47DEQpj8HBSa",
            &"é".repeat(32),
            &"=".repeat(44),
        ] {
            assert!(text.parse::<CodeSha256>().is_err(), "{text}");
        }
    }
}
