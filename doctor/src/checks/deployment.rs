//! The function's stack: deployed right, running, quiet.

mod alarms;
mod function;
mod report;
mod stack;

use std::time::SystemTime;

use crate::aws::Aws;
use crate::finding::{Check, Finding, Note};
use crate::refusal::Refusal;

/// What is added to the finding of the deployment.
#[derive(Debug, Default)]
struct Part {
    said: Vec<String>,
    facts: Vec<(&'static str, String)>,
    problems: Vec<Note>,
    not_checked: Vec<Note>,
    remarks: Vec<String>,
}

impl Part {
    fn say(&mut self, text: impl Into<String>) {
        self.said.push(text.into());
    }

    fn fact(&mut self, name: &'static str, value: impl Into<String>) {
        self.facts.push((name, value.into()));
    }

    fn problem(&mut self, sentence: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Note {
            sentence: sentence.into(),
            remedy: remedy.into(),
        });
    }

    fn not_checked(&mut self, sentence: impl Into<String>, remedy: impl Into<String>) {
        self.not_checked.push(Note {
            sentence: sentence.into(),
            remedy: remedy.into(),
        });
    }

    fn remark(&mut self, text: impl Into<String>) {
        self.remarks.push(text.into());
    }

    /// A call that failed; `what` is gone where AWS says that there is no such thing, since the stack
    /// says that there is.
    fn refused_of(what: &str, refusal: Refusal) -> Self {
        if refusal.code.as_deref() != Some("ResourceNotFoundException") {
            return Self::refused(refusal);
        }
        let mut part = Self::default();
        part.gone(what);
        part
    }

    fn gone(&mut self, what: &str) {
        self.problem(
            format!("The stack's {what} is gone: somebody deleted it past the stack."),
            "Follow the section Putting the stack back of docs/runbook.md.",
        );
    }

    fn refused(refusal: Refusal) -> Self {
        let note = Note {
            sentence: format!("{}.", refusal.said),
            remedy: refusal.remedy,
        };
        Self {
            not_checked: vec![note],
            ..Self::default()
        }
    }
}

/// Looks at the stack, and at its function, its reports and its alarms beside one another.
pub async fn look(aws: &Aws, stack_name: &str, region: &str, events_region: &str) -> Finding {
    let now = SystemTime::now();
    let found = stack::find(&aws.cloudformation(region), stack_name).await;
    let stack = match found {
        Ok(stack) => stack,
        Err(refusal) if refusal.said.contains("does not exist") => {
            return Finding::new(Check::Deployment, "").problem(
                format!("There is no stack {stack_name} in {region}."),
                "Deploy it, or correct --stack-name and --region.",
            );
        }
        Err(refusal) => {
            let sentence = format!("{}.", refusal.said);
            return Finding::unknown(Check::Deployment, sentence, refusal.remedy);
        }
    };
    let of_stack = stack::part(&stack, stack_name, region, events_region);
    if stack.has_nothing_to_show() {
        return put_together([of_stack]);
    }
    let (function, report, alarms) = tokio::join!(
        function::look(aws.lambda(region), stack.function.as_deref()),
        report::look(aws.logs(region), &stack, now),
        alarms::look(aws.cloudwatch(region), &stack, (stack_name, region)),
    );
    put_together([of_stack, function, report, alarms])
}

fn put_together(parts: impl IntoIterator<Item = Part>) -> Finding {
    let mut finding = Finding::new(Check::Deployment, "");
    let mut said = Vec::new();
    for part in parts {
        said.extend(part.said);
        finding.facts.extend(part.facts);
        finding.problems.extend(part.problems);
        finding.not_checked.extend(part.not_checked);
        finding.remarks.extend(part.remarks);
    }
    finding.summary = said.join("; ");
    finding
}
