"""Tests that Lambda can start the bootstrap: its architecture is that of its template, and its C library is old enough.

test_package.py tests that the released zip contains this bootstrap, and that its template has this architecture.
"""

import os
import re
import unittest
from pathlib import Path

ARCHITECTURE = os.environ["ARCHITECTURE"]
CONTENT = Path(os.environ["BOOTSTRAP"]).read_bytes()
# The dynamic linker of glibc, with its folder in Amazon Linux.
LINKERS = {"arm64": b"/lib/ld-linux-aarch64.so.1", "x86_64": b"/lib64/ld-linux-x86-64.so.2"}
MACHINES = {"arm64": 183, "x86_64": 62}


class Bootstrap(unittest.TestCase):
    def test_the_elf_header_and_the_dynamic_linker_are_of_the_architecture(self):
        self.assertEqual(CONTENT[:6], b"\x7fELF\x02\x01", "64 bits, little endian")
        self.assertEqual(int.from_bytes(CONTENT[18:20], "little"), MACHINES[ARCHITECTURE])
        self.assertIn(LINKERS[ARCHITECTURE] + b"\0", CONTENT)

    def test_it_needs_no_glibc_after_that_of_amazon_linux_2023(self):
        # Amazon Linux 2023, the system of provided.al2023, has glibc 2.34; the machine of the tests may have a later one.
        versions = [int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", CONTENT)]
        self.assertGreater(len(versions), 1)
        self.assertLessEqual(max(versions), 34)


if __name__ == "__main__":
    unittest.main()
