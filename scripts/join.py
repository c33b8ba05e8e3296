"""Joins the folders that `make package` made for each architecture into one folder with one list of checksums.

    python scripts/join.py TARGET SOURCE SOURCE...
"""

import hashlib
import shutil
import sys
from pathlib import Path

CHECKSUMS = "SHA256SUMS"


def verified_files(folder):
    """Yields the name and content of each file of a folder, and exits if a checksum does not match."""
    for line in (folder / CHECKSUMS).read_text().splitlines():
        expected, name = line.split("  ")
        content = (folder / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != expected:
            sys.exit(f"{folder / name} does not match its checksum in {folder / CHECKSUMS}. Run `make package` again.")
        yield name, content


def main(target, *sources):
    target = Path(target)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for source in map(Path, sources):
        for name, content in verified_files(source):
            file = target / name
            # Both folders have the forwarder, the runbook and the licence. A difference means two commits.
            if file.exists() and file.read_bytes() != content:
                sys.exit(f"{name} differs between {' and '.join(sources)}. Package both architectures from one commit.")
            file.write_bytes(content)
    checksums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(target.iterdir())]
    (target / CHECKSUMS).write_text("".join(checksums))


if __name__ == "__main__":
    main(*sys.argv[1:])
