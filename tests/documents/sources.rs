//! The names that the code defines. They are found by their shape and not by their file, so that moving code needs no
//! change here.

use std::collections::BTreeSet;
use std::fs;

use super::{files, root};

/// Returns the function's code: `src/` without other binaries, tests and comments.
fn code() -> String {
    let files = files(&root().join("src"), "rs").into_iter();
    let own = files
        .filter(|path| !path.ends_with("tests.rs") && !path.starts_with(root().join("src/bin")));
    let texts = own.map(|path| fs::read_to_string(path).unwrap());
    let mut code = String::new();
    for text in texts {
        let without_tests = text.split("#[cfg(test)]\nmod ").next().unwrap();
        for line in without_tests
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            code.push_str(line);
            code.push('\n');
        }
    }
    assert!(code.len() > 10_000, "the sources were not found");
    code
}

/// Returns the sources in which a test may be defined.
pub fn test_sources() -> String {
    let places = ["src", "tests", "doctor", "bench", "fuzz"].map(|folder| root().join(folder));
    let files = places
        .iter()
        .flat_map(|folder| [files(folder, "rs"), files(folder, "py")].concat());
    files
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

pub fn make_targets() -> BTreeSet<String> {
    let makefiles = ["Makefile", "quality.mk"].map(|file| fs::read_to_string(root().join(file)));
    let text = makefiles
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n");
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_target = |name: &&str| name.chars().all(is_part);
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines
        .map(|(name, _)| name)
        .filter(is_target)
        .map(str::to_owned)
        .collect()
}

/// Returns the text in the braces that follow `start`; every occurrence.
fn bodies(code: &str, start: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in code.split(start).skip(1) {
        let Some((_, rest)) = rest.split_once('{') else {
            continue;
        };
        let mut depth = 1;
        let end = rest.char_indices().find_map(|(at, c)| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            (depth == 0).then_some(at)
        });
        found.extend(end.map(|end| rest[..end].to_owned()));
    }
    found
}

/// Returns the variants of an enum, by their own names.
pub fn variants(name: &str) -> Vec<String> {
    let bodies = bodies(&code(), &format!("pub enum {name} "));
    assert_eq!(bodies.len(), 1, "enum {name}");
    let words = bodies[0]
        .lines()
        .map(|line| line.trim().trim_end_matches(','));
    let is_variant = |word: &&str| {
        let starts = word.starts_with(|c: char| c.is_ascii_uppercase());
        starts && word.chars().all(char::is_alphanumeric)
    };
    words.filter(is_variant).map(str::to_owned).collect()
}

/// Returns the string literals of a piece of code.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find(['"', '\'']) {
        let (quote, after) = (rest.as_bytes()[at], &rest[at + 1..]);
        if quote == b'\'' {
            // A character in quotation marks, or else a lifetime.
            let skipped = ["\"'", "\\\"'", "\\\\'", "\\''"]
                .iter()
                .find(|end| after.starts_with(**end));
            rest = &after[skipped.map_or(0, |end| end.len())..];
            continue;
        }
        let mut escaped = false;
        let end = after.char_indices().find_map(|(at, c)| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends.then_some(at)
        });
        let Some(end) = end else { break };
        found.push(after[..end].to_owned());
        rest = &after[end + 1..];
    }
    found
}

/// Returns the contract's error types: the kinds of an AWS error, and what `error_type` functions name.
pub fn error_types() -> BTreeSet<String> {
    let bodies = bodies(&code(), "fn error_type(");
    assert!(!bodies.is_empty(), "no function error_type");
    let named = bodies.iter().flat_map(|body| literals(body));
    named.chain(variants("ApiErrorKind")).collect()
}

/// Whether a word looks like an environment variable.
pub fn is_variable(word: &str) -> bool {
    let is_upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let is_proxy = word.ends_with("_proxy");
    let is_named = word.contains('_') && word.starts_with(|c: char| c.is_ascii_uppercase());
    (is_named && word.chars().all(is_upper)) || word == "MODE" || is_proxy
}

/// Returns every environment variable that the function names.
pub fn environment_variables() -> BTreeSet<String> {
    let names: BTreeSet<String> = literals(&code())
        .into_iter()
        .filter(|word| is_variable(word))
        .collect();
    assert!(names.len() > 15, "{names:?}");
    names
}

/// Returns the JSON names of every structure that a report is made of.
pub fn report_fields() -> BTreeSet<String> {
    let code = code();
    let mut fields = BTreeSet::new();
    for part in code.split("#[serde(rename_all = \"camelCase\")]").skip(1) {
        let item = part.trim_start();
        if item.starts_with("pub struct ") {
            fields.extend(struct_fields(&bodies(part, "pub struct ")[0]));
        }
    }
    for body in bodies(&code, "impl Serialize for LandingZone") {
        let is_name = |word: &String| word.chars().all(char::is_alphabetic) && !word.is_empty();
        fields.extend(literals(&body).into_iter().filter(is_name));
    }
    assert!(fields.len() > 20, "{fields:?}");
    fields
}

fn struct_fields(body: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut attributes = String::new();
    for line in body.lines().map(str::trim) {
        if line.starts_with("#[") {
            attributes.push_str(line);
        } else if let Some((name, _)) = line
            .strip_prefix("pub ")
            .and_then(|rest| rest.split_once(':'))
        {
            let renamed = attributes
                .split("rename = \"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            if !attributes.contains("serde(skip)") {
                fields.push(renamed.map_or_else(|| camel_case(name), str::to_owned));
            }
            attributes.clear();
        }
    }
    fields
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let (head, tail) = word.split_at(1);
        text + &head.to_ascii_uppercase() + tail
    })
}

/// Returns every metric: a literal that is followed by its unit.
pub fn metrics() -> BTreeSet<String> {
    let literals = literals(&code());
    let is_unit = |word: &str| ["Count", "Seconds"].contains(&word);
    let pairs = literals
        .windows(2)
        .filter(|pair| is_unit(&pair[1]) && !is_unit(&pair[0]));
    let metrics: BTreeSet<String> = pairs.map(|pair| pair[0].clone()).collect();
    assert!(metrics.len() >= 8, "{metrics:?}");
    metrics
}
