//! Every relative link leads to a file, and every anchor to a heading of it.

use std::fs;
use std::path::{Path, PathBuf};

use super::markdown::{Page, slug};
use super::{files, pages, root};

#[test]
fn every_relative_link_and_anchor_resolves() {
    let mut broken = Vec::new();
    let mut seen = 0;
    for page in pages() {
        for link in page.links() {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            seen += 1;
            if let Err(problem) = resolve(&page, &link) {
                broken.push(format!("{}: {link} {problem}", page.name));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(seen > 50, "{seen} links");
}

fn resolve(page: &Page, link: &str) -> Result<(), &'static str> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = page.path.parent().unwrap();
    let target = if file.is_empty() {
        page.path.clone()
    } else {
        folder.join(file)
    };
    if !target.exists() {
        return Err("does not exist");
    }
    if anchor.is_empty() {
        return Ok(());
    }
    let is_markdown = Path::new(&target)
        .extension()
        .is_some_and(|kind| kind == "md");
    let found = is_markdown
        && Page::read(&target)
            .anchors()
            .iter()
            .any(|known| known == anchor);
    found.then_some(()).ok_or("has no such heading")
}

/// Messages, alarm descriptions and comments name pages, and a page that moves would leave them behind.
#[test]
fn every_page_and_anchor_that_the_sources_name_exists() {
    let mut broken = Vec::new();
    let mut seen = 0;
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let name = path.strip_prefix(root()).unwrap_or(&path).display();
        for (page, anchor) in named_pages(&text) {
            seen += 1;
            let target = root().join(&page);
            let has_anchor = || Page::read(&target).anchors().contains(&anchor);
            if !target.exists() || !(anchor.is_empty() || has_anchor()) {
                broken.push(format!("{name}: {page}#{anchor}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(seen > 10, "{seen} mentions");
}

fn sources() -> Vec<PathBuf> {
    let kinds = ["rs", "py", "yaml", "toml", "mk", "mjs"].iter();
    let hidden = [".cargo", ".github"].map(|folder| root().join(folder));
    let folders = hidden
        .iter()
        .flat_map(|folder| ["toml", "yml", "yaml"].map(|kind| files(folder, kind)));
    let own = kinds.map(|kind| files(root(), kind));
    let mut all: Vec<PathBuf> = own.chain(folders).flatten().collect();
    all.push(root().join("Makefile"));
    // The tests of the documents name pages that do not exist.
    all.retain(|path| !path.starts_with(root().join("tests/documents")));
    all
}

/// Returns each `docs/….md` in a text, with its anchor if one follows.
fn named_pages(text: &str) -> Vec<(String, String)> {
    let is_path = |c: char| c.is_ascii_alphanumeric() || "-_/.".contains(c);
    let is_anchor = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let mut found = Vec::new();
    for rest in text.split("docs/").skip(1) {
        let end = rest.find(|c| !is_path(c)).unwrap_or(rest.len());
        let Some((page, _)) = rest[..end].split_once(".md") else {
            continue;
        };
        let after = rest[page.len()..].strip_prefix(".md#").unwrap_or_default();
        let anchor = after.split(|c| !is_anchor(c)).next().unwrap_or_default();
        found.push((format!("docs/{page}.md"), anchor.to_owned()));
    }
    found
}

#[test]
fn pages_are_found_in_a_sentence() {
    let text = "See docs/runbook.md#no-runs. Or \"docs/adr/0001-a.md\", docs/runbook.md#{kind}, docs/x.svg.";
    let page = |page: &str, anchor: &str| (page.to_owned(), anchor.to_owned());
    assert_eq!(
        named_pages(text),
        [
            page("docs/runbook.md", "no-runs"),
            page("docs/adr/0001-a.md", ""),
            page("docs/runbook.md", "")
        ]
    );
}

#[test]
fn a_slug_is_made_as_github_makes_it() {
    for (title, expected) in [
        ("Alarm: no-runs", "alarm-no-runs"),
        ("Logs and metrics", "logs-and-metrics"),
        ("AWS_REGION, again", "aws_region-again"),
        ("DriftDetected", "driftdetected"),
        ("Größe", "größe"),
    ] {
        assert_eq!(slug(title), expected);
    }
}

#[test]
fn links_in_code_are_not_links_and_a_repeated_heading_gets_a_number() {
    let text =
        "# A b\n\n[x](one.md) `[y](two.md)`\n\n```sh\n# no heading\n[z](three.md)\n```\n\n## A b\n";
    let page = Page {
        path: "x.md".into(),
        name: "x.md".to_owned(),
        text: text.to_owned(),
    };
    assert_eq!(page.links(), ["one.md"]);
    assert_eq!(page.anchors(), ["a-b", "a-b-1"]);
}
