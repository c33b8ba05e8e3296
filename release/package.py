"""`make package`: what a release attaches for one architecture, into dist/.

    python release/package.py arm64|x86_64 BOOTSTRAP_ZIP CARGO_CYCLONEDX

The zip that cargo-lambda made, the template that deploys it without Rust, the forwarder, the runbook
that every alarm names, an SBOM of what is linked into the binary, and the checksums of them all.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
TARGETS = {"arm64": "aarch64-unknown-linux-gnu", "x86_64": "x86_64-unknown-linux-gnu"}


def version():
    return tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]


def replaced(text, old, new):
    """A template that has changed under this script must not be released half rewritten."""
    if text.count(old) != 1:
        sys.exit(f"template.yaml holds {old!r} {text.count(old)} times instead of once: correct release/package.py")
    return text.replace(old, new)


def release_template(architecture, archive):
    """template.yaml with the zip in the place of the source, for the one architecture that the zip is of."""
    text = (ROOT / "template.yaml").read_text()
    text = replaced(text, "CodeUri: .\n", f"CodeUri: {archive}\n")
    text = replaced(text, "      BuildMethod: rust-cargolambda\n", "")
    text = replaced(text, "      BuildProperties:\n        Binary: controltower-trusted-access\n", "")
    # They name files, which whoever deploys would have to fetch as well.
    text = replaced(text, "    LicenseUrl: LICENSE\n    ReadmeUrl: README.md\n", "")
    text = replaced(text, "Default: arm64\n", f"Default: {architecture}\n")
    return replaced(text, "AllowedValues: [arm64, x86_64]\n", f"AllowedValues: [{architecture}]\n")


def linked(architecture):
    """(name, version) of every crate of the shipped binary, as cargo resolves its features; no macro's crates."""
    tree = ["cargo", "tree", "--locked", "--edges", "normal,no-proc-macro", "--target", TARGETS[architecture], "--prefix", "none"]
    lines = subprocess.run(tree, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return {(name, version.removeprefix("v")) for name, version, *_ in map(str.split, lines)}


def bill_of_materials(architecture, cyclonedx):
    """CycloneDX of the shipped binary's dependencies.

    The tool asks `cargo metadata`, which mixes in the features that only tests switch on: without the
    second look the SBOM would list some forty crates that are not in the binary.
    """
    options = ["--quiet", "--format", "json", "--describe", "binaries", "--no-build-deps", "--spec-version", "1.5"]
    subprocess.run([cyclonedx, "cyclonedx", *options, "--target", TARGETS[architecture]], cwd=ROOT, check=True)
    # The tool writes one for each binary of the workspace; only the function is deployed.
    made = {file: file.read_text() for file in [*ROOT.glob("*.cdx.json"), *ROOT.glob("doctor/*.cdx.json")]}
    for file in made:
        file.unlink()
    text, = (text for file, text in made.items() if file.name.startswith("controltower-trusted-access"))
    # References name the folder that it was made in, which is nobody's business.
    bill = json.loads(text.replace(f"path+file://{ROOT}", "path+file:///controltower-trusted-access"))
    shipped = linked(architecture)
    bill["components"] = [one for one in bill["components"] if (one["name"], one["version"]) in shipped]
    kept = {one["bom-ref"] for one in [*bill["components"], bill["metadata"]["component"]]}
    bill["dependencies"] = [
        one | {"dependsOn": [reference for reference in one.get("dependsOn", []) if reference in kept]}
        for one in bill["dependencies"] if one["ref"] in kept
    ]
    return json.dumps(bill, indent=1)


def checksums(files):
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)


def main(architecture, bootstrap_zip, cyclonedx):
    name = f"controltower-trusted-access-{version()}-{architecture}"
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    shutil.copy(bootstrap_zip, DIST / f"{name}.zip")
    for file in ("forwarder.yaml", "docs/runbook.md", "LICENSE"):
        shutil.copy(ROOT / file, DIST)
    (DIST / f"template-{architecture}.yaml").write_text(release_template(architecture, f"{name}.zip"))
    (DIST / f"{name}.cdx.json").write_text(bill_of_materials(architecture, os.path.abspath(cyclonedx)))
    files = sorted(DIST.iterdir())
    (DIST / "SHA256SUMS").write_text(checksums(files))
    for file in sorted(DIST.iterdir()):
        print(f"{file.stat().st_size:>9}  {file.relative_to(ROOT)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
