//! The committed JSON. `UPDATE=1 make test-doctor` writes it anew.

use crate::cli::run;
use crate::fake_aws::Scenario;
use crate::fake_aws::replies::STACK;
use crate::fake_aws::scenarios::troubled;
use crate::output::assert_matches_snapshot;

#[test]
fn the_json_matches_the_snapshots() {
    let arguments = ["--json", "--stack-name", STACK];
    let healthy = run(&Scenario::healthy().start().url, &arguments);
    assert_matches_snapshot("healthy.json", &healthy.stdout);
    let with_roles = [&arguments[..], &["--roles"]].concat();
    let troubled = run(&troubled().start().url, &with_roles);
    assert_matches_snapshot("troubled.json", &troubled.stdout);
}
