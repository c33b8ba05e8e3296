"""Prints the CycloneDX document of everything that is linked into a released binary.

    python scripts/sbom.py PACKAGE TARGET CARGO_CYCLONEDX

PACKAGE is controltower-trusted-access or trusted-access-doctor, and TARGET is the Rust target.
"""

import json
import os
import sys
import uuid

import components

FOLDERS = {"controltower-trusted-access": components.ROOT, "trusted-access-doctor": components.ROOT / "doctor"}


def run_cyclonedx(package, target, cyclonedx):
    """Returns the text of the package's document, as cargo-cyclonedx writes it."""
    options = ["--quiet", "--format", "json", "--describe", "binaries", "--no-build-deps", "--spec-version", "1.5"]
    try:
        components.run(os.path.abspath(cyclonedx), "cyclonedx", *options, "--target", target)
        # The tool has no option for one package. It writes a file beside the manifest of each workspace member.
        text, = (file.read_text(encoding="utf-8") for file in FOLDERS[package].glob(f"{package}*.cdx.json"))
        return text
    finally:
        for folder in FOLDERS.values():
            for file in folder.glob("*.cdx.json"):
                file.unlink()


def entry(component):
    """Returns the CycloneDX component for something that no crate has the name of."""
    return {
        "type": "library",
        "bom-ref": f"{component.name}@{component.version}",
        "name": component.name,
        "version": component.version,
        "licenses": [{"expression": component.license}],
        "externalReferences": [{"type": "vcs", "url": component.url}],
    }


def with_components_beside_crates(document, target):
    """Adds aws-lc, Rust's standard library and zig's libraries, which cargo-cyclonedx does not know."""
    root = document["metadata"]["component"]["bom-ref"]
    dependencies = {one["ref"]: one for one in document["dependencies"]}
    references = {one["name"]: one["bom-ref"] for one in document["components"]}
    for component in components.beside_crates(target):
        added = entry(component)
        document["components"].append(added)
        user = dependencies[references[component.crate] if component.crate else root]
        user["dependsOn"] = sorted([*user.get("dependsOn", []), added["bom-ref"]])
        document["dependencies"].append({"ref": added["bom-ref"], "dependsOn": []})


def document(package, target, cyclonedx):
    """Returns the text of the CycloneDX document.

    cargo-cyclonedx reads `cargo metadata`, which also enables the features that only tests need. Without the filter
    by `cargo tree`, the SBOM would list about forty crates that are not in the binary.
    """
    # The references contain the path of the folder in which the SBOM was made.
    text = run_cyclonedx(package, target, cyclonedx).replace(f"path+{components.ROOT.as_uri()}", "path+file:///source")
    found = json.loads(text)
    # Random, and the time of the build: without them the same source gives the same bytes.
    del found["serialNumber"], found["metadata"]["timestamp"]
    shipped = components.linked(package, target)
    found["components"] = [one for one in found["components"] if (one["name"], one["version"]) in shipped]
    kept = {one["bom-ref"] for one in [*found["components"], found["metadata"]["component"]]}
    found["dependencies"] = [
        one | {"dependsOn": [reference for reference in one.get("dependsOn", []) if reference in kept]}
        for one in found["dependencies"] if one["ref"] in kept
    ]
    with_components_beside_crates(found, target)
    # actions/attest takes no CycloneDX document without a serial number. This one follows from the content.
    found["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(found)).urn
    return json.dumps(found, indent=1)


if __name__ == "__main__":
    print(document(*sys.argv[1:]))
