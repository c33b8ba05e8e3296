//! Holds the map of `lib.rs` against the sources, and the function's dependencies against the doctor's.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The modules in the order of the map: each imports only from those before it.
fn rows() -> Vec<String> {
    let map = fs::read_to_string(Path::new(ROOT).join("src/lib.rs")).unwrap();
    map.lines()
        .filter_map(|line| line.strip_prefix("//! | [`")?.split_once('`'))
        .map(|(module, _)| module.to_owned())
        .collect()
}

/// Every source file of a module, its own folder included, its tests not.
fn sources(module: &str) -> Vec<(PathBuf, String)> {
    let mut files = vec![Path::new(ROOT).join(format!("src/{module}.rs"))];
    let mut folders = vec![Path::new(ROOT).join("src").join(module)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else {
            continue;
        };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs")
                && !path.ends_with("tests.rs")
            {
                files.push(path);
            }
        }
    }
    files
        .into_iter()
        // src/bin is a folder alone.
        .filter(|path| path.exists())
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The code of a file without its comments and its tests.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// aws-config needs it whatever its features are; nothing calls it, so nothing of it is linked.
const STS: &str = "aws-sdk-sts";

/// What the doctor needs is paid for by nobody who deploys the function.
#[test]
fn without_its_feature_nothing_of_the_doctor_is_built() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none"])
        .current_dir(ROOT)
        .output()
        .unwrap();
    let tree = String::from_utf8(tree.stdout).unwrap();
    let built: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let services = built.iter().filter(|name| name.starts_with("aws-sdk-"));
    let services: Vec<_> = services.copied().collect();
    assert_eq!(
        services,
        ["aws-sdk-controltower", "aws-sdk-organizations", STS]
    );
    let manifest = fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).unwrap();
    let (_, doctors) = manifest.split_once("\n# The doctor's, ").unwrap();
    let of_the_doctor: Vec<&str> = doctors
        .lines()
        .skip(1)
        .map_while(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .collect();
    assert!(of_the_doctor.len() > 5, "{of_the_doctor:?}");
    for name in of_the_doctor.into_iter().filter(|name| *name != STS) {
        assert!(!built.contains(name), "{name}");
    }
}

#[test]
fn the_map_names_every_module_once() {
    let mut mapped = rows();
    let mut declared: Vec<String> = fs::read_to_string(Path::new(ROOT).join("src/lib.rs"))
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    mapped.sort();
    declared.sort();
    assert_eq!(mapped, declared);
}

#[test]
fn a_module_imports_only_from_rows_above_it() {
    let rows = rows();
    for (row, module) in rows.iter().enumerate() {
        for (path, text) in sources(module) {
            let code = code(&text);
            for below in &rows[row + 1..] {
                let import = format!("crate::{below}");
                assert!(
                    !code.contains(&import),
                    "{} imports {import}",
                    path.display()
                );
            }
            // The other ways to name a module, which the search above would not see.
            let is_nested = path.parent() != Some(&Path::new(ROOT).join("src"));
            let upwards = if is_nested { "super::super" } else { "super::" };
            for hidden in ["crate::{", "crate::*", upwards] {
                assert!(!code.contains(hidden), "{} says {hidden}", path.display());
            }
        }
    }
}

#[test]
fn the_core_names_no_aws_lambda_or_tracing_item() {
    let rows = rows();
    let last = rows
        .iter()
        .position(|module| module == "reconcile")
        .unwrap();
    for module in &rows[..=last] {
        for (path, text) in sources(module) {
            // The one known shape past the door: a type without behaviour, of a crate without AWS calls.
            let code = code(&text).replace("aws_lambda_events::cloudwatch_events::cloudtrail", "");
            for foreign in ["aws_", "lambda_", "tracing"] {
                assert!(
                    !code.contains(foreign),
                    "{} names {foreign}",
                    path.display()
                );
            }
            assert_eq!(
                code.contains("tokio"),
                module == "reconcile",
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn p5_one_service_principal_stands_in_the_code_and_in_each_write() {
    let mut found = Vec::new();
    let mut written = Vec::new();
    for module in rows().into_iter().chain(["main".to_owned()]) {
        for (path, text) in sources(&module) {
            let code = code(&text);
            let arguments = code.split(".service_principal(").skip(1);
            written.extend(arguments.map(|rest| rest.split(')').next().unwrap().to_owned()));
            // What the operator may ask to watch reaches the reading half of the adapter and no further.
            if path.ends_with("settings/watch.rs") {
                continue;
            }
            // The host that is called names no principal.
            let code = code.replace("https://organizations.us-east-1.amazonaws.com", "");
            let hits = code.matches("amazonaws.com").count();
            found.extend(std::iter::repeat_n(module.clone(), hits));
        }
    }
    assert_eq!(found, ["state"]);
    written.retain(|argument| !argument.is_empty());
    assert_eq!(written, ["CONTROL_TOWER"; 2]);
}

#[test]
fn main_is_a_composition_root() {
    let main = fs::read_to_string(Path::new(ROOT).join("src/main.rs")).unwrap();
    assert!(main.lines().count() <= 40);
    assert!(!code(&main).contains("match"));
}

#[test]
fn no_source_file_grows_beyond_300_lines() {
    for module in rows().into_iter().chain(["bin".to_owned()]) {
        for (path, text) in sources(&module) {
            assert!(text.lines().count() <= 300, "{}", path.display());
        }
    }
}
