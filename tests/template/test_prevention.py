"""Evaluates the policies of prevention.yaml, as moto deploys them, with an IAM simulator.

The simulator knows AWS's actions and condition keys, and refuses a policy that IAM would refuse. It does not know which
values AWS puts into a request: the tests set `aws:PrincipalArn` as IAM documents it, which is the role and not its session.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
"""

import json
import os
import re
import subprocess
import unittest
from pathlib import Path

import hcl2
from hcl2.utils import SerializationOptions

import stack

SIMULATOR = Path(os.environ["IAM_SIMULATOR"])
CONTROL_TOWER = "controltower.amazonaws.com"
DISABLE, ENABLE = "organizations:DisableAWSServiceAccess", "organizations:EnableAWSServiceAccess"
LIST = "organizations:ListAWSServiceAccessForOrganization"
ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
SSO = "role/aws-reserved/sso.amazonaws.com"

DENIED, ALLOWED, NOT_GRANTED = "ExplicitlyDenied", "Allowed", "ImplicitlyDenied"

ACCEPTED = [
    "break-glass", "security/break-glass", "BreakGlass+ops=1,a.b@c_d", "a/b/c/role", "r" * 64,
    "aws-reserved/sso.amazonaws.com/AWSReservedSSO_BreakGlass_*",
    "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_BreakGlass_*",
]
REFUSED = [
    "", "*", "break-glass*", "break?glass", "arn:aws:iam::123456789012:role/break-glass", "/break-glass", "security/",
    "break glass", "r" * 65, "aws-reserved/sso.amazonaws.com/*", "aws-reserved/sso.amazonaws.com/AWSReservedSSO_*",
    "aws-reserved/*", "AWSReservedSSO_BreakGlass_*", "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_BreakGlass",
]


def policies(role="break-glass"):
    """Returns the deny policy and the boundary as they are in IAM after a deployment."""
    parameters = {"BreakGlassRole": role, "CreateBoundary": "true"}
    with stack.deployed(parameters, file="prevention.yaml") as deployment:
        iam = deployment.client("iam")
        arns = [deployment.outputs["DenyPolicyArn"], deployment.outputs["BoundaryArn"]]
        versions = [iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"] for arn in arns]
        return [version["Document"] for version in versions]


def request(caller, action=DISABLE, principal=CONTROL_TOWER, allow=(ADMINISTRATOR,), boundary=None):
    """Returns a simulation. `caller` is the part of the ARN behind the account."""
    arn = f"arn:aws:iam::{stack.ACCOUNT}:{caller}"
    service = {} if action == LIST else {"organizations:ServicePrincipal": principal}
    if not action.startswith("organizations:"):
        service = {}
    return {
        "request": {
            "principal": arn, "action": action, "resource": {"resource": "*", "accountId": stack.ACCOUNT},
            "contextVariables": {"aws:PrincipalArn": arn, **service},
        },
        "identityPolicies": [{"name": str(number), "policy": policy} for number, policy in enumerate(allow)],
        "serviceControlPolicies": [], "resourceControlPolicies": [],
        **({"permissionBoundaryPolicies": [{"name": "boundary", "policy": boundary}]} if boundary else {}),
    }


def simulate(*requests):
    command = ["node", SIMULATOR / "simulate.mjs"]
    done = subprocess.run(command, input=json.dumps(requests), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Prevention(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.deny, cls.boundary = policies()

    def assert_results(self, cases):
        """Asserts each result, first with the deny policy beside administrator access, then with the boundary."""
        for attached in ({"allow": (ADMINISTRATOR, self.deny)}, {"boundary": self.boundary}):
            expected = {name: result for name, (_, result) in cases.items()}
            results = simulate(*(request(**arguments, **attached) for arguments, _ in cases.values()))
            self.assertEqual(dict(zip(cases, results)), expected)

    def test_administrators_cannot_disable_control_tower_and_the_break_glass_role_can(self):
        self.assert_results({
            "Terraform": ({"caller": "role/terraform"}, DENIED),
            "the console, through a permission set": ({"caller": f"{SSO}/AWSReservedSSO_AWSAdministratorAccess_0123456789abcdef"}, DENIED),
            "an IAM user": ({"caller": "user/dana"}, DENIED),
            "the break-glass role": ({"caller": "role/break-glass"}, ALLOWED),
            "its name in another path": ({"caller": "role/other/break-glass"}, DENIED),
            "a longer name": ({"caller": "role/break-glass-2"}, DENIED),
            "a user with its name": ({"caller": "user/break-glass"}, DENIED),
        })

    def test_nothing_else_is_denied(self):
        self.assert_results({
            "another service": ({"caller": "role/terraform", "principal": "sso.amazonaws.com"}, ALLOWED),
            "enabling": ({"caller": "role/terraform", "action": ENABLE}, ALLOWED),
            "the list": ({"caller": "role/terraform", "action": LIST}, ALLOWED),
            "another action": ({"caller": "role/terraform", "action": "ec2:DescribeInstances"}, ALLOWED),
        })

    def test_without_the_policy_an_administrator_can_disable(self):
        self.assertEqual(simulate(request("role/terraform")), [ALLOWED])

    def test_a_permission_set_can_be_the_break_glass_role(self):
        for folder in ("aws-reserved/sso.amazonaws.com", "aws-reserved/sso.amazonaws.com/eu-west-1"):
            deny, _ = policies(f"{folder}/AWSReservedSSO_BreakGlass_*")
            names = ("AWSReservedSSO_BreakGlass_0123456789abcdef", "AWSReservedSSO_Administrator_0123456789abcdef")
            requests = [request(f"role/{folder}/{name}", allow=(ADMINISTRATOR, deny)) for name in names]
            self.assertEqual(simulate(*requests), [ALLOWED, DENIED])

    def test_the_boundary_grants_nothing(self):
        requests = [request("role/any", action, allow=(), boundary=self.boundary) for action in (ENABLE, "ec2:DescribeInstances")]
        self.assertEqual(simulate(*requests), [NOT_GRANTED, NOT_GRANTED])

    def test_the_functions_role_enables_with_either_policy_and_disables_with_neither(self):
        for allow_disable in ("false", "true"):
            with stack.deployed({"AllowDisable": allow_disable}) as deployment:
                role, statements = deployment.role("FunctionRole")
            own = {"Version": "2012-10-17", "Statement": json.loads(json.dumps(statements))}
            caller = f"role/{role['RoleName']}"
            for attached in ({"allow": (own, self.deny)}, {"allow": (own,), "boundary": self.boundary}):
                requests = [request(caller, action, **attached) for action in (LIST, ENABLE, DISABLE)]
                self.assertEqual(simulate(*requests), [ALLOWED, ALLOWED, DENIED], allow_disable)

    def test_the_boundary_is_created_only_if_it_is_requested(self):
        with stack.deployed({"BreakGlassRole": "break-glass"}, file="prevention.yaml") as deployment:
            self.assertEqual(list(deployment.outputs), ["DenyPolicyArn"])

    def test_the_break_glass_role_is_one_role_of_the_account(self):
        parameter = stack.load_template("prevention.yaml")["Parameters"]["BreakGlassRole"]
        self.assertNotIn("Default", parameter)
        for values, accepted in ((ACCEPTED, True), (REFUSED, False)):
            for value in values:
                self.assertEqual(re.search(parameter["AllowedPattern"], value) is not None, accepted, value)


class Snippets(unittest.TestCase):
    """The policy of docs/prevention.md in JSON and in Terraform is the one that the template creates."""

    @classmethod
    def setUpClass(cls):
        cls.page = (stack.ROOT / "docs" / "prevention.md").read_text()
        cls.deny, _ = policies()

    def block(self, language):
        block, = re.findall(f"```{language}\n(.*?)```", self.page, re.DOTALL)
        return block

    def test_the_statement_of_an_inline_policy(self):
        self.assertEqual(json.loads(self.block("json").replace("111122223333", stack.ACCOUNT)), self.deny)

    def test_the_terraform_configuration(self):
        options = SerializationOptions(strip_string_quotes=True, explicit_blocks=False)
        terraform = hcl2.loads(self.block("hcl"), serialization_options=options)
        documents = [data["aws_iam_policy_document"] for data in terraform["data"] if "aws_iam_policy_document" in data]
        statement, = documents[0]["deny_disabling_controltower"]["statement"]
        values = {
            "data.aws_partition.current.partition": "aws", "data.aws_caller_identity.current.account_id": stack.ACCOUNT,
            "local.break_glass_role": terraform["locals"][0]["break_glass_role"],
        }
        conditions = {
            one["test"]: {one["variable"]: re.sub(r"\$\{([\w.]+)\}", lambda found: values[found[1]], one["values"][0])}
            for one in statement["condition"]
        }
        (action,), (resource,) = statement["actions"], statement["resources"]
        self.assertEqual(self.deny["Statement"], [{
            "Sid": statement["sid"], "Effect": statement["effect"], "Action": action, "Resource": resource,
            "Condition": conditions,
        }])
        policy, = [one["aws_iam_policy"] for one in terraform["resource"] if "aws_iam_policy" in one]
        names = [one["Properties"]["ManagedPolicyName"] for one in stack.load_template("prevention.yaml")["Resources"].values()]
        self.assertEqual(policy["deny_disabling_controltower"]["name"], names[0])


if __name__ == "__main__":
    unittest.main()
