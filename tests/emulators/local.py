"""`make local`: runs the function under `cargo lambda watch`, with moto as AWS Organizations, and corrects drift."""

import json
import sys

import services

EVENT = "events/organizations-disable-assumed-role.json"


class UnexpectedResult(Exception):
    pass


def print_step(text):
    print(f"\n▸ {text}", flush=True)


def print_enabled(organization):
    print("enabled:", ", ".join(organization.enabled()))


def expect_equal(name, actual, expected):
    if actual != expected:
        raise UnexpectedResult(f"{name}: {actual!r} instead of {expected!r}")


def invoke_and_expect(invoke, event, outcome):
    report = invoke(event)
    print(json.dumps(report, indent=2))
    expect_equal("outcome", report["outcome"], outcome)


def run_scenario():
    with services.moto() as endpoint:
        print_step(f"moto serves AWS Organizations on {endpoint}. Create an organization.")
        organization = services.Organization(endpoint).create()
        before = organization.enabled()
        print_enabled(organization)
        with services.cargo_lambda_watch(endpoint) as invoke:
            print_step("Disable trusted access for AWS Control Tower.")
            organization.disable()
            print_enabled(organization)
            print_step(f"cargo lambda invoke --data-file {EVENT}")
            invoke_and_expect(invoke, EVENT, "Remediated")
            print_step("Trusted access is enabled again.")
            print_enabled(organization)
            expect_equal("enabled", organization.enabled(), before)
            print_step("Send the same event again.")
            invoke_and_expect(invoke, EVENT, "InSync")
    print_step("Every step had the expected result. All servers are stopped.")


if __name__ == "__main__":
    try:
        run_scenario()
    except UnexpectedResult as error:
        sys.exit(f"Unexpected result: {error}")
    except KeyboardInterrupt:
        print("\nInterrupted. All servers are stopped.", file=sys.stderr)
        sys.exit(130)
