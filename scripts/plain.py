"""Writes plain.yaml: template.yaml without `Transform`, for tools that cannot deploy a SAM template. `make plain` runs it.

    python scripts/plain.py plain.yaml

SAM's own translator writes the resources that it generates, so they have the logical IDs and properties of a stack that
`sam deploy` created. Everything else is the text of template.yaml with its comments.
"""

import json
import logging
import os
import re
import sys
import textwrap
import warnings
from pathlib import Path

import boto3
import yaml
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from rewrite import replace_once

# The translator warns about an import of its own.
warnings.simplefilter("ignore", DeprecationWarning)
logging.getLogger("samtranslator").setLevel(logging.ERROR)

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 120
HEADER = "# Written by `make plain` from template.yaml. Change that file instead.\n"
CODE = {
    "S3Bucket": {"Ref": "CodeS3Bucket"},
    "S3Key": {"Ref": "CodeS3Key"},
    "S3ObjectVersion": {"Fn::If": ["HasCodeS3ObjectVersion", {"Ref": "CodeS3ObjectVersion"}, {"Ref": "AWS::NoValue"}]},
}
CODE_PARAMETERS = r"""
  CodeS3Bucket:
    Type: String
    AllowedPattern: ^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$
    ConstraintDescription: must be the name of an S3 bucket, such as my-bucket, without s3:// and without a path
    Description: The S3 bucket that has the zip file of the function's code. It must be in the Region of the stack.
  CodeS3Key:
    Type: String
    AllowedPattern: ^(?![a-z0-9]+://|/)[^\s]{1,1024}$
    ConstraintDescription: must be the key of the zip file in the bucket, such as folder/function.zip, without s3:// and the bucket's name
    Description: >-
      The key of the zip file in that bucket. CloudFormation updates the code only if the bucket, the key or the version
      changes, so give each release a key of its own.
  CodeS3ObjectVersion:
    Type: String
    Default: ""
    AllowedPattern: ^((?!null$)[^\s]{1,1024})?$
    ConstraintDescription: must be the version ID of the object in a bucket with versioning, or empty
    Description: Optional. The version ID of the zip file, if the bucket has versioning.
""".removeprefix("\n")
CODE_GROUP = """\
      - Label: {default: Code}
        Parameters: [CodeS3Bucket, CodeS3Key, CodeS3ObjectVersion]
"""
CODE_LABELS = """\
      CodeS3Bucket: {default: S3 bucket of the code}
      CodeS3Key: {default: S3 key of the code}
      CodeS3ObjectVersion: {default: S3 version of the code}
"""
CODE_CONDITION = '  HasCodeS3ObjectVersion: !Not [!Equals [!Ref CodeS3ObjectVersion, ""]]\n'


class Dumper(yaml.SafeDumper):
    """Writes intrinsic functions in their short form, and a list of plain values on one line."""


def represent_mapping(dumper, mapping):
    if len(mapping) == 1:
        (name, value), = mapping.items()
        if name == "Ref":
            return dumper.represent_scalar("!Ref", value)
        if name == "Fn::GetAtt":
            return dumper.represent_scalar("!GetAtt", ".".join(value))
        if name == "Fn::If":
            return dumper.represent_sequence("!If", value, flow_style=True)
    return dumper.represent_mapping("tag:yaml.org,2002:map", mapping.items(), flow_style=False)


def represent_list(dumper, values):
    is_plain = all(not isinstance(value, dict) or list(value) in (["Ref"], ["Fn::If"]) for value in values)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=is_plain)


Dumper.add_representer(dict, represent_mapping)
Dumper.add_representer(list, represent_list)
Dumper.ignore_aliases = lambda *_: True


def translate(text):
    """Returns the SAM template as CloudFormation receives it."""
    template = yaml_parse(text)
    template["Resources"]["Function"]["Properties"]["CodeUri"] = "s3://bucket/key"
    session = boto3.Session(region_name="us-east-1")
    return Translator({}, Parser(), boto_session=session).translate(template, {})


def generated_resources(text):
    """Returns the function and the resources that SAM's translator makes of it, by logical ID."""
    written = yaml_parse(text)["Resources"]
    resources = {
        # The dumper knows only the plain types of JSON.
        name: json.loads(json.dumps(resource))
        for name, resource in translate(text)["Resources"].items() if resource != written.get(name)
    }
    resources["Function"]["Properties"]["Code"] = CODE
    # SAM copies the function's metadata to a resource that it generates. The function's own is for `sam build` too.
    resources["FunctionEventInvokeConfig"].pop("Metadata")
    for key in ("BuildMethod", "BuildProperties"):
        del resources["Function"]["Metadata"][key]
    # The function comes first, as in template.yaml.
    return {"Function": resources.pop("Function")} | resources


def comments(block):
    """Yields each comment of the function's block with the resource that it is about and the key that follows it."""
    resource = "Function"
    for match in re.finditer(r"(?m)((?:^ +#.*\n)*)^( +)(\w+):", block):
        if len(match[2]) == 8 and "Events:" in block[:match.start()]:
            resource = f"Function{match[3]}"
        if match[1]:
            key = {"Pattern": "EventPattern"}.get(match[3], match[3])
            yield resource, key, [line.strip().removeprefix("# ") for line in match[1].splitlines()]


def write_resource(name, resource, comments):
    """Returns the YAML text of a resource, with the comments before their keys."""
    text = textwrap.indent(yaml.dump({name: resource}, Dumper=Dumper, sort_keys=False, width=WIDTH), "  ")
    # PyYAML quotes a value with a tag. It needs no quotes, and template.yaml has none.
    text = re.sub(r"(!Ref|!GetAtt) '([\w:.]+)'", r"\1 \2", text)
    for key, lines in comments:
        line = re.search(rf"(?m)^( +){key}:", text)
        if line:
            wrapped = textwrap.wrap(" ".join(lines), WIDTH - len(line[1]) - 2)
            comment = "".join(f"{line[1]}# {part}\n" for part in wrapped)
            text = text[:line.start()] + comment + text[line.start():]
    return text


def plain(text):
    """Returns the plain template of the SAM template's text."""
    block = re.search(r"(?ms)^  Function:\n.*?(?=^  \S)", text)[0]
    resources = generated_resources(text)
    found = list(comments(block))
    blocks = []
    for name, resource in resources.items():
        # The function's block has the properties of its EventInvokeConfig.
        owner = "Function" if name == "FunctionEventInvokeConfig" else name
        blocks.append(write_resource(name, resource, [(key, lines) for about, key, lines in found if about == owner]))
    for old, new in (
        ("Transform: AWS::Serverless-2016-10-31\n", ""),
        (block, "\n".join(blocks) + "\n"),
        ("        Parameters: [NotificationEmail, Mode]\n", "        Parameters: [NotificationEmail, Mode]\n" + CODE_GROUP),
        ("      Mode: {default: Mode}\n", "      Mode: {default: Mode}\n" + CODE_LABELS),
        ("  DesiredState:\n    Type: String\n", CODE_PARAMETERS + "  DesiredState:\n    Type: String\n"),
        ("\nResources:\n", CODE_CONDITION + "\nResources:\n"),
    ):
        text = replace_once(text, old, new)
    return HEADER + text


def main(output):
    Path(output).write_text(plain((ROOT / "template.yaml").read_text()))


if __name__ == "__main__":
    main(*sys.argv[1:])
