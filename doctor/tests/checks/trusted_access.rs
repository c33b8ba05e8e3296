use serde_json::json;

use crate::checks::body;
use crate::cli::{check, run_json};
use crate::fake_aws::Scenario;

#[test]
fn disabled_trusted_access_is_a_problem_with_the_call_that_the_function_would_make() {
    let none = json!({"EnabledServicePrincipals": []});
    let aws = Scenario::healthy()
        .with(
            "organizations:ListAWSServiceAccessForOrganization",
            body(&none),
        )
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 1);
    let check = check(&document, "trustedAccess");
    assert_eq!(check["verdict"], "problem");
    assert_eq!(check["facts"]["state"], "disabled");
    assert_eq!(
        check["facts"]["whenDesiredEnabled"],
        "EnableAWSServiceAccess"
    );
    assert_eq!(check["facts"]["whenDesiredDisabled"], "nothing");
}
