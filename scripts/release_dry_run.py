"""Runs the jobs of the release workflow on this machine, each in a folder of its own, and then attacks the result.

    python scripts/release_dry_run.py FOLDER TOOLS ARCHITECTURE...

The commands are read from the workflow, so a release runs the same ones. FOLDER is replaced. TOOLS is the folder of the
installed tools, which the jobs share; each job clones the last commit and compiles its release anew. Jobs for which a machine of
another kind is needed are left out, and so are the steps that need GitHub: the attestation and the upload.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
JOBS = ("package", "rebuild", "emulator", "release")


class Job:
    """One run of a job: a folder, and what its expressions refer to."""

    def __init__(self, dry_run, name, matrix):
        self.dry_run, self.name, self.matrix = dry_run, name, matrix
        self.definition = WORKFLOW["jobs"][name]
        self.folder = dry_run.folder / "jobs" / "-".join([name, *matrix.values()])
        self.folder.mkdir(parents=True)
        self.steps = {}

    def resolve(self, text):
        """Returns the text with the values of its expressions. An unknown expression is an error, not an empty text."""
        def value(match):
            scope, *path = match[1].split(".")
            if scope == "matrix":
                return self.matrix.get(path[0], "")
            if scope == "steps":
                return self.steps[path[0]].get(path[2], "")
            if match[1] == "toJSON(needs)":
                return json.dumps({job: {"result": "success", "outputs": outputs} for job, outputs in self.dry_run.outputs.items()})
            if match[1] == "github.token":
                return "no token"
            raise ValueError(f"release.yml has an expression that the dry run does not know: {match[0]}")
        return re.sub(r"\$\{\{ (\S+) \}\}", value, str(text))

    def environment(self, step):
        # Without the variables of the make that runs this, and with the stub of gh.
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "CARGO_TARGET"))}
        declared = {**self.definition.get("env", {}), **step.get("env", {})}
        return kept | self.dry_run.github | {key: self.resolve(value) for key, value in declared.items()}

    def use(self, action, options):
        """Does what an action of the workflow does."""
        options = {key: self.resolve(value) for key, value in options.items()}
        artifacts = self.dry_run.artifacts
        match action.partition("@")[0]:
            case "actions/checkout":
                self.dry_run.clone(self.folder / options.get("path", "."))
            case "actions/upload-artifact":
                shutil.copytree(self.folder / options["path"], artifacts / options["name"])
            case "actions/download-artifact":
                source = artifacts / options["name"] if "name" in options else artifacts
                shutil.copytree(source, self.folder / options["path"])
            case "actions/setup-python":
                pass
            case "actions/attest":
                paths = [options[key] for key in ("subject-path", "sbom-path") if key in options]
                missing = [path for path in paths if not [*self.folder.glob(path)]]
                print(f"   left out: attest {' with '.join(paths)}{f'; not built here: {missing}' if missing else ''}")
            case name:
                raise ValueError(f"release.yml has an action that the dry run does not know: {name}")

    def run(self, step):
        output = self.folder / "GITHUB_OUTPUT"
        output.write_text("")
        command = self.resolve(step["run"])
        print("  ", command.strip().replace("\n", "\n      "), flush=True)
        # The shell of a step on Linux: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions
        subprocess.run(["bash", "-e", "-o", "pipefail", "-c", command], cwd=self.folder / step.get("working-directory", "."),
                       env=self.environment(step) | {"GITHUB_OUTPUT": str(output)}, check=True)
        self.steps[step.get("id", "")] = dict(line.split("=", 1) for line in output.read_text().splitlines())

    def complete(self):
        started = time.monotonic()
        print(f"\n== {self.folder.name}", flush=True)
        for step in self.definition["steps"]:
            if "uses" in step:
                self.use(step["uses"], step.get("with", {}))
            else:
                self.run(step)
        resolved = {name: self.resolve(value) for name, value in self.definition.get("outputs", {}).items()}
        self.dry_run.outputs.setdefault(self.name, {}).update({name: value for name, value in resolved.items() if value})
        print(f"   {time.monotonic() - started:.0f} s", flush=True)


class DryRun:
    def __init__(self, folder, tools):
        self.folder, self.tools = folder, tools
        shutil.rmtree(folder, ignore_errors=True)
        self.artifacts = folder / "artifacts"
        self.artifacts.mkdir(parents=True)
        self.outputs = {}
        version = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
        stubs = folder / "stubs"
        stubs.mkdir()
        # Its only question is which commit the tag has.
        (stubs / "gh").write_text('#!/bin/sh\ntest "$1" = api && echo "$GITHUB_SHA" || echo "   left out: gh $*"\n')
        (stubs / "gh").chmod(0o755)
        self.github = {
            "GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": f"v{version}", "GITHUB_REPOSITORY": "example/dry-run",
            "GITHUB_SERVER_URL": "https://github.com", "GITHUB_SHA": "0" * 40, "PATH": f"{stubs}:{os.environ['PATH']}",
        }

    def clone(self, folder):
        """Clones the last commit, with the installed tools of this folder."""
        subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT, folder], check=True)
        # Dependencies of the debug profile too: no released binary has them.
        debug = self.tools.parent / "debug"
        debug.mkdir(exist_ok=True)
        (folder / "target").mkdir()
        (folder / "target" / "tools").symlink_to(self.tools)
        (folder / "target" / "debug").symlink_to(debug)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        # Older than the tools that were installed from the same lists, so that make does not install them again.
        for file in (folder / "requirements").iterdir():
            os.utime(file, (0, 0))

    def run(self, architectures):
        for name in JOBS:
            entries = WORKFLOW["jobs"][name].get("strategy", {}).get("matrix", {}).get("include", [{}])
            for entry in entries:
                if entry and entry["architecture"] not in architectures:
                    print(f"\n== {name} for {entry['architecture']}: left out, not built here", flush=True)
                    continue
                # A machine of another architecture would be needed to run it.
                if name == "emulator" and entry["architecture"] != os.uname().machine.replace("aarch64", "arm64"):
                    print(f"\n== {name} for {entry['architecture']}: left out, cannot run here", flush=True)
                    continue
                self.last = Job(self, name, {key: entry[key] for key in ("architecture",) if key in entry})
                self.last.complete()

    def release(self, artifacts, outputs):
        """Runs the commands of the job `release` that must refuse a manipulation, and returns what they say."""
        folder = self.last.folder
        shutil.rmtree(folder / "built")
        shutil.copytree(artifacts, folder / "built")
        needs = json.dumps({job: {"outputs": one} for job, one in outputs.items()})
        gates = [step["run"] for step in self.last.definition["steps"] if "scripts/" in step.get("run", "")]
        return subprocess.run(["bash", "-e", "-c", "\n".join(gates)], cwd=folder, env=os.environ | {"NEEDS": needs},
                              capture_output=True, text=True)

    def attack(self):
        """Changes each file of each artifact and each second build, one at a time. Every release must be refused."""
        print("\n== tampering", flush=True)
        tampered = self.folder / "tampered"
        attacks = [(f"change {file.relative_to(self.artifacts)}", file.relative_to(self.artifacts), None)
                   for file in sorted(self.artifacts.glob("*/*")) if file.name != "SHA256SUMS"]
        attacks += [(f"another second build of {name}", None, name) for name in self.outputs["rebuild"]]
        for title, changed, rebuilt in attacks:
            shutil.rmtree(tampered, ignore_errors=True)
            shutil.copytree(self.artifacts, tampered)
            outputs = json.loads(json.dumps(self.outputs))
            if changed:
                content = bytearray((tampered / changed).read_bytes())
                content[len(content) // 2] ^= 1
                (tampered / changed).write_bytes(content)
            else:
                outputs["rebuild"][rebuilt] = json.dumps(dict.fromkeys(json.loads(outputs["rebuild"][rebuilt]), "0" * 64))
            refused = self.release(tampered, outputs)
            if refused.returncode == 0:
                sys.exit(f"   {title}: NOT REFUSED")
            print(f"   {title}: refused, {refused.stderr.strip()}", flush=True)
        if self.release(self.artifacts, self.outputs).returncode != 0:
            sys.exit("   The untouched artifacts are refused too, so the refusals above prove nothing.")


def main(folder, tools, *architectures):
    started = time.monotonic()
    dry_run = DryRun(Path(folder).resolve(), Path(tools).resolve())
    dry_run.run(architectures)
    dry_run.attack()
    dist = dry_run.last.folder / "dist"
    print(f"\n{dist} has the files of a release, after {time.monotonic() - started:.0f} s:")
    print((dist / "SHA256SUMS").read_text())


if __name__ == "__main__":
    main(*sys.argv[1:])
