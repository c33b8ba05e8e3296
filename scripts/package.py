"""Writes the files of a release for one architecture to dist/. `make package` runs it.

    python scripts/package.py arm64|x86_64 BOOTSTRAP CARGO_CYCLONEDX

The bundle is an archive of one folder: the zip with the code, the templates that deploy it, the documents, the licences,
an SBOM of the binary, and a list of checksums. Nothing in it depends on the time or the user of the build.
"""

import gzip
import hashlib
import io
import os
import posixpath
import re
import sys
import tarfile
import zipfile
from pathlib import Path
from urllib.parse import urljoin

import licenses
import sbom
from rewrite import replace_once

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
PACKAGE = "controltower-trusted-access"
MAIN = f"https://github.com/{PACKAGE}/{PACKAGE}/blob/main/"
TARGETS = {"arm64": "aarch64-unknown-linux-gnu", "x86_64": "x86_64-unknown-linux-gnu"}
# The templates that are the same for both architectures.
SHARED_TEMPLATES = ["forwarder.yaml", "prevention.yaml"]


def repository_url(environment=os.environ):
    """Returns the address of the files at the tag that GitHub Actions builds; on any other machine at the main branch."""
    if environment.get("GITHUB_REF_TYPE") != "tag":
        return MAIN
    repository = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}".format_map(environment)
    return f"{repository}/blob/{environment['GITHUB_REF_NAME']}/"


def with_resolving_links(text, page, files, url):
    """Returns the Markdown text with absolute links to the files that the bundle does not have.

    `page` is the path of the page and `files` are the paths of the bundle, both relative to the repository.
    """
    def resolve(link):
        # With slashes on Windows too, as in the paths of the bundle.
        file = posixpath.normpath(posixpath.join(posixpath.dirname(page), link[1].partition("#")[0]))
        return link[0] if file in files else f"]({urljoin(url + page, link[1])})"

    # Neither a link to a section of the page itself nor one that is absolute already.
    return re.sub(r"\]\((?![a-z]+:)([^#)\s][^)\s]*)\)", resolve, text)


def documents(files):
    """Returns the documents by path. `files` are the other files of the bundle, which a document may link to."""
    paths = [path for path in (ROOT / "docs").rglob("*") if path.is_file()]
    found = {str(path.relative_to(ROOT)): path.read_bytes() for path in [ROOT / "README.md", ROOT / "CHANGELOG.md", *paths]}
    shipped = {*files, *found}
    return {
        page: with_resolving_links(content.decode(), page, shipped, repository_url()).encode() if page.endswith(".md") else content
        for page, content in found.items()
    }


def for_architecture(text, architecture):
    """Returns the template's text with one architecture and the runbook's address at the tag."""
    text = replace_once(text, f"Default: {MAIN}docs/runbook.md\n", f"Default: {repository_url()}docs/runbook.md\n")
    text = replace_once(text, "Default: arm64\n", f"Default: {architecture}\n")
    return replace_once(text, "AllowedValues: [arm64, x86_64]\n", f"AllowedValues: [{architecture}]\n")


def sam_template(architecture, archive):
    """Returns template.yaml with the zip instead of the source."""
    text = (ROOT / "template.yaml").read_text()
    text = replace_once(text, "CodeUri: .\n", f"CodeUri: {archive}\n")
    text = replace_once(text, "      BuildMethod: rust-cargolambda\n", "")
    text = replace_once(text, f"      BuildProperties:\n        Binary: {PACKAGE}\n", "")
    return for_architecture(text, architecture)


def checksums(files):
    """Returns the text of a SHA256SUMS with the contents by path."""
    return "".join(f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files))


def zipped(bootstrap):
    """Returns the zip with the code. The zip of cargo-lambda has the time of the build in it."""
    archive = io.BytesIO()
    entry = zipfile.ZipInfo("bootstrap")
    entry.create_system = 3  # Unix, so that the mode is used
    entry.external_attr = 0o100755 << 16
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(entry, Path(bootstrap).read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return archive.getvalue()


def archived(files):
    """Returns a .tar.gz of one folder. Names are sorted, and times and owners are fixed."""
    archive = io.BytesIO()
    with gzip.GzipFile(fileobj=archive, mode="wb", filename="", mtime=0) as compressed:
        with tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for path in sorted(files):
                entry = tarfile.TarInfo(f"{PACKAGE}/{path}")
                entry.size = len(files[path])
                tar.addfile(entry, io.BytesIO(files[path]))
    return archive.getvalue()


def bundle(architecture, bootstrap, cyclonedx):
    """Returns the contents of the bundle by path."""
    archive = f"{PACKAGE}-{architecture}.zip"
    texts = {
        "template.yaml": sam_template(architecture, archive),
        "plain.yaml": for_architecture((ROOT / "plain.yaml").read_text(), architecture),
        "LICENSE": (ROOT / "LICENSE").read_text(),
        f"{PACKAGE}-{architecture}.cdx.json": sbom.document(PACKAGE, TARGETS[architecture], cyclonedx),
        "THIRD-PARTY-LICENSES.txt": licenses.texts(PACKAGE, TARGETS[architecture]),
    }
    texts |= {name: (ROOT / name).read_text().replace(MAIN, repository_url()) for name in SHARED_TEMPLATES}
    files = {archive: zipped(bootstrap)} | {path: text.encode() for path, text in texts.items()}
    files |= documents(files)
    return files | {"SHA256SUMS": checksums(files).encode()}


def write_checksums():
    """Writes the checksums of everything in dist/."""
    released = {file.name: file.read_bytes() for file in DIST.iterdir() if file.name != "SHA256SUMS"}
    (DIST / "SHA256SUMS").write_text(checksums(released))


def main(architecture, bootstrap, cyclonedx):
    DIST.mkdir(exist_ok=True)
    for file in DIST.glob(f"{PACKAGE}*"):
        file.unlink()
    files = bundle(architecture, bootstrap, cyclonedx)
    (DIST / f"{PACKAGE}-{architecture}.tar.gz").write_bytes(archived(files))
    write_checksums()
    for path in sorted(files):
        print(f"{len(files[path]):>9}  {path}")


if __name__ == "__main__":
    main(*sys.argv[1:])
