# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check what would be published: build it, import it as Galaxy does, install it where nothing is, run it from there.

The steps are run in order, and the first that fails ends it. Takes the interpreter of the environment that has
galaxy-importer as its argument. With ``RELEASE_TAG`` in the environment it also checks that this tag may be released.

The tarball is then in ``.cache/publish/build``, and what galaxy-importer said of it in ``.cache/publish/import.log``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import stage
import yaml

FOLDER = stage.ROOT / ".cache" / "publish"
BIN = Path(sys.executable).parent
NAME = "fleetops.iis"

#: What the tarball holds at its top, and nothing else.
SHIPPED = {
    *("CHANGELOG.md", "FILES.json", "LICENSE", "MANIFEST.json", "README.md", "changelogs", "docs", "meta"),
    *("playbooks", "plugins", "requirements.txt", "roles"),
}
#: Whatever else belongs on a developer's machine only.
_NEVER = ("__pycache__", ".pyc", ".cache", ".stage", ".venv", "journal.jsonl", ".git/")


class Failed(Exception):
    """A step that didn't pass, with the reason."""


def _run(command: Sequence[str | Path], *, cwd: Path = stage.ROOT, **variables: str) -> str:
    """Run a command; return what it printed."""
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=_environment(variables), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Failed(f"{Path(command[0]).name} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the user's: no settings, no other collections."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON", "VIRTUAL"))}
    own = {"HOME": str(FOLDER / "home"), "ANSIBLE_HOME": str(FOLDER / "home"), "ANSIBLE_NOCOLOR": "1"}
    return {**kept, **own, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **variables}


def build() -> Path:
    """Build the tarball from what git knows."""
    shutil.rmtree(FOLDER / "build", ignore_errors=True)
    os.environ["STAGE_COPY"] = "copy-published"
    (FOLDER / "home").mkdir(parents=True, exist_ok=True)
    _run([BIN / "ansible-galaxy", "collection", "build", "--output-path", FOLDER / "build", stage.copy()])
    return next((FOLDER / "build").glob("*.tar.gz"))


def look_into(tarball: Path) -> str:
    """See that it holds what ships and nothing else."""
    with tarfile.open(tarball) as archive:
        names = [member.name.removeprefix("./") for member in archive.getmembers() if not member.isdir()]
    top = {name.partition("/")[0] for name in names}
    if top != SHIPPED:
        raise Failed(f"too much: {sorted(top - SHIPPED)}, missing: {sorted(SHIPPED - top)}")
    wrong = [name for name in names if any(part in name for part in _NEVER)]
    if wrong:
        raise Failed(f"doesn't belong there: {wrong}")
    return f"{len(names)} files, {tarball.stat().st_size // 1024} kB"


def import_as_galaxy(tarball: Path, python: Path) -> str:
    """Let galaxy-importer have it, which runs ansible-doc and ansible-lint as well; no warning is let pass."""
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    output = _run([python, "-m", "galaxy_importer.main", tarball.name], cwd=tarball.parent, PATH=path)
    (FOLDER / "import.log").write_text(output)
    complaints = [line for line in output.splitlines() if line.startswith(("WARNING", "ERROR", "CRITICAL"))]
    if complaints:
        raise Failed("\n".join(complaints))
    return "no warnings"


def install(tarball: Path) -> str:
    """Install it, and what it says that it needs, into an environment where nothing else is."""
    empty = FOLDER / "empty"
    shutil.rmtree(empty, ignore_errors=True)
    _run([sys.executable, "-m", "venv", empty])
    _run([empty / "bin" / "python", "-m", "pip", "install", "-q", _pin("ansible-core")])
    galaxy = empty / "bin" / "ansible-galaxy"
    _run([galaxy, "collection", "install", "--offline", "-p", empty / "collections", tarball])
    installed = empty / "collections" / stage.COLLECTION
    _run([empty / "bin" / "python", "-m", "pip", "install", "-q", "-r", installed / "requirements.txt"])
    modules = _run([empty / "bin" / "ansible-doc", "-l", NAME], ANSIBLE_COLLECTIONS_PATH=str(empty / "collections"))
    return f"{len(modules.splitlines())} modules"


def _pin(name: str) -> str:
    lines = (stage.ROOT / "requirements-dev.txt").read_text().splitlines()
    return next(line for line in lines if line.startswith(f"{name}=="))


def use() -> str:
    """Run its playbook from there, on simulated hosts, twice: the second time nothing is left to do."""
    inventory = FOLDER / "inventory.yml"
    inventory.unlink(missing_ok=True)
    scenario = FOLDER / "scenario.yml"
    hosts = [{"name": name, "iis": {"iis5_mode": True}} for name in ("web01", "web02")]
    scenario.write_text(yaml.safe_dump({"hosts": hosts}))
    options = ["--scenario", scenario, "--port", "0", "--speed", "10", "--inventory", inventory]
    simulator = subprocess.Popen(
        [str(word) for word in (sys.executable, "-m", "simulator", *options)],
        env=_environment({"PYTHONPATH": str(stage.ROOT / "tests")}), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not inventory.exists():
            if simulator.poll() is not None:
                raise Failed("the simulator didn't start")
            time.sleep(0.2)
        command = [str(FOLDER / "empty/bin/ansible-playbook"), f"{NAME}.isolation_mode", "-i", str(inventory)]
        collections = str(FOLDER / "empty" / "collections")
        recaps = [
            _run([*command, "-e", "mode=worker_process"], ANSIBLE_COLLECTIONS_PATH=collections) for _time in range(2)
        ]
    finally:
        simulator.terminate()
        simulator.wait()
    changed = [recap.count("changed=0 ") for recap in recaps]
    if changed != [0, 2]:
        raise Failed(f"two hosts should change in the first run and none in the second:\n{recaps[0]}\n{recaps[1]}")
    return "changed, then unchanged"


def may_be_released(tag: str, version: str, waiting: int) -> str:
    """Check that a tag names the version of galaxy.yml, and that no fragments of changes wait for a later release.

    Raises Failed.
    """
    if tag != f"v{version}":
        raise Failed(f"the tag is {tag}, but galaxy.yml has the version {version}: the tag has to be v{version}")
    if waiting:
        raise Failed(f"{waiting} fragments in changelogs/fragments aren't in the changelog of {version}: make release")
    return f"{tag} is the version of galaxy.yml"


def _version() -> str:
    return str(yaml.safe_load((stage.ROOT / "galaxy.yml").read_text())["version"])


def _waiting() -> int:
    return len(list((stage.ROOT / "changelogs" / "fragments").glob("*.y*ml")))


def changelog() -> str:
    """See that the fragments are in order, and that the newest release is this version."""
    _run([BIN / "antsibull-changelog", "lint"])
    _run([BIN / "antsibull-changelog", "lint-changelog-yaml", "changelogs/changelog.yaml"])
    version = _version()
    releases = yaml.safe_load((stage.ROOT / "changelogs" / "changelog.yaml").read_text())["releases"]
    newest = max(releases, key=lambda release: [int(number) for number in release.split(".")])
    if newest != version:
        raise Failed(f"galaxy.yml says {version}, the changelog {newest}")
    return version + (f", {_waiting()} fragments wait for the next" if _waiting() else "")


def documentation() -> str:
    """Lint the pages of the modules, as they were installed."""
    options = ["--plugin-docs", "--validate-collection-refs=all", "--disallow-unknown-collection-refs"]
    installed = FOLDER / "empty" / "collections" / stage.COLLECTION
    complaints = _run([BIN / "antsibull-docs", "lint-collection-docs", *options, installed])
    if complaints.strip():
        raise Failed(complaints)
    return "no complaints"


def main() -> int:
    """Run the steps; 1 at the first that fails."""
    python = Path(sys.argv[1]).absolute()
    tarball: list[Path] = []

    def build_it() -> str:
        tarball.append(build())
        return tarball[0].name

    tag = os.environ.get("RELEASE_TAG", "")
    steps: dict[str, Callable[[], str]] = {
        **({"tag": lambda: may_be_released(tag, _version(), _waiting())} if tag else {}),
        "build": build_it,
        "contents": lambda: look_into(tarball[0]),
        "galaxy-importer": lambda: import_as_galaxy(tarball[0], python),
        "install into an empty environment": lambda: install(tarball[0]),
        "run a playbook from there": use,
        "changelog": changelog,
        "documentation": documentation,
    }
    for name, step in steps.items():
        began = time.monotonic()
        try:
            words = step()
        except Failed as failure:
            print(f"{name}: FAILED: {failure}")
            return 1
        print(f"{name}: {words} ({time.monotonic() - began:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
