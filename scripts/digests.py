"""Prints the SHA-256 of each file of a folder as one line of JSON: what a job of the release workflow says that it built.

    python scripts/digests.py FOLDER

The line becomes an output of the job. Unlike an artifact, no other job of the run can change it.
"""

import hashlib
import json
import sys
from pathlib import Path

# Each job writes one over its own files, and join.py writes the one of the release.
CHECKSUMS = "SHA256SUMS"


def digests(folder):
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(Path(folder).iterdir()) if file.name != CHECKSUMS
    }


if __name__ == "__main__":
    # Windows would end the line with a carriage return, which becomes a part of the output.
    sys.stdout.reconfigure(newline="\n")
    print(json.dumps(digests(sys.argv[1])))
