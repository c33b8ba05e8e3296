//! Compares the sources with the layout table in `lib.rs`, and the function's dependency tree with what it may have.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Returns the modules of the layout table in `lib.rs`, each with the modules that it may import.
fn layout() -> Vec<(String, Vec<String>)> {
    let lib = fs::read_to_string(Path::new(ROOT).join("src/lib.rs")).unwrap();
    let rows = lib
        .lines()
        .filter_map(|line| line.strip_prefix("//! | [`"))
        .map(|row| {
            let cells: Vec<&str> = row.split(" | ").collect();
            let quoted = |cell: &str| -> Vec<String> {
                cell.split('`')
                    .skip(1)
                    .step_by(2)
                    .map(str::to_owned)
                    .collect()
            };
            let module = cells[0].trim_end_matches("`]").to_owned();
            (module, quoted(cells[1]))
        });
    rows.collect()
}

/// Returns every source file of a module with its code, without comments and tests.
fn sources(module: &str) -> Vec<(PathBuf, String)> {
    let source = Path::new(ROOT).join("src");
    let mut files = vec![source.join(format!("{module}.rs"))];
    let mut folders = vec![source.join(module)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else {
            continue;
        };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                if !path.ends_with("tests") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|kind| kind == "rs")
                && !path.ends_with("tests.rs")
            {
                files.push(path);
            }
        }
    }
    let with_code = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path, code(&text))
    };
    files.into_iter().map(with_code).collect()
}

fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_layout_table_names_every_module_once() {
    let mut mapped: Vec<String> = layout().into_iter().map(|(module, _)| module).collect();
    let lib = fs::read_to_string(Path::new(ROOT).join("src/lib.rs")).unwrap();
    let declared = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let mut declared: Vec<String> = declared.map(str::to_owned).collect();
    mapped.sort();
    declared.sort();
    assert_eq!(mapped, declared);
    assert_eq!(mapped.len(), 4);
}

#[test]
fn a_module_imports_only_the_modules_that_the_layout_table_allows() {
    let layout = layout();
    for (module, allowed) in &layout {
        for (path, code) in sources(module) {
            for (other, _) in &layout {
                let is_allowed = other == module || allowed.contains(other);
                let import = format!("crate::{other}::");
                assert!(
                    is_allowed || !code.contains(&import),
                    "{} imports {import}",
                    path.display()
                );
            }
            // The search above would miss these ways to name a module.
            for hidden in ["crate::{", "crate::*", "super::super", "use crate::{"] {
                assert!(
                    !code.contains(hidden),
                    "{} contains {hidden}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn the_core_names_no_aws_and_no_lambda_crate() {
    for (path, code) in sources("core") {
        for foreign in ["aws_", "lambda_"] {
            assert!(
                !code.contains(foreign),
                "{} names {foreign}",
                path.display()
            );
        }
    }
}

#[test]
fn the_settings_name_no_tls_library() {
    for (path, code) in sources("settings") {
        for foreign in ["rustls", "hyper", "webpki"] {
            assert!(
                !code.contains(foreign),
                "{} names {foreign}",
                path.display()
            );
        }
    }
}

#[test]
fn p5_the_code_and_each_write_name_one_service_principal() {
    let mut found = Vec::new();
    let mut written = Vec::new();
    let main = PathBuf::from(ROOT).join("src/main.rs");
    let main = (main.clone(), code(&fs::read_to_string(main).unwrap()));
    let modules = layout()
        .into_iter()
        .flat_map(|(module, _)| sources(&module));
    for (path, code) in modules.chain([main]) {
        let arguments = code.split(".service_principal(").skip(1);
        written.extend(arguments.map(|rest| rest.split(')').next().unwrap().to_owned()));
        // Watched principals are only read.
        if path.ends_with("settings/watch_principals.rs") {
            continue;
        }
        // The host name of the endpoint is not a principal.
        let code = code.replace("https://organizations.us-east-1.amazonaws.com", "");
        let hits = code.matches("amazonaws.com").count();
        found.extend(std::iter::repeat_n(
            path.file_name().unwrap().to_owned(),
            hits,
        ));
    }
    assert_eq!(found, ["model.rs"]);
    written.retain(|argument| !argument.is_empty());
    assert_eq!(written, ["CONTROL_TOWER"; 2]);
}

#[test]
fn no_source_file_has_more_than_300_lines() {
    for (module, _) in layout() {
        for (path, _) in sources(&module) {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= 300, "{}: {lines} lines", path.display());
        }
    }
}

#[test]
fn the_functions_dependency_tree_is_free_of_the_doctors() {
    let function = cargo_tree(&["--package", "controltower-trusted-access"]);
    let services: Vec<_> = function
        .iter()
        .filter(|name| name.starts_with("aws-sdk-"))
        .collect();
    // aws-config depends on STS with any feature. Nothing calls it, so none of it is linked.
    assert_eq!(
        services,
        [
            "aws-sdk-controltower",
            "aws-sdk-organizations",
            "aws-sdk-sts"
        ]
    );
    let names = [
        "clap",
        "console",
        "indicatif",
        "textwrap",
        "trusted-access-doctor",
    ];
    for name in names {
        assert!(!function.contains(name), "{name}");
    }
}

/// Returns the names of the crates that `cargo tree` lists.
fn cargo_tree(arguments: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none"])
        .args(arguments)
        .current_dir(ROOT)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let tree = String::from_utf8(output.stdout).unwrap();
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    names.map(str::to_owned).collect()
}
