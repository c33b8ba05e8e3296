//! The example `sandbox`, as the user runs it.

use std::fs;
use std::io::pipe;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::SystemTime;

use serde_json::Value;

const DISABLE: &str = "events/organizations-disable-sso-user.json";

/// Returns the example's path, next to the test binary. `cargo test` builds it, `cargo test --test suite` does not.
///
/// # Panics
/// If the example is missing or older than its sources, because the tests would then prove nothing.
fn program() -> PathBuf {
    let suite = std::env::current_exe().unwrap();
    let program = suite.ancestors().nth(2).unwrap().join("examples/sandbox");
    let modified = |path: &Path| path.metadata().and_then(|file| file.modified()).ok();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sandbox");
    let sources = fs::read_dir(sources).unwrap();
    let newest: Option<SystemTime> = sources
        .map(|source| modified(&source.unwrap().path()))
        .max()
        .flatten();
    assert!(
        modified(&program) >= newest,
        "the example is older than its sources: run cargo build --example sandbox"
    );
    program
}

fn sandbox(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).env_remove("NO_COLOR");
    // Settings of the user must not reach the emulated AWS or the function.
    command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    command.env("MODE", "audit");
    command
}

fn run(arguments: &[&str]) -> Output {
    sandbox(arguments).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Returns the event files, as paths from the package.
fn event_files() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("events");
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let names: Vec<String> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| format!("events/{}", path.file_name().unwrap().display()))
        .collect();
    assert!(names.len() > 10, "{names:?}");
    names
}

/// Returns the report that `--verbose` printed for the only run.
fn report(output: &Output) -> Value {
    let text = stdout(output);
    let json = &text[text.find('{').unwrap()..=text.rfind('}').unwrap()];
    serde_json::from_str(json).unwrap()
}

/// One run of the story for all tests: its repairs wait for seconds, as the function does.
static STORY: LazyLock<Output> = LazyLock::new(|| run(&[]));

/// Returns the outcome and the AWS calls of each run of the story.
fn story_runs() -> Vec<(&'static str, &'static str)> {
    const OUTCOMES: [&str; 5] = ["InSync", "Remediated", "DriftDetected", "Held", "Blocked"];
    let lines = stdout(&STORY).lines();
    let rows = lines.filter_map(|line| {
        let mut words = line.split_whitespace();
        let outcome = words.find(|word| OUTCOMES.contains(word))?;
        let (_, calls) = line.rsplit_once(outcome)?;
        Some((outcome, calls.trim()))
    });
    rows.collect()
}

#[test]
fn the_story_fits_on_one_screen_and_ends_with_0() {
    let text = stdout(&STORY);
    assert_eq!(STORY.status.code(), Some(0), "{}", stderr(&STORY));
    assert_eq!(stderr(&STORY), "");
    assert!(text.lines().count() <= 24, "{text}");
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(!text.contains('\u{1b}'), "colour in a pipe: {text}");
}

#[test]
fn the_story_has_one_line_per_run_with_outcome_and_aws_calls() {
    const REPAIR: &str = "List → Enable → List";
    const REPAIR_WITH_LANDING_ZONE: &str = "List → LZ → Enable → List → LZ";
    assert_eq!(
        story_runs(),
        [
            ("InSync", "List"),
            ("Remediated", REPAIR),
            ("InSync", "List"),
            ("DriftDetected", "List"),
            ("Remediated", REPAIR),
            ("DriftDetected", "List"),
            ("Held", "List"),
            ("Remediated", REPAIR),
            ("Remediated", REPAIR_WITH_LANDING_ZONE),
            ("Blocked", "List → LZ"),
            ("Blocked", "List → LZ"),
            ("Remediated", REPAIR_WITH_LANDING_ZONE),
        ]
    );
}

/// Removes the digits: times and durations differ from run to run.
fn without_digits(line: &str) -> String {
    line.replace(|character: char| character.is_ascii_digit(), "")
}

#[test]
fn the_sample_in_the_readme_has_lines_of_the_story() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, sample) = readme.split_once("<!-- sandbox: ").unwrap();
    let (_, sample) = sample.split_once("```text\n").unwrap();
    let (sample, _) = sample.split_once("```\n").unwrap();
    let story: Vec<String> = stdout(&STORY).lines().map(without_digits).collect();
    let sample = sample.lines().filter(|line| *line != "…");
    let mut story = story.iter();
    for line in sample {
        let line = without_digits(line);
        assert!(
            story.any(|other| *other == line),
            "not in this order: {line}"
        );
    }
}

#[test]
fn the_time_of_an_event_is_seconds_ago_so_the_outage_is_short() {
    let output = run(&["--verbose", DISABLE]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = report(&output);
    assert_eq!(report["outcome"], "Remediated");
    assert_eq!(report["outage"]["disabledAt"], report["trigger"]["time"]);
    let seconds = report["outage"]["seconds"].as_u64().unwrap();
    assert!((1..=60).contains(&seconds), "{report}");
}

#[test]
fn json_and_full_names_of_calls_are_printed_only_with_verbose() {
    let manual_audit = "events/manual-audit.json";
    let brief = run(&[manual_audit]);
    assert!(!stdout(&brief).contains('{'), "{}", stdout(&brief));
    let verbose = run(&["-v", manual_audit]);
    assert_eq!(report(&verbose)["trigger"]["kind"], "Manual");
    let calls = "AWS calls: ListAWSServiceAccessForOrganization\n";
    assert!(stdout(&verbose).contains(calls), "{}", stdout(&verbose));
}

#[test]
fn mode_audit_detects_drift_and_leaves_trusted_access_disabled() {
    let output = run(&["--mode", "audit", "--verbose", DISABLE]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(report(&output)["outcome"], "DriftDetected");
    assert!(stdout(&output).contains("Trusted access is disabled at the end."));
}

#[test]
fn hold_reports_held_and_leaves_trusted_access_disabled() {
    let output = run(&["--hold", "--verbose", DISABLE]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = report(&output);
    assert_eq!(report["outcome"], "Held");
    let heading = format!("HOLD_UNTIL={}\n", report["heldUntil"].as_str().unwrap());
    assert!(stdout(&output).contains(&heading), "{}", stdout(&output));
    assert!(stdout(&output).contains("Trusted access is disabled at the end."));
}

#[test]
fn every_event_file_is_delivered_in_one_line() {
    let names = event_files();
    let arguments: Vec<&str> = names.iter().map(String::as_str).collect();
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for name in names {
        let mut lines = stdout(&output).lines();
        let line = lines.find(|line| line.trim().starts_with(&name));
        let line = line.unwrap_or_else(|| panic!("{name}: {}", stdout(&output)));
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn an_unknown_file_lists_the_available_events_on_stderr_and_exits_with_1() {
    let output = run(&[DISABLE, "events/unknown.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "", "no run before all files are read");
    let message = stderr(&output);
    assert!(
        message.starts_with("error: cannot read events/unknown.json: "),
        "{message}"
    );
    for name in event_files() {
        assert!(message.contains(&format!("\n  {name}\n")), "{name}");
    }
}

#[test]
fn a_failed_run_prints_its_error_type_on_stderr_and_exits_with_1() {
    let invalid = concat!(env!("CARGO_TARGET_TMPDIR"), "/sandbox-invalid-request.json");
    fs::write(invalid, r#"{"mode":"off"}"#).unwrap();
    let output = run(&[invalid, DISABLE]);
    assert_eq!(output.status.code(), Some(1));
    let message = stderr(&output);
    assert!(message.contains(": InvalidRequest: "), "{message}");
    assert!(message.ends_with("1 of 2 runs failed\n"), "{message}");
    assert!(
        stdout(&output).contains("Remediated"),
        "the other file runs"
    );
}

#[test]
fn an_invalid_mode_is_reported_by_the_function_itself() {
    let output = run(&["--mode", "Audit", DISABLE]);
    assert_eq!(output.status.code(), Some(1));
    let message = stderr(&output);
    assert!(
        message.contains("InvalidConfiguration: MODE is \"Audit\""),
        "{message}"
    );
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    for (arguments, message) in [
        (
            &["--unknown"][..],
            "error: unknown option --unknown. --help lists the options\n",
        ),
        (
            &["--mode"],
            "error: --mode needs a value: enforce or audit\n",
        ),
        (
            &["--hold"],
            "error: --mode and --hold need an event file\nAvailable events:\n",
        ),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).starts_with(message), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn help_lists_every_option_and_the_exit_status() {
    let output = run(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    for word in ["--mode", "--hold", "--verbose", "--help", "Exit status:"] {
        assert!(stdout(&output).contains(word), "{word}");
    }
    assert_eq!(stderr(&output), "");
}

#[test]
fn a_closed_pipe_is_not_a_failure() {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let mut command = sandbox(&["--verbose", DISABLE]);
    let output = command
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = sandbox(&["--help"]);
    let child = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = stderr(&output);
    assert!(
        message.starts_with("error: cannot write to standard output: "),
        "{message}"
    );
}
