"""Runs every `sh` block of the documents in bash and in zsh, against stubs of the tools that it calls.

A block must parse, set or derive each variable that it uses, call only known tools, and pass complete arguments. A
page may set variables once: its first block of assignments only is put before every other block of the page.

    python tests/docs/test_shell_blocks.py    with ZSH set to a zsh that is not on the PATH
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STUBS = Path(__file__).parent / "stubs"
SKIPPED = {"target", "node_modules", "dist", "corpus", "artifacts"}
# Tools that act on AWS, on GitHub, on the network or on this machine. Anything else that a block calls must be here or
# in HARMLESS: a typing error fails instead of running something.
STUBBED = ["aws", "cargo", "curl", "gh", "git", "grep", "make", "rustup", "sam", "sha256sum", "sleep", "trusted-access-doctor", "tar", "docker"]
HARMLESS = ["cat", "cut", "env", "head", "ls", "mkdir", "sed", "sort", "tr"]


def markdown_files():
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in SKIPPED]
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".md"))


def blocks(text):
    """The code of each `sh` block, without the indentation of the list that it is in."""
    for indent, code in re.findall(r"^([ ]*)```sh\n(.*?)^[ ]*```$", text, re.MULTILINE | re.DOTALL):
        yield re.sub(f"^{indent}", "", code, flags=re.MULTILINE)


def is_preamble(code):
    return all(re.fullmatch(r"[A-Z_]+=[\w./-]*", line) for line in code.splitlines())


def scripts():
    """(page, number of the block, script) of every block."""
    for path in markdown_files():
        found = list(blocks(path.read_text()))
        preamble = found[0] if found and is_preamble(found[0]) else ""
        for number, code in enumerate(found, start=1):
            yield path.relative_to(ROOT), number, code if code == preamble else preamble + code


class Tools:
    """A folder of stubs as the whole PATH, and a log of what was called."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.path = self.folder / "bin"
        self.path.mkdir()
        self.log = self.folder / "calls"
        for name in STUBBED:
            shutil.copy(STUBS / "tool", self.path / name)
        for name in HARMLESS:
            (self.path / name).symlink_to(shutil.which(name))

    def run(self, shell, script):
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        # What `tar` unpacks from a release.
        for folder, file in (("trusted-access-doctor", STUBS / "tool"), ("controltower-trusted-access", ROOT / "template.yaml")):
            (work / folder).mkdir(parents=True)
            shutil.copy(file, work / folder)
        (work / "trusted-access-doctor" / "tool").rename(work / "trusted-access-doctor" / "trusted-access-doctor")
        self.log.write_text("")
        environment = {"PATH": str(self.path), "HOME": str(work), "CALLS": str(self.log), "LC_ALL": "C.UTF-8"}
        return subprocess.run([*shell, script], cwd=work, env=environment, capture_output=True, text=True, timeout=60)

    def calls(self):
        """Each call as its list of arguments."""
        records = self.log.read_text().split("\x1e")
        return [record.removesuffix("\x1f").split("\x1f") for record in records if record]


def shells():
    zsh = os.environ.get("ZSH") or shutil.which("zsh")
    if zsh is None:
        raise unittest.TestCase.failureException("zsh was not found: run make docs")
    # -u: an unset variable is an error. -f: no start-up files.
    return {"bash": [shutil.which("bash"), "--norc", "-euc"], "zsh": [zsh, "-feuc"]}


class ShellBlocks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shells = shells()
        cls.scripts = list(scripts())

    def setUp(self):
        self.tools = Tools(self.enterContext(tempfile.TemporaryDirectory()))

    def test_the_documents_have_blocks(self):
        self.assertGreater(len(self.scripts), 20)

    def test_every_block_runs_in_bash_and_zsh_with_the_same_calls(self):
        for page, number, script in self.scripts:
            with self.subTest(page=str(page), block=number):
                calls = {}
                for name, shell in self.shells.items():
                    done = self.tools.run(shell, script)
                    self.assertEqual((done.returncode, done.stderr), (0, ""), f"{name}:\n{script}")
                    calls[name] = self.tools.calls()
                self.assertEqual(calls["bash"], calls["zsh"], script)
                if not is_preamble(script):
                    self.assertTrue(calls["bash"], f"nothing is called:\n{script}")

    def test_every_argument_is_complete(self):
        for page, number, script in self.scripts:
            self.tools.run(self.shells["bash"], script)
            for call in self.tools.calls():
                with self.subTest(page=str(page), block=number, call=call):
                    self.assertNotIn("", call)
                    # A variable that the shell did not expand, or a placeholder.
                    self.assertFalse([word for word in call if re.search(r"\$[A-Z{(]|<\w+>", word)])

    def test_a_wrong_block_is_found(self):
        wrong = {
            "an unset variable": 'aws lambda invoke --function-name "$FUNCTION" out',
            "a parse error": "aws sts get-caller-identity (",
            "an unknown tool": "asw sts get-caller-identity",
            "a placeholder": "aws lambda invoke --function-name <FunctionName> out",
        }
        for reason, script in wrong.items():
            for name, shell in self.shells.items():
                with self.subTest(reason, shell=name):
                    self.assertNotEqual(self.tools.run(shell, script).returncode, 0)

    def test_word_splitting_differs_between_the_shells(self):
        calls = {}
        for name, shell in self.shells.items():
            self.tools.run(shell, "WORDS='a b'\naws ec2 $WORDS")
            calls[name] = self.tools.calls()
        self.assertNotEqual(calls["bash"], calls["zsh"])


if __name__ == "__main__":
    unittest.main()
