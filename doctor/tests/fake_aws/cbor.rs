//! Encodes JSON as CBOR: the maps, arrays, strings and booleans of CloudWatch's replies. RFC 8949, section 3.

use serde_json::Value;

/// Returns the CBOR encoding of a value.
pub fn encode(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => [head(3, text.len()), text.clone().into_bytes()].concat(),
        Value::Array(items) => {
            let items = items.iter().map(encode).collect::<Vec<_>>();
            [head(4, items.len()), items.concat()].concat()
        }
        Value::Object(fields) => {
            let entries = fields.iter().map(|(name, value)| {
                let name = encode(&Value::String(name.clone()));
                [name, encode(value)].concat()
            });
            [head(5, fields.len()), entries.collect::<Vec<_>>().concat()].concat()
        }
        Value::Bool(value) => vec![if *value { 0xf5 } else { 0xf4 }],
        other => panic!("cannot encode {other} as CBOR"),
    }
}

fn head(major: u8, length: usize) -> Vec<u8> {
    let length = u16::try_from(length).expect("a short string or list");
    let [high, low] = length.to_be_bytes();
    vec![major << 5 | 0x19, high, low]
}
