# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run unit tests, sanity, the integration targets and plays with the roles on every supported ansible-core, in turn.

Each version has a virtual environment of its own in ``.cache/matrix``, with its logs. Both versions of pywinrm that
matter take part, and pypsrp is there on every other one. What can't be run for want of an interpreter is skipped, and
the table in the end says so; a version that was named has failed then.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sanity
import stage

FOLDER = stage.ROOT / ".cache" / "matrix"
STEPS = ("units", "sanity", "integration", "plays")

#: What the tests need beside Ansible and its connections; the versions are those of requirements-dev.txt.
_TOOLS = ("aiohttp", "cryptography", "hypothesis", "pyspnego", "pytest", "pytest-timeout", "pytest-xdist", "PyYAML")

#: Tests of the simulator, not of the collection: they speak to it with pypsrp and with today's pywinrm.
_PEERS = "tests/unit/simulator/wire"


@dataclass(frozen=True)
class Place:
    """One combination of versions."""

    core: str
    python: str
    pywinrm: str
    pypsrp: bool

    @property
    def has_peers(self) -> bool:
        """Whether it has what the tests of the simulated wire speak to it with."""
        return self.pypsrp and self.pywinrm == "0.5.0"

    @property
    def folder(self) -> Path:
        """Where its environment and its logs are."""
        return FOLDER / self.core

    @property
    def bin(self) -> Path:
        """Where its programs are."""
        return self.folder / "venv" / "bin"

    @property
    def requirements(self) -> list[str]:
        """What is installed into its environment."""
        pins = dict(line.split("==") for line in _pins() if "==" in line)
        tools = [*_TOOLS, "pypsrp"] if self.pypsrp else _TOOLS
        found = [f"{name}=={pins[name]}" for name in tools]
        return [f"ansible-core=={self.core}.*", f"pywinrm=={self.pywinrm}", *found]


#: The Python of each is one that this ansible-core runs on. pywinrm 0.4.3 needs distutils, which Python 3.12 dropped.
PLACES = (
    Place("2.16", "python3.11", "0.4.3", pypsrp=False),
    Place("2.17", "python3.11", "0.4.3", pypsrp=True),
    Place("2.18", "python3.11", "0.5.0", pypsrp=False),
    Place("2.19", "python3.11", "0.5.0", pypsrp=True),
    Place("2.20", "python3.12", "0.5.0", pypsrp=False),
    Place("2.21", "python3.13", "0.5.0", pypsrp=True),
)


@dataclass
class Result:
    """What became of a step."""

    ok: bool
    words: str


def _pins() -> list[str]:
    return (stage.ROOT / "requirements-dev.txt").read_text().splitlines()


def interpreter(name: str) -> Path | None:
    """An interpreter of this name that works, from anywhere on PATH."""
    path = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)]
    return next(filter(sanity.works, sanity.candidates(name, path)), None)


def prepare(place: Place, python: Path) -> Result:
    """Make the environment, unless it is there with the same requirements."""
    note = place.folder / "requirements.txt"
    wanted = "\n".join([str(python), *place.requirements])
    if note.exists() and note.read_text() == wanted:
        return Result(True, "ready")
    place.folder.mkdir(parents=True, exist_ok=True)
    note.unlink(missing_ok=True)
    log = place.folder / "install.log"
    made = _logged([str(python), "-m", "venv", "--clear", str(place.folder / "venv")], log, {})
    pip = [str(place.bin / "python"), "-m", "pip", "install", "-q", *place.requirements]
    if made == 0 and _logged(pip, log, {}) == 0:
        note.write_text(wanted)
        return Result(True, "made")
    return Result(False, f"can't be installed: {log.relative_to(stage.ROOT)}")


def run(place: Place, step: str) -> Result:
    """Run one step; its output is in a log."""
    pytest = [str(place.bin / "python"), "-m", "pytest", "-q", "-n", "2", "-o", f"cache_dir={place.folder / 'pytest'}"]
    command = {
        "units": [*pytest, "tests/unit", *([] if place.has_peers else [f"--ignore={_PEERS}"])],
        "sanity": [str(place.bin / "python"), "tools/sanity.py"],
        "integration": [*pytest, "--dist", "worksteal", "tests/integration"],
        "plays": [*pytest, "--dist", "worksteal", "tests/plays"],
    }[step]
    log = place.folder / f"{step}.log"
    log.unlink(missing_ok=True)
    began = time.monotonic()
    code = _logged(command, log, {"ANSIBLE_HOME": str(place.folder / "ansible"), "STAGE_COPY": f"copy-{place.core}"})
    seconds = time.monotonic() - began
    counts = re.findall(r"\d+ (?:passed|failed|skipped|errors?)\b", log.read_text().rpartition("\n=")[2])
    words = ", ".join(counts) if step != "sanity" and counts else ("passed" if code == 0 else "failed")
    return Result(code == 0, f"{words} in {seconds:.0f} s")


def _logged(command: Sequence[str], log: Path, variables: dict[str, str]) -> int:
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ["PATH"]])
    with log.open("a") as output:
        return subprocess.run(
            command, cwd=stage.ROOT, env={**os.environ, "PATH": path, **variables}, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, check=False,
        ).returncode  # fmt: skip


def visit(place: Place, steps: Sequence[str], *, named: bool) -> dict[str, Result]:
    """Run the steps on one combination, all of them even if one fails. ``named``: it was asked for by name."""
    python = interpreter(place.python)
    if python is None:
        return {step: Result(not named, f"skipped: no {place.python} here") for step in steps}
    print(f"ansible-core {place.core}, {place.python}", flush=True)
    ready = prepare(place, python)
    if not ready.ok:
        return dict.fromkeys(steps, ready)
    results = {}
    for step in steps:
        results[step] = run(place, step)
        print(f"  {step}: {results[step].words}", flush=True)
    return results


def table(results: dict[Place, dict[str, Result]], steps: Sequence[str]) -> str:
    """All results, as a table in Markdown."""
    heads = ["ansible-core", "Python", "pywinrm", "pypsrp", *steps]
    rows = [
        [place.core, place.python.removeprefix("python"), place.pywinrm, "yes" if place.pypsrp else "no"]
        + [f"{'' if found[step].ok else 'FAILED: '}{found[step].words}" for step in steps]
        for place, found in results.items()
    ]
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(words: Sequence[str] | None = None) -> int:
    """Visit the chosen versions; 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="matrix", description=__doc__)
    parser.add_argument("--cores", nargs="+", choices=[place.core for place in PLACES], metavar="VERSION")
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS, metavar="STEP")
    chosen = parser.parse_args(words)
    places = [place for place in PLACES if chosen.cores is None or place.core in chosen.cores]
    results = {place: visit(place, chosen.steps, named=chosen.cores is not None) for place in places}
    shown = table(results, chosen.steps)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "results.md").write_text(f"{shown}\n")
    print(f"\n{shown}")
    return 0 if all(result.ok for found in results.values() for result in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
