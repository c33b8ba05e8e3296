"""Joins what `make package` made for each architecture into one folder with one list of checksums.

    python release/join.py INTO FROM FROM...
"""

import hashlib
import shutil
import sys
from pathlib import Path

SUMS = "SHA256SUMS"


def checked(folder):
    """The files of a folder, each as its list of checksums says."""
    for line in (folder / SUMS).read_text().splitlines():
        expected, name = line.split("  ")
        content = (folder / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != expected:
            sys.exit(f"{folder / name} is not what {folder / SUMS} says: package it again")
        yield name, content


def main(into, *folders):
    into = Path(into)
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir()
    for folder in map(Path, folders):
        for name, content in checked(folder):
            target = into / name
            # What both bring, the forwarder for one, must be of one commit.
            if target.exists() and target.read_bytes() != content:
                sys.exit(f"{name} differs between {' and '.join(folders)}: package both from one commit")
            target.write_bytes(content)
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(into.iterdir())]
    (into / SUMS).write_text("".join(sums))


if __name__ == "__main__":
    main(*sys.argv[1:])
