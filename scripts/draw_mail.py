"""Draws docs/mail.svg, the mail that the stack sends after a repair: draw_mail.py [TARGET]

The words are those of template.yaml, and the values are those of an event in events/, so the
picture changes with the template. A test compares the committed picture with what this draws.
"""

import json
import re
import sys
from pathlib import Path

import svg

ROOT = Path(__file__).resolve().parents[1]
EVENT = "organizations-disable-sso-user.json"
NAMES = {"AWS::StackName": "controltower-trusted-access", "AWS::Region": "us-east-1", "AWS::AccountId": "111122223333"}
MARGIN, LINE = 28, 24
SIZE, SMALL = 15, 13.5


def block(text, key):
    """The first line that starts with `key`, and the deeper lines below it, without their indentation."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.strip().startswith(f"{key}:"):
            first, depth = line, len(line) - len(line.lstrip())
            break
    else:
        raise SystemExit(f"template.yaml has no {key}")
    found = []
    for line in lines:
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            break
        found.append(line.strip())
    return first, found


def notification():
    """The transformer's paths and its text, of the rule that names the caller."""
    template = (ROOT / "template.yaml").read_text()
    for transformer in re.split(r"^ *InputTransformer:\n", template, flags=re.M)[1:]:
        paths = dict(line.split(": ", 1) for line in block(transformer, "InputPathsMap")[1] if line)
        if any(".trigger.actor." in path for path in paths.values()):
            first, lines = block(transformer, "InputTemplate")
            if lines[0].startswith("-"):
                # The list form of !Sub: the text, then the variables.
                first, lines = lines[0], lines[1:lines.index(next(line for line in lines[1:] if line.startswith("- ")))]
            return paths, ("\n" if "|" in first else " ").join(lines)
    raise SystemExit("template.yaml has no rule whose mail names the caller")


def invocation_result():
    """What Lambda puts on the event bus after the run that the event in `EVENT` starts."""
    event = json.loads((ROOT / "events" / EVENT).read_text())
    detail = event["detail"]
    identity = detail["userIdentity"]
    actor = {
        "name": identity["arn"], "type": identity["type"], "arn": identity["arn"], "accountId": identity["accountId"],
        "issuerArn": identity["sessionContext"]["sessionIssuer"]["arn"], "sourceIp": detail["sourceIPAddress"], "userAgent": detail["userAgent"],
    }
    trigger = {"kind": "OrganizationsEvent", "id": event["id"], "name": detail["eventName"], "time": detail["eventTime"], "actor": actor}
    report = {
        "outcome": "Remediated", "servicePrincipal": "controltower.amazonaws.com", "mode": "enforce", "desired": "enabled", "observed": "disabled",
        "plan": "EnableAWSServiceAccess", "enabledSince": "2026-11-23T10:01:25Z", "trigger": trigger,
        "nextSteps": [f"Ask {actor['name']} why trusted access was disabled."],
        "outage": {"disabledAt": detail["eventTime"], "disabledBy": actor["name"], "sourceIp": actor["sourceIp"], "restoredAt": "2026-11-23T10:01:26Z", "seconds": 7},
    }
    return {"id": "3f1c2d4e-0000-4000-8000-000000000001", "time": "2026-11-23T10:01:26Z", "detail": {"responsePayload": report}}


def value(document, path):
    for name in re.findall(r"\w+", path):
        document = document[int(name) if isinstance(document, list) else name]
    return document


def default(parameter):
    """The default of a parameter of the template."""
    template = (ROOT / "template.yaml").read_text()
    return re.search(rf"^  {parameter}:\n(?:    .*\n)*?    Default: (.+)$", template, re.M)[1]


def message():
    paths, text = notification()
    result = invocation_result()
    for name, path in paths.items():
        text = text.replace(f"<{name}>", str(value(result, path)))
    text = re.sub(r"\$\{([^}]+)\}", lambda match: NAMES.get(match[1]) or default(match[1]), text)
    if missing := re.findall(r"<[a-zA-Z]+>", text):
        raise SystemExit(f"the mail has no value for {missing}")
    return text


def headers():
    name = re.search(r"^ *DisplayName: *(.+)$", (ROOT / "template.yaml").read_text(), re.M)[1].strip("\"'")
    return [("From", f"{name} <no-reply@sns.amazonaws.com>"), ("To", "platform-team@example.com"), ("Subject", "AWS Notification Message")]


def draw():
    body, y = [], MARGIN + 10
    for name, text in headers():
        body.append(svg.label(MARGIN, y, name, "quiet", SMALL))
        body.append(svg.label(MARGIN + 72, y, text, "text", SMALL, bold=name == "Subject"))
        y += LINE
    body.append(f'<path d="M1 {y - 8}H{svg.WIDTH - 1}" class="rule"/>')
    y += LINE
    for paragraph in message().splitlines():
        for line in svg.wrap(paragraph, SIZE, svg.WIDTH - 2 * MARGIN):
            body.append(svg.label(MARGIN, y, line, "text", SIZE))
            y += LINE
    colours = {"rule": [("stroke", "#8c959f", "#6e7681")]}
    return svg.document(y + MARGIN - LINE, "A mail of the stack: " + message().strip('"'), colours, body)


if __name__ == "__main__":
    (Path(sys.argv[1]) if sys.argv[1:] else ROOT / "docs/mail.svg").write_text(draw())
