"""Finds out what is linked into a released binary: its crates, and the components that no crate names.

`sbom.py` lists them, and `licenses.py` collects their licence texts.
"""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LICENCE_FILE = re.compile(r"(?i)(licen[cs]e|copying|copyright|notice|unlicense)")


@dataclass(frozen=True)
class Component:
    """Something that is linked. `files` are its licence files, and `crate` is the crate that brings it."""

    name: str
    version: str
    license: str
    files: tuple
    url: str = ""
    crate: str = ""


def run(*command):
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8").stdout


def linked(package, target):
    """Returns (name, version) of every crate in the binary: cargo's own resolution, without procedural macros."""
    lines = run("cargo", "tree", "--locked", "--package", package, "--edges", "normal,no-proc-macro", "--target", target,
                "--prefix", "none").splitlines()
    return {(name, version.removeprefix("v")) for name, version, *_ in map(str.split, lines)}


def crates(package, target):
    """Returns the crates in the binary that other people wrote, sorted by name."""
    shipped = linked(package, target)
    metadata = json.loads(run("cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target))
    found = []
    for crate in metadata["packages"]:
        # The crates of this repository have no source, because they are paths.
        if crate["source"] and (crate["name"], crate["version"]) in shipped:
            folder = Path(crate["manifest_path"]).parent
            files = tuple(sorted(file for file in folder.iterdir() if file.is_file() and LICENCE_FILE.match(file.name)))
            found.append(Component(crate["name"], crate["version"], crate["license"], files, crate["repository"] or ""))
    return sorted(found, key=lambda one: (one.name, one.version))


def aws_lc():
    """The C and assembly code that the crate aws-lc-sys compiles. The crate's own version says nothing about it."""
    metadata = json.loads(run("cargo", "metadata", "--format-version", "1", "--locked"))
    crate, = (one for one in metadata["packages"] if one["name"] == "aws-lc-sys")
    folder = Path(crate["manifest_path"]).parent / "aws-lc"
    header = (folder / "include" / "openssl" / "base.h").read_text(encoding="utf-8")
    version = re.search(r'AWSLC_VERSION_NUMBER_STRING "([\d.]+)"', header)[1]
    files = (folder / "LICENSE", *sorted(folder.glob("third_party/*/LICENSE")))
    # The crate's licence names the licence of each part of aws-lc.
    return Component("aws-lc", version, crate["license"], files, "https://github.com/aws/aws-lc", crate="aws-lc-sys")


def standard_library():
    """Rust's standard library, which rustup installs already compiled."""
    version = re.match(r"rustc ([\d.]+)", run("rustc", "--version"))[1]
    folder = Path(run("rustc", "--print", "sysroot").strip()) / "share" / "doc" / "rust"
    files = (folder / "COPYRIGHT-library.html", *(folder / "licenses" / f"{name}.txt" for name in ("Apache-2.0", "MIT")))
    return Component("rust-std", version, "MIT OR Apache-2.0", files, "https://github.com/rust-lang/rust")


def zig():
    """The two libraries that zig links into a Linux binary instead of GCC's: compiler-rt and libunwind."""
    command = shutil.which("cargo-lambda") or sys.exit("cargo-lambda is not on the PATH. Run this through make.")
    folder, = Path(command).parents[1].glob("lib/python*/site-packages/ziglang")
    version = run(folder / "zig", "version").strip()
    url = "https://codeberg.org/ziglang/zig"
    unwind = folder / "lib" / "libunwind" / "LICENSE.TXT"
    return [
        Component("zig-compiler-rt", version, "MIT", (folder / "LICENSE",), url),
        Component("zig-libunwind", version, "Apache-2.0 WITH LLVM-exception", (unwind,), url),
    ]


def beside_crates(target):
    """Returns what is linked into the binary although no crate has its name."""
    return [aws_lc(), standard_library(), *(zig() if "linux" in target else [])]
