//! Blocks to copy are `sh`: no prompt, no comment, no placeholder, one stack name. Output has a block of its own.

use super::pages;

/// A prompt, a comment and a placeholder fail when they are pasted into a shell: an interactive zsh takes `#` for
/// a command.
fn problem(line: &str) -> Option<&'static str> {
    let start = line.trim_start();
    if start.starts_with("$ ") || start == "$" {
        return Some("has a prompt");
    }
    if start.starts_with('#') {
        return Some("has a comment");
    }
    if has_placeholder(line) {
        return Some("has a placeholder");
    }
    let stack = line
        .split("--stack-name ")
        .nth(1)
        .map(|rest| rest.trim_matches('"'));
    // The last one is the stack in which the SAM CLI keeps its bucket.
    let own = [
        "$STACK",
        "controltower-trusted-access",
        "aws-sam-cli-managed-default",
    ];
    let is_known = |name: &str| own.iter().any(|known| name.starts_with(known));
    if stack.is_some_and(|name| !is_known(name)) {
        return Some("has another stack name");
    }
    let value = start.strip_prefix("STACK=");
    value
        .filter(|name| *name != "controltower-trusted-access")
        .map(|_| "has another stack name")
}

/// `<word>` or `<two words>`; a redirection has a space or a quotation mark behind it.
fn has_placeholder(line: &str) -> bool {
    line.split('<').skip(1).any(|rest| {
        let inner = rest.split_once('>').map(|(inner, _)| inner);
        inner.is_some_and(|inner| inner.starts_with(|c: char| c.is_alphabetic()))
    })
}

#[test]
fn every_block_has_a_known_kind_and_blocks_to_copy_follow_the_rules() {
    let mut wrong = Vec::new();
    let mut copied = 0;
    for page in pages() {
        for block in page.blocks() {
            if !["sh", "text", "json", "yaml", "hcl", "js", "mermaid"]
                .contains(&block.language.as_str())
            {
                let first = block.code.lines().next().unwrap_or_default();
                wrong.push(format!(
                    "{}: a block of kind {:?}: {first}",
                    page.name, block.language
                ));
            }
            if block.language != "sh" {
                continue;
            }
            copied += 1;
            let lines = block.code.lines();
            let problems =
                lines.filter_map(|line| Some(format!("{}: {line} {}", page.name, problem(line)?)));
            wrong.extend(problems);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(copied > 20, "{copied} blocks");
}

#[test]
fn prompts_comments_placeholders_and_other_stack_names_are_found() {
    for line in [
        "$ aws sts get-caller-identity",
        "  # a comment",
        "aws lambda invoke --function-name <FunctionName> out",
        "sam deploy --stack-name trusted-access",
        "STACK=mine",
    ] {
        assert!(problem(line).is_some(), "{line}");
    }
    for line in [
        "aws cloudformation describe-stacks --stack-name \"$STACK\"",
        "STACK=controltower-trusted-access",
        "sort < input > output",
        "echo \"$TRAIL\"",
    ] {
        assert_eq!(problem(line), None, "{line}");
    }
}
