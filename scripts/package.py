"""Writes the files that a release attaches for one architecture to dist/. `make package` runs it.

    python scripts/package.py arm64|x86_64 BOOTSTRAP_ZIP CARGO_CYCLONEDX

The files are the zip from cargo-lambda, a template that deploys it without Rust, the forwarder, the runbook that
every alarm names, the licence, an SBOM of the crates in the binary, and a list of checksums.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urljoin

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
PACKAGE = "controltower-trusted-access"
RUNBOOK = f"https://github.com/{PACKAGE}/{PACKAGE}/blob/main/docs/runbook.md"
TARGETS = {"arm64": "aarch64-unknown-linux-gnu", "x86_64": "x86_64-unknown-linux-gnu"}


def version():
    return tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]


def replace_once(text, old, new):
    """Returns the text with the one occurrence of `old` replaced, so that a changed template is never half rewritten."""
    if text.count(old) != 1:
        sys.exit(f"template.yaml has {old!r} {text.count(old)} times instead of once. Adapt scripts/package.py.")
    return text.replace(old, new)


def runbook_url(environment=os.environ):
    """Returns the address of the runbook at the tag that GitHub Actions builds; on any other machine the default."""
    if environment.get("GITHUB_REF_TYPE") != "tag":
        return RUNBOOK
    repository = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}".format_map(environment)
    return f"{repository}/blob/{environment['GITHUB_REF_NAME']}/docs/runbook.md"


def with_absolute_links(text, url):
    """Returns the Markdown text of the page at `url` with absolute links, for a copy outside of the repository.

    A link to a section of the page itself stays, because the copy has that section.
    """
    return re.sub(r"\]\(([^#)\s][^)\s]*)\)", lambda link: f"]({urljoin(url, link[1])})", text)


def release_template(architecture, archive):
    """Returns template.yaml with the zip instead of the source, for the architecture of the zip only."""
    text = (ROOT / "template.yaml").read_text()
    text = replace_once(text, "CodeUri: .\n", f"CodeUri: {archive}\n")
    text = replace_once(text, "      BuildMethod: rust-cargolambda\n", "")
    text = replace_once(text, f"      BuildProperties:\n        Binary: {PACKAGE}\n", "")
    text = replace_once(text, f"Default: {RUNBOOK}\n", f"Default: {runbook_url()}\n")
    text = replace_once(text, "Default: arm64\n", f"Default: {architecture}\n")
    return replace_once(text, "AllowedValues: [arm64, x86_64]\n", f"AllowedValues: [{architecture}]\n")


def linked(architecture):
    """Returns (name, version) of every crate in the binary: cargo's own resolution, without procedural macros."""
    tree = ["cargo", "tree", "--locked", "--edges", "normal,no-proc-macro", "--target", TARGETS[architecture], "--prefix", "none"]
    lines = subprocess.run(tree, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return {(name, version.removeprefix("v")) for name, version, *_ in map(str.split, lines)}


def run_cyclonedx(architecture, cyclonedx):
    """Returns the text of the function's SBOM, as cargo-cyclonedx writes it."""
    options = ["--quiet", "--format", "json", "--describe", "binaries", "--no-build-deps", "--spec-version", "1.5"]
    try:
        subprocess.run([cyclonedx, "cyclonedx", *options, "--target", TARGETS[architecture]], cwd=ROOT, check=True)
        # The tool has no option for one package. It writes a file beside the manifest of each workspace member, and
        # the doctor is not deployed.
        text, = (file.read_text() for file in ROOT.glob(f"{PACKAGE}*.cdx.json"))
        return text
    finally:
        for file in [*ROOT.glob("*.cdx.json"), *ROOT.glob("doctor/*.cdx.json")]:
            file.unlink()


def sbom(architecture, cyclonedx):
    """Returns the CycloneDX document of the crates in the binary.

    cargo-cyclonedx reads `cargo metadata`, which also enables the features that only tests need. Without the filter
    by `cargo tree`, the SBOM would list about forty crates that are not in the binary.
    """
    # The references contain the path of the folder in which the SBOM was made.
    text = run_cyclonedx(architecture, cyclonedx).replace(f"path+file://{ROOT}", f"path+file:///{PACKAGE}")
    document = json.loads(text)
    shipped = linked(architecture)
    document["components"] = [one for one in document["components"] if (one["name"], one["version"]) in shipped]
    kept = {one["bom-ref"] for one in [*document["components"], document["metadata"]["component"]]}
    document["dependencies"] = [
        one | {"dependsOn": [reference for reference in one.get("dependsOn", []) if reference in kept]}
        for one in document["dependencies"] if one["ref"] in kept
    ]
    return json.dumps(document, indent=1)


def checksums(files):
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)


def main(architecture, bootstrap_zip, cyclonedx):
    name = f"{PACKAGE}-{version()}-{architecture}"
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    shutil.copy(bootstrap_zip, DIST / f"{name}.zip")
    shutil.copy(ROOT / "LICENSE", DIST)
    (DIST / "runbook.md").write_text(with_absolute_links((ROOT / "docs" / "runbook.md").read_text(), runbook_url()))
    (DIST / "forwarder.yaml").write_text((ROOT / "forwarder.yaml").read_text().replace(RUNBOOK, runbook_url()))
    (DIST / f"template-{architecture}.yaml").write_text(release_template(architecture, f"{name}.zip"))
    (DIST / f"{name}.cdx.json").write_text(sbom(architecture, os.path.abspath(cyclonedx)))
    (DIST / "SHA256SUMS").write_text(checksums(sorted(DIST.iterdir())))
    for file in sorted(DIST.iterdir()):
        print(f"{file.stat().st_size:>9}  {file.relative_to(ROOT)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
