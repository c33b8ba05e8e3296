//! Every relative link leads to a file, and every anchor to a heading of it.

use std::path::Path;

use super::markdown::{Page, slug};
use super::pages;

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
