//! Compares the documents with the sources: links, reference tables, runbook sections and code blocks.
//!
//! The expected names are read from the code and the templates, so a new metric or alarm fails a test
//! until its reference page has it. `tests/docs` runs the `sh` blocks.

mod code_blocks;
mod error_types;
mod links;
mod markdown;
mod reference;
mod runbook;
mod sources;
mod templates;

use std::path::{Path, PathBuf};

use markdown::Page;

/// Folders that hold no document of this project. `released` has earlier templates, with the pages of their time.
const SKIPPED: [&str; 6] = [
    "target",
    "node_modules",
    "dist",
    "corpus",
    "artifacts",
    "released",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns every file below `folder` with the extension `kind`, without hidden folders and build output.
fn files(folder: &Path, kind: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with('.') || SKIPPED.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path, kind));
        } else if path.extension().is_some_and(|extension| extension == kind) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Returns every Markdown page of the repository.
fn pages() -> Vec<Page> {
    let pages: Vec<Page> = files(root(), "md")
        .iter()
        .map(|path| Page::read(path))
        .collect();
    assert!(pages.len() > 20, "{} pages", pages.len());
    pages
}

fn page(name: &str) -> Page {
    Page::read(&root().join(name))
}

#[test]
fn the_readme_has_at_most_150_lines() {
    assert!(page("README.md").text.lines().count() <= 150);
}

/// An ADR is read from its index, and the pages of other folders describe the folder.
#[test]
fn every_page_starts_with_its_reader() {
    for page in pages() {
        let is_record = page.name.starts_with("docs/adr/0");
        if is_record || !page.name.starts_with("docs/") {
            continue;
        }
        let first = page.first_paragraph();
        let marks = ["is for ", "are for ", "For "];
        let names_reader = marks.iter().any(|mark| first.contains(mark));
        assert!(names_reader, "{}: {first}", page.name);
    }
}

/// Test names are checked on the pages that promise a test; make targets everywhere.
#[test]
fn every_test_and_make_target_in_a_document_exists() {
    let tests = sources::test_sources();
    let targets = sources::make_targets();
    let is_defined = |name: &str| {
        let kinds = ["fn", "def"].iter();
        kinds
            .map(|kind| format!("{kind} {name}("))
            .any(|start| tests.contains(&start))
    };
    let mut missing = Vec::new();
    for page in pages() {
        let promises_tests =
            ["docs/threat-model-tests.md", "docs/reliability.md"].contains(&page.name.as_str());
        for word in page.code_spans() {
            let target = word
                .strip_prefix("make ")
                .and_then(|words| words.split(' ').next());
            let is_unknown = target.is_some_and(|target| !targets.contains(target));
            if is_unknown || (promises_tests && is_test_name(&word) && !is_defined(&word)) {
                missing.push(format!("{}: {word}", page.name));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

fn is_test_name(word: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    word.contains('_')
        && !word.starts_with('_')
        && word.chars().all(is_allowed)
        && word != "landing_zone"
}
