"""Tests the SBOM and the licence texts against what is linked into the bootstrap."""

import json
import os
import sys
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts"))
import components  # noqa: E402
import licenses  # noqa: E402
import sbom  # noqa: E402

PACKAGE = "controltower-trusted-access"
TARGET = {"arm64": "aarch64-unknown-linux-gnu", "x86_64": "x86_64-unknown-linux-gnu"}[os.environ["ARCHITECTURE"]]
BOOTSTRAP = Path(os.environ["BOOTSTRAP"])
CYCLONEDX = os.environ["CYCLONEDX"]
BESIDE_CRATES = {"aws-lc", "rust-std", "zig-compiler-rt", "zig-libunwind"}


class Sbom(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = sbom.document(PACKAGE, TARGET, CYCLONEDX)
        cls.document = json.loads(cls.text)
        cls.versions = {one["name"]: one["version"] for one in cls.document["components"]}

    def test_it_lists_exactly_the_crates_in_the_binary_and_what_is_linked_beside_them(self):
        listed = [(one["name"], one["version"]) for one in self.document["components"] if one["name"] not in BESIDE_CRATES]
        function, = (one for one in components.linked(PACKAGE, TARGET) if one[0] == PACKAGE)
        self.assertEqual(sorted([*listed, function]), sorted(components.linked(PACKAGE, TARGET)))
        self.assertLessEqual(BESIDE_CRATES, set(self.versions))
        self.assertIn("aws-sdk-organizations", self.versions)
        # Dependencies of the tests and of procedural macros are not linked into the binary.
        self.assertFalse({"proptest", "winterbaume-core", "syn", "quote"} & set(self.versions))

    def test_the_libraries_beside_the_crates_are_in_the_binary(self):
        content = BOOTSTRAP.read_bytes()
        # The paths of aws-lc's sources are in its error messages.
        for text in (f"rustc version {self.versions['rust-std']} (", "/aws-lc/crypto/", "libunwind: unsupported .eh_frame_hdr"):
            with self.subTest(text):
                self.assertTrue(text.encode() in content)

    def test_every_reference_is_declared_and_aws_lc_belongs_to_its_crate(self):
        declared = {one["bom-ref"] for one in [*self.document["components"], self.document["metadata"]["component"]]}
        referenced = {one for entry in self.document["dependencies"] for one in [entry["ref"], *entry["dependsOn"]]}
        self.assertLessEqual(referenced, declared)
        users = [one["ref"] for one in self.document["dependencies"] if f"aws-lc@{self.versions['aws-lc']}" in one["dependsOn"]]
        self.assertEqual(len(users), 1)
        self.assertIn("aws-lc-sys", users[0])

    def test_it_has_the_same_bytes_each_time_and_no_folder_of_the_machine(self):
        self.assertEqual(sbom.document(PACKAGE, TARGET, CYCLONEDX), self.text)
        self.assertNotIn(str(ROOT), self.text)


class Licenses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = licenses.texts(PACKAGE, TARGET)
        cls.linked = [*components.crates(PACKAGE, TARGET), *components.beside_crates(TARGET)]

    def test_every_linked_component_has_a_licence_text(self):
        self.assertEqual({(one.name, one.version) for one in components.crates(PACKAGE, TARGET)},
                         {one for one in components.linked(PACKAGE, TARGET) if one[0] != PACKAGE})
        headings = self.text.split(licenses.RULE)[1::2]
        named = {line for heading in headings for line in heading.strip().splitlines()}
        self.assertEqual(named, {f"{one.name} {one.version}" for one in self.linked})

    def test_each_text_appears_once(self):
        texts = [text.strip() for text in self.text.split(licenses.RULE)[2::2]]
        self.assertGreater(len(texts), 10)
        self.assertEqual(len(set(texts)), len(texts))

    def test_every_component_has_a_complete_text_and_not_only_a_pointer_to_one(self):
        longest = {one.name: max(map(len, licenses.texts_of(one))) for one in self.linked}
        self.assertEqual({name: length for name, length in longest.items() if length < 500}, {})

    def test_it_has_the_notices_of_the_parts_that_no_crate_names(self):
        for phrase in ("Fiat-Crypto", "hashbrown", "The LLVM Project is under the Apache License", "Zig contributors"):
            with self.subTest(phrase):
                self.assertIn(phrase.lower(), self.text.lower())

    def test_a_crate_without_a_licence_file_that_nobody_looked_at_is_refused(self):
        crate = components.Component("unknown", "1.0.0", "MIT", ())
        with mock.patch.object(components, "crates", return_value=[crate]), self.assertRaises(SystemExit) as refused:
            licenses.texts(PACKAGE, TARGET)
        self.assertIn("unknown 1.0.0 (MIT) has no licence file", str(refused.exception))


if __name__ == "__main__":
    unittest.main()
