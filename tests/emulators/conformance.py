"""`make conformance`: starts the implementations that listen on a port and runs the cases against all."""

import subprocess
import sys

import services

CASES = ["cargo", "test", "--locked", "--quiet", "--test", "conformance", "--"]

if __name__ == "__main__":
    with services.moto() as moto:
        sys.exit(subprocess.run([*CASES, f"moto={moto}"], cwd=services.ROOT).returncode)
