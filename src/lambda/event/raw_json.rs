//! A JSON value that is parsed one level at a time.
//!
//! Not `serde_json::Value`: parsing one fails on numbers beyond `f64` and on nesting deeper than 128, and an event
//! with such a `detail` must still start a run. Parsing the raw text skips every value that is not read, without
//! recursion.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::core::sanitize::sanitize_value;

/// A borrowed, syntactically valid JSON value.
#[derive(Debug, Clone, Copy)]
pub struct RawJson<'a>(&'a RawValue);

impl<'a> From<&'a RawValue> for RawJson<'a> {
    fn from(raw: &'a RawValue) -> Self {
        Self(raw)
    }
}

impl<'a> RawJson<'a> {
    /// Returns the members of an object, or `None` for any other value. Of a repeated key the last value counts.
    pub(super) fn as_object(self) -> Option<BTreeMap<Text, &'a RawValue>> {
        serde_json::from_str(self.0.get()).ok()
    }

    pub(super) fn get(self, key: &str) -> Option<Self> {
        self.as_object()?.remove(key).map(Self)
    }

    /// Returns a string, unchanged, or `None` for any other value.
    pub(super) fn text(self) -> Option<String> {
        let text: Text = serde_json::from_str(self.0.get()).ok()?;
        Some(text.0)
    }

    /// Returns a string, sanitized, or `None` for any other value and for a string without a visible character.
    pub(super) fn sanitized_text(self) -> Option<String> {
        let text = self.text().map(|text| sanitize_value(&text));
        text.filter(|text| !text.trim().is_empty())
    }

    pub(super) fn is_null(self) -> bool {
        self.0.get() == "null"
    }

    pub(super) fn is_array(self) -> bool {
        self.0.get().starts_with('[')
    }
}

/// A JSON string that may contain half of a surrogate pair. JSON allows that, and a Rust `String` cannot hold it:
/// the half becomes U+FFFD instead of an error.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text(pub(super) String);

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Text, E> {
                Ok(Text(String::from_utf8_lossy(bytes).into_owned()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}
