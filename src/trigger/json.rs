//! A JSON value that is looked at one level at a time.
//!
//! Not `serde_json::Value`: building one fails on numbers beyond `f64` and on nesting deeper than
//! 128, and an event whose `detail` holds such a thing must still wake the function. Looking at
//! the raw text skips what is not asked for, whatever it holds, without recursion.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::text::one_line;

/// A borrowed, syntactically valid JSON value.
#[derive(Debug, Clone, Copy)]
pub struct Json<'a>(&'a RawValue);

impl<'a> From<&'a RawValue> for Json<'a> {
    fn from(raw: &'a RawValue) -> Self {
        Self(raw)
    }
}

impl<'a> Json<'a> {
    /// The members of an object; where a key stands twice, the last one. `None` for all else.
    pub(super) fn members(self) -> Option<BTreeMap<Text, &'a RawValue>> {
        serde_json::from_str(self.0.get()).ok()
    }

    pub(super) fn get(self, key: &str) -> Option<Self> {
        self.members()?.remove(key).map(Self)
    }

    /// A string, exactly.
    pub(super) fn text(self) -> Option<String> {
        let text: Text = serde_json::from_str(self.0.get()).ok()?;
        Some(text.0)
    }

    /// A string, made safe to show by [`one_line`].
    pub(super) fn shown(self) -> Option<String> {
        self.text().map(|text| one_line(&text))
    }

    pub(super) fn is_null(self) -> bool {
        self.0.get() == "null"
    }

    pub(super) fn is_array(self) -> bool {
        self.0.get().starts_with('[')
    }
}

/// A JSON string that may hold half of a surrogate pair, which JSON allows and a Rust `String` cannot
/// hold: such a half becomes U+FFFD instead of an error.
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
