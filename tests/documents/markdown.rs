//! A Markdown page: its headings, anchors, links, tables, code spans and code blocks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::root;

pub struct Page {
    pub path: PathBuf,
    /// The path in the repository, with `/`.
    pub name: String,
    pub text: String,
}

/// A fenced block: the info string after the fence, and its lines without the list's indentation.
pub struct Block {
    pub language: String,
    pub code: String,
}

impl Page {
    pub fn read(path: &Path) -> Self {
        let name = path.strip_prefix(root()).unwrap_or(path);
        Self {
            name: name.to_string_lossy().replace('\\', "/"),
            text: fs::read_to_string(path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display())),
            path: path.to_owned(),
        }
    }

    /// The text without fenced blocks.
    fn prose(&self) -> String {
        let mut inside = false;
        let mut prose = String::new();
        for line in self.text.lines() {
            if line.trim_start().starts_with("```") {
                inside = !inside;
            } else if !inside {
                prose.push_str(line);
                prose.push('\n');
            }
        }
        prose
    }

    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<(usize, Block)> = None;
        for line in self.text.lines() {
            let indent = line.len() - line.trim_start().len();
            match (&mut open, line.trim_start().strip_prefix("```")) {
                (Some(_), Some(_)) => blocks.extend(open.take().map(|(_, block)| block)),
                (Some((start, block)), None) => {
                    block.code.push_str(&line[indent.min(*start)..]);
                    block.code.push('\n');
                }
                (None, Some(language)) => {
                    let language = language.trim().to_owned();
                    let code = String::new();
                    open = Some((indent, Block { language, code }));
                }
                (None, None) => (),
            }
        }
        assert!(open.is_none(), "{}: a block has no end", self.name);
        blocks
    }

    /// Headings with their level, without Markdown marks.
    pub fn headings(&self) -> Vec<(usize, String)> {
        let prose = self.prose();
        let heading = |line: &str| {
            let level = line.bytes().take_while(|byte| *byte == b'#').count();
            let title = line.get(level..)?.strip_prefix(' ')?;
            (1..=6)
                .contains(&level)
                .then(|| (level, without_marks(title)))
        };
        prose.lines().filter_map(heading).collect()
    }

    /// Anchors as GitHub makes them: a repeated heading gets a number.
    pub fn anchors(&self) -> Vec<String> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut anchors = Vec::new();
        for (_, title) in self.headings() {
            let slug = slug(&title);
            let times = seen.entry(slug.clone()).or_default();
            anchors.push(if *times == 0 {
                slug
            } else {
                format!("{slug}-{times}")
            });
            *times += 1;
        }
        let ids = self.text.split(" id=\"").skip(1);
        anchors.extend(
            ids.filter_map(|rest| rest.split('"').next())
                .map(str::to_owned),
        );
        anchors
    }

    /// Targets of `[text](target)`, `![text](target)`, `src="target"` and `href="target"`.
    pub fn links(&self) -> Vec<String> {
        let prose = without_code_spans(&self.prose());
        let inline = prose
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let attributes = ["src=\"", "href=\"", "srcset=\""];
        let html = attributes
            .iter()
            .flat_map(|attribute| prose.split(attribute).skip(1));
        let html = html.filter_map(|rest| rest.split('"').next());
        inline
            .chain(html)
            .map(|link| link.trim().to_owned())
            .collect()
    }

    /// The words in backticks outside of fenced blocks, on one line each.
    pub fn code_spans(&self) -> Vec<String> {
        code_spans(&self.prose())
    }

    pub fn first_paragraph(&self) -> String {
        let prose = self.prose();
        let mut paragraphs = prose.split("\n\n").map(str::trim);
        let first = paragraphs.find(|text| !text.is_empty() && !text.starts_with('#'));
        first.unwrap_or_default().replace('\n', " ")
    }

    /// The text below the heading `title`, up to the next heading of its level or above.
    pub fn section(&self, title: &str) -> String {
        let mut level = None;
        let mut section = String::new();
        for line in self.prose().lines() {
            let own = line.bytes().take_while(|byte| *byte == b'#').count();
            let is_heading = own > 0 && line[own..].starts_with(' ');
            if level.is_some_and(|level| is_heading && own <= level) {
                break;
            }
            if level.is_some() {
                section.push_str(line);
                section.push('\n');
            } else if is_heading && without_marks(&line[own + 1..]) == title {
                level = Some(own);
            }
        }
        assert!(level.is_some(), "{} has no section {title}", self.name);
        section
    }

    /// The rows of the tables of a section, each as its cells; without head and rule.
    pub fn rows(&self, section: &str) -> Vec<Vec<String>> {
        let text = self.section(section);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let is_rule = |line: &str| line.starts_with("|-") || line.starts_with("|:");
        let mut rows = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let is_head = lines.get(number + 1).is_some_and(|next| is_rule(next));
            if line.starts_with('|') && !is_rule(line) && !is_head {
                let cells = line.trim_matches('|').split(" | ");
                rows.push(cells.map(|cell| cell.trim().to_owned()).collect());
            }
        }
        rows
    }

    /// The words in backticks of the first cells of a section's tables.
    pub fn keys(&self, section: &str) -> Vec<String> {
        let rows = self.rows(section);
        let cells = rows.iter().filter_map(|row| row.first());
        cells.flat_map(|cell| code_spans(cell)).collect()
    }
}

/// GitHub's rule: lower case, no punctuation but `-` and `_`, a hyphen for each space.
pub fn slug(title: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let lower = title.to_lowercase();
    lower
        .chars()
        .filter(kept)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// A title without backticks, and of a link only its text.
fn without_marks(title: &str) -> String {
    let mut text = title.trim().replace(['`', '*'], "");
    while let Some((before, rest)) = text.split_once("](") {
        let after = rest.split_once(')').map_or("", |(_, after)| after);
        text = format!("{}{after}", before.replace('[', ""));
    }
    text
}

pub fn code_spans(text: &str) -> Vec<String> {
    let paragraphs = text.split("\n\n");
    let spans = paragraphs.flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2));
    spans
        .map(|span| span.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

fn without_code_spans(text: &str) -> String {
    let paragraphs = text.split("\n\n");
    let cleaned = paragraphs.map(|paragraph| paragraph.split('`').step_by(2).collect::<String>());
    cleaned.collect::<Vec<_>>().join("\n\n")
}
