//! The README and the pages that took over its tables, compared with the code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use controltower_trusted_access::error::{ApiErrorKind, Disposition};

/// The pages that this file's tests read link by link.
const LINKED: [&str; 3] = ["README.md", "docs/alternatives.md", "docs/faq.md"];

/// Returns a file of the repository as text.
fn page(path: impl AsRef<Path>) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

const OF_AWS: [ApiErrorKind; 7] = [
    ApiErrorKind::AccessDenied,
    ApiErrorKind::NotInOrganization,
    ApiErrorKind::Rejected,
    ApiErrorKind::Throttled,
    ApiErrorKind::Conflict,
    ApiErrorKind::Unavailable,
    ApiErrorKind::InvalidResponse,
];

fn error_types() -> impl Iterator<Item = String> {
    let own = [
        "InvalidConfiguration",
        "InvalidRequest",
        "NotConverged",
        "DeadlineExceeded",
    ];
    let of_aws = OF_AWS.iter().map(ToString::to_string);
    of_aws.chain(own.map(str::to_owned))
}

#[test]
fn the_readme_has_at_most_150_lines() {
    assert!(page("README.md").lines().count() <= 150);
}

/// Returns the anchors that GitHub gives to the headings of a page.
fn anchors(document: &str) -> BTreeSet<String> {
    let headings = document.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|heading| {
            let text = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = text
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.collect::<String>().replace(' ', "-")
        })
        .collect()
}

/// Returns the targets of a page's links and pictures, without those on other sites.
fn relative_targets(document: &str) -> Vec<&str> {
    let links = document
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let pictures = document
        .split("src=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let targets = links.chain(pictures);
    targets
        .filter(|target| !target.starts_with("https://"))
        .collect()
}

#[test]
fn every_relative_link_and_anchor_of_the_readme_alternatives_and_faq_resolves() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut broken = Vec::new();
    for from in LINKED {
        let document = page(from);
        let targets = relative_targets(&document);
        assert!(targets.len() >= 5, "{from}");
        for target in targets {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = match file {
                "" => root.join(from),
                _ => root.join(from).with_file_name("").join(file),
            };
            let resolves =
                path.exists() && (anchor.is_empty() || anchors(&page(&path)).contains(anchor));
            if !resolves {
                broken.push(format!("{from}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_error_type_and_nothing_else_has_a_section_in_the_error_reference() {
    let errors = page("docs/reference/errors.md");
    let headings = errors
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(str::to_owned);
    assert_eq!(
        headings.collect::<BTreeSet<_>>(),
        error_types().collect::<BTreeSet<_>>()
    );
}

#[test]
fn every_error_type_has_a_row_in_the_error_reference() {
    let errors = page("docs/reference/errors.md");
    for error_type in error_types() {
        let row = errors
            .lines()
            .find(|line| line.starts_with(&format!("| `{error_type}` |")));
        assert_eq!(
            row.map(|row| row.matches('|').count()),
            Some(4),
            "{error_type}"
        );
    }
}

/// The table lists the errors that need a person first, then those that a later run may not meet.
#[test]
fn the_first_five_rows_of_the_error_reference_are_the_permanent_errors() {
    let errors = page("docs/reference/errors.md");
    let position = |name: &str| errors.find(&format!("| `{name}` |")).expect(name);
    let sixth = position("Throttled");
    for kind in OF_AWS {
        let among_the_first = position(&kind.to_string()) < sixth;
        assert_eq!(
            kind.disposition() == Disposition::Permanent,
            among_the_first,
            "{kind}"
        );
    }
}

/// The page has every variable that the settings read. The template sets the function's own variables
/// and no others.
#[test]
fn the_configuration_reference_has_the_variables_of_the_code_and_the_template() {
    let configuration = page("docs/reference/configuration.md");
    let settings = include_str!("../src/settings.rs")
        .split("#[cfg(test)]")
        .next()
        .unwrap();
    let is_variable = |word: &&str| word.contains('_') || *word == "MODE";
    let is_upper = |word: &&str| {
        word.bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    let read: Vec<&str> = settings
        .split('"')
        .filter(is_upper)
        .filter(is_variable)
        .collect();
    assert!(read.len() >= 3, "{read:?}");
    let files = [
        include_str!("../src/settings/hold.rs"),
        include_str!("../src/settings/landing_zone.rs"),
        include_str!("../src/settings/network.rs"),
        include_str!("../src/settings/watch.rs"),
    ];
    let code = files.map(|file| file.split("#[cfg(test)]").next().unwrap());
    let others = code.iter().flat_map(|code| code.split('"'));
    let others = others.filter(is_upper).filter(is_variable);
    for variable in read.iter().copied().chain(others) {
        assert!(
            configuration.contains(&format!("`{variable}`")),
            "{variable}"
        );
    }
    let template = include_str!("../template.yaml");
    let set = template.split("Variables:\n").nth(1).unwrap().lines();
    let set: Vec<&str> = set
        .map_while(|line| line.trim().split_once(": !Ref "))
        .map(|(name, _)| name)
        .collect();
    let own: Vec<&str> = read
        .into_iter()
        .filter(|name| !name.starts_with("AWS_"))
        .collect();
    let mut own_once = own.clone();
    own_once.dedup();
    assert_eq!(set, own_once);
}

/// The words of a document that stand in backticks.
fn quoted(document: &str) -> Vec<&str> {
    document.split('`').skip(1).step_by(2).collect()
}

fn sources_of_tests(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| {
            if path.is_dir() {
                sources_of_tests(&path)
            } else {
                fs::read_to_string(path).unwrap_or_default()
            }
        })
        .collect()
}

#[test]
fn every_test_and_make_target_that_a_document_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests = ["src", "tests"].map(|folder| sources_of_tests(&root.join(folder)));
    let tests = tests.concat();
    let makefile = fs::read_to_string(root.join("Makefile")).unwrap();
    let documents = fs::read_dir(root.join("docs")).unwrap();
    let documents: Vec<_> = documents
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("threat-model") || name.starts_with("reliability")
        })
        .collect();
    assert!(documents.len() >= 2, "{documents:?}");
    for document in documents {
        let document = page(document);
        for word in quoted(&document) {
            if let Some(words) = word.strip_prefix("make ") {
                let target = words.split(' ').next().unwrap();
                assert!(makefile.contains(&format!("\n{target}:")), "{word}");
            } else if word.contains('_')
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || "_0123456789".contains(c))
            {
                assert!(tests.contains(&format!("fn {word}(")), "{word}");
            }
        }
    }
}
