"""Compares the bootstraps of the release with those of a second, independent build.

    NEEDS='{"package": {"outputs": {"bootstrap-arm64": "SHA-256"}}, "rebuild": {"outputs": …}}' python scripts/compare_builds.py

NEEDS has the outputs of the jobs. A difference means that one of the two machines did not build what the source says.
"""

import json
import os
import re
import sys


def bootstraps(needs, job):
    """Returns the SHA-256 of each bootstrap that a job has as an output."""
    outputs = needs.get(job, {}).get("outputs", {})
    return {name: digest for name, digest in outputs.items() if name.startswith("bootstrap-")}


def main():
    needs = json.loads(os.environ["NEEDS"])
    first, second = bootstraps(needs, "package"), bootstraps(needs, "rebuild")
    if not first or first.keys() != second.keys():
        sys.exit(f"Built once: {sorted(first)}. Built a second time: {sorted(second)}. Both must have every bootstrap.")
    for name, digest in first.items():
        if not re.fullmatch("[0-9a-f]{64}", digest):
            sys.exit(f"{name}: {digest!r} is not a SHA-256.")
        if second[name] != digest:
            sys.exit(f"{name}: two builds of the same commit differ, {digest} and {second[name]}. Do not release either.")
        print(f"{name}: {digest}, twice")


if __name__ == "__main__":
    main()
