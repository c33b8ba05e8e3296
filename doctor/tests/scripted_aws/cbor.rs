//! JSON as CBOR, of which CloudWatch's answers need maps, arrays, texts and truths. RFC 8949, section 3.

use serde_json::Value;

/// The bytes of a value.
pub fn of(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => [head(3, text.len()), text.clone().into_bytes()].concat(),
        Value::Array(items) => {
            let items = items.iter().map(of).collect::<Vec<_>>();
            [head(4, items.len()), items.concat()].concat()
        }
        Value::Object(fields) => {
            let entries = fields.iter().map(|(name, value)| {
                let name = of(&Value::String(name.clone()));
                [name, of(value)].concat()
            });
            [head(5, fields.len()), entries.collect::<Vec<_>>().concat()].concat()
        }
        Value::Bool(truth) => vec![if *truth { 0xf5 } else { 0xf4 }],
        other => panic!("no CBOR for {other}"),
    }
}

fn head(major: u8, length: usize) -> Vec<u8> {
    let length = u16::try_from(length).expect("a short one");
    let [high, low] = length.to_be_bytes();
    vec![major << 5 | 0x19, high, low]
}
