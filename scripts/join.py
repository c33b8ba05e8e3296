"""Joins what the jobs of the release workflow built into one folder with one list of checksums.

    NEEDS='{"package": {"outputs": {"arm64": "{\\"FILE\\": \\"SHA-256\\"}"}}}' python scripts/join.py TARGET BUILT

BUILT has a folder for each artifact of the run. Any job of a run can replace an artifact, so the folders are compared with
NEEDS, the outputs of the jobs that built them: the same folders, the same files, the same bytes.
"""

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

from digests import CHECKSUMS

BUILDING_JOBS = ("package", "doctor")


def announced(needs, *jobs):
    """Returns the digests by artifact that the jobs have as outputs."""
    outputs = [output for job in jobs for output in needs.get(job, {}).get("outputs", {}).items()]
    return {artifact: json.loads(digests or "{}") for artifact, digests in outputs}


def is_plain_name(name):
    """Returns whether the name is one of a file in the folder itself, on every system."""
    is_one_part = PurePosixPath(name).name == name == PureWindowsPath(name).name
    return is_one_part and name not in ("", ".", "..", CHECKSUMS) and name.isprintable()


def verified_files(folder, digests):
    """Yields the name and content of each file of a folder, and exits if the folder is not what was announced."""
    if not digests:
        sys.exit(f"{folder.name}: its job announced no files. Nothing is released that no job has built.")
    for name in digests:
        if not is_plain_name(name):
            sys.exit(f"{folder.name}: {name!r} is not the name of a file in the folder itself.")
    present = {file.name for file in folder.iterdir()} - {CHECKSUMS}
    for name in sorted(present ^ set(digests)):
        sys.exit(f"{folder.name}: {name} {'was not built by its job' if name in present else 'is missing'}.")
    for name, expected in digests.items():
        file = folder / name
        if file.is_symlink() or not file.is_file():
            sys.exit(f"{folder.name}: {name} is not a regular file.")
        content = file.read_bytes()
        if hashlib.sha256(content).hexdigest() != expected:
            sys.exit(f"{folder.name}: {name} is not the file that its job built. The artifact was changed afterwards.")
        yield name, content


def joined(built, needs):
    """Returns the files of all artifacts by name."""
    expected = announced(needs, *BUILDING_JOBS)
    present = {folder.name for folder in built.iterdir()}
    if present != set(expected) or not expected:
        sys.exit(f"The artifacts are {sorted(present)}, but the jobs announced {sorted(expected)}.")
    files = {}
    for artifact, digests in expected.items():
        for name, content in verified_files(built / artifact, digests):
            if files.setdefault(name, content) != content:
                sys.exit(f"{name} differs between two artifacts. Build all of them from one commit.")
    return files


def main(target, built):
    files = joined(Path(built), json.loads(os.environ["NEEDS"]))
    shutil.rmtree(target, ignore_errors=True)
    Path(target).mkdir()
    for name, content in files.items():
        (Path(target) / name).write_bytes(content)
    checksums = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    (Path(target) / CHECKSUMS).write_text("".join(checksums))


if __name__ == "__main__":
    main(*sys.argv[1:])
