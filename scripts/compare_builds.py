"""Compares the bundles of a release with those of a second, independent build.

    NEEDS='{"package": {"outputs": {"arm64": "{\\"FILE\\": \\"SHA-256\\"}"}}, "rebuild": {"outputs": …}}' python scripts/compare_builds.py

NEEDS has the outputs of the jobs. A bundle has the code and everything that deploys it. A difference means that one of the
two machines did not build what the source says.
"""

import json
import os
import re
import sys

from join import announced


def main():
    needs = json.loads(os.environ["NEEDS"])
    first, second = announced(needs, "package"), announced(needs, "rebuild")
    if not first or first.keys() != second.keys():
        sys.exit(f"Built once: {sorted(first)}. Built a second time: {sorted(second)}. Both must have every architecture.")
    for architecture in first:
        name = f"controltower-trusted-access-{architecture}.tar.gz"
        one, two = (build[architecture].get(name, "") for build in (first, second))
        for digest in (one, two):
            if not re.fullmatch("[0-9a-f]{64}", digest):
                sys.exit(f"{name}: {digest!r} is not a SHA-256.")
        if one != two:
            sys.exit(f"{name}: two builds of the same commit differ, {one} and {two}. Do not release either.")
        print(f"{name}: {one}, twice")


if __name__ == "__main__":
    main()
