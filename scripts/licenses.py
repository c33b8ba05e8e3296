"""Prints the licence texts of everything that is linked into a released binary.

    python scripts/licenses.py PACKAGE TARGET

PACKAGE is controltower-trusted-access or trusted-access-doctor, and TARGET is the Rust target. Equal texts are printed
once, with the names of the components. A tool that others wrote would take minutes to build.
"""

import html
import re
import sys

import components

# These crates have no licence file. Their repositories have one, with this line in it.
COPYRIGHT = {
    "base64-simd": "Copyright (c) 2021 Nugine",
    "vsimd": "Copyright (c) 2021 Nugine",
}
RULE = "-" * 80


def plain_text(file):
    """Returns the text of a licence file, with Unix line ends. Rust's list of copyrights is HTML."""
    text = file.read_text(encoding="utf-8").replace("\r\n", "\n")
    if file.suffix == ".html":
        text = html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"(?s)<(title|style)>.*?</\1>", "", text)))
        text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text.strip())


def standard_text(crate):
    """Returns the licence text of a crate without a licence file."""
    folder = components.standard_library().files[0].parent / "licenses"
    if "Apache-2.0" in crate.license:
        return plain_text(folder / "Apache-2.0.txt")
    if crate.license == "MIT" and crate.name in COPYRIGHT:
        return f"{COPYRIGHT[crate.name]}\n\n{plain_text(folder / 'MIT.txt')}"
    sys.exit(f"{crate.name} {crate.version} ({crate.license}) has no licence file. Add its copyright line to scripts/licenses.py.")


def texts_of(component):
    return [plain_text(file) for file in component.files] or [standard_text(component)]


def texts(package, target):
    """Returns the text of THIRD-PARTY-LICENSES.txt."""
    linked = [*components.crates(package, target), *components.beside_crates(target)]
    names = {}
    for component in linked:
        for text in dict.fromkeys(texts_of(component)):
            names.setdefault(text, []).append(f"{component.name} {component.version}")
    lines = [f"Third-party components that are linked into {package} for {target}, with their licences.", ""]
    lines += [f"{one.name} {one.version}: {one.license}" for one in linked]
    for text, users in names.items():
        lines += ["", RULE, *users, RULE, "", text]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(texts(*sys.argv[1:]))
