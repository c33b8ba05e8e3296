"""Writes the archive of the doctor for one platform to dist/. `make package-doctor` runs it for Linux.

    python scripts/package_doctor.py TARGET BINARY MANUAL CARGO_CYCLONEDX

TARGET is the Rust target, BINARY the built doctor, and MANUAL the folder that the example `manual` of the doctor wrote. The
archive unpacks into one folder with the binary, its man pages and shell completions, the document, the policies, the
licences and an SBOM. It is a `.tar.gz`, on Windows a `.zip`. Times and owners are fixed, so the same files give the same
bytes.
"""

import gzip
import io
import sys
import tarfile
import zipfile
from pathlib import Path

import licenses
import package
import sbom

BINARY = "trusted-access-doctor"
DOCUMENT = "docs/doctor.md"
FILES = ["LICENSE", "docs/doctor-policy.json", "docs/doctor-policy-roles.json", "docs/doctor.svg", "docs/reference/doctor.schema.json"]
LICENSES = "THIRD-PARTY-LICENSES.txt"


def is_windows(target):
    return "windows" in target


def archive_name(target):
    return f"{BINARY}-{target}.{'zip' if is_windows(target) else 'tar.gz'}"


def sbom_name(target):
    return f"{BINARY}-{target}.cdx.json"


def contents(target, binary, manual, license_texts, bill):
    """Returns the files of the archive: (content, mode) by path. `bill` is the SBOM."""
    manual = Path(manual)
    files = {name: (package.ROOT / name).read_bytes() for name in FILES}
    files |= {file.relative_to(manual).as_posix(): file.read_bytes() for file in manual.rglob("*") if file.is_file()}
    page = (package.ROOT / DOCUMENT).read_text(encoding="utf-8")
    page = package.with_resolving_links(page, DOCUMENT, {*files, DOCUMENT}, package.repository_url())
    files |= {DOCUMENT: page.encode(), LICENSES: license_texts.encode(), sbom_name(target): bill.encode()}
    entries = {path: (content, 0o644) for path, content in files.items()}
    name = f"{BINARY}.exe" if is_windows(target) else BINARY
    return entries | {name: (Path(binary).read_bytes(), 0o755)}


def tarred(entries):
    archive = io.BytesIO()
    with gzip.GzipFile(fileobj=archive, mode="wb", filename="", mtime=0) as compressed:
        with tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for path, (content, mode) in sorted(entries.items()):
                entry = tarfile.TarInfo(f"{BINARY}/{path}")
                entry.size, entry.mode = len(content), mode
                tar.addfile(entry, io.BytesIO(content))
    return archive.getvalue()


def zipped(entries):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path, (content, mode) in sorted(entries.items()):
            entry = zipfile.ZipInfo(f"{BINARY}/{path}")
            entry.external_attr = (0o100000 | mode) << 16
            file.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def main(target, binary, manual, cyclonedx):
    entries = contents(target, binary, manual, licenses.texts(BINARY, target), sbom.document(BINARY, target, cyclonedx))
    package.DIST.mkdir(exist_ok=True)
    for file in package.DIST.glob(f"{BINARY}*"):
        file.unlink()
    archive = package.DIST / archive_name(target)
    archive.write_bytes(zipped(entries) if is_windows(target) else tarred(entries))
    package.write_checksums()
    print(f"{archive.stat().st_size:>9}  {archive.name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
