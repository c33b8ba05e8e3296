//! A JSON value that is looked at one level at a time.
//!
//! Not `serde_json::Value`: building one fails on numbers beyond `f64` and on nesting deeper than
//! 128, and an event whose `detail` holds such a thing must still wake the function. Looking at
//! the raw text skips what is not asked for, whatever it holds, without recursion.

use std::collections::BTreeMap;

use serde::Deserialize;
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
    pub(super) fn members(self) -> Option<BTreeMap<String, &'a RawValue>> {
        self.read()
    }

    pub(super) fn keys(self) -> Option<Vec<String>> {
        self.members().map(|members| members.into_keys().collect())
    }

    pub(super) fn get(self, key: &str) -> Option<Self> {
        self.members()?.remove(key).map(Self)
    }

    /// A string, made safe to show by [`one_line`].
    pub(super) fn text(self) -> Option<String> {
        self.read::<String>().map(|text| one_line(&text))
    }

    pub(super) fn read<T: Deserialize<'a>>(self) -> Option<T> {
        serde_json::from_str(self.0.get()).ok()
    }

    pub(super) fn is_null(self) -> bool {
        self.0.get() == "null"
    }

    pub(super) fn is_array(self) -> bool {
        self.0.get().starts_with('[')
    }
}
