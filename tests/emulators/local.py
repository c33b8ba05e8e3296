"""`make local`: the function under `cargo lambda watch`, in front of moto, from drift to repair."""

import json
import sys

import services

EVENT = "events/organizations-disable-assumed-role.json"


def show(text):
    print(f"\n▸ {text}", flush=True)


class NotAsTold(Exception):
    pass


def expect(what, seen, wanted):
    if seen != wanted:
        raise NotAsTold(f"{what}: {seen!r} instead of {wanted!r}")


def deliver(invoke, event, outcome):
    report = invoke(event)
    print(json.dumps(report, indent=2))
    expect("outcome", report["outcome"], outcome)


def story():
    with services.moto() as endpoint:
        show(f"moto's Organizations listens on {endpoint}; an organization is created.")
        organization = services.Organization(endpoint).create()
        before = organization.enabled()
        print("enabled:", ", ".join(before))
        with services.cargo_lambda_watch(endpoint) as invoke:
            show("Trusted access is switched off, past the function.")
            organization.disable()
            print("enabled:", ", ".join(organization.enabled()))
            show(f"cargo lambda invoke --data-file {EVENT}")
            deliver(invoke, EVENT, "Remediated")
            show("The state is back.")
            print("enabled:", ", ".join(organization.enabled()))
            expect("enabled", organization.enabled(), before)
            show("The same event once more.")
            deliver(invoke, EVENT, "InSync")
    show("Everything ended as told, and everything started here has ended.")


if __name__ == "__main__":
    try:
        story()
    except NotAsTold as difference:
        sys.exit(str(difference))
    except KeyboardInterrupt:
        print("\nInterrupted; everything started here has ended.", file=sys.stderr)
        sys.exit(130)
