"""`make conformance`: starts moto and runs the conformance cases against it and against the in-process fakes."""

import subprocess
import sys

import services

CASES = ["cargo", "test", "--locked", "--quiet", "--test", "conformance", "--"]

if __name__ == "__main__":
    with services.moto() as moto:
        sys.exit(subprocess.run([*CASES, f"moto={moto}"], cwd=services.ROOT).returncode)
