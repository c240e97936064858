# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m integration``: run integration targets on the hosts of an inventory.

The tests run the same targets, unchanged, on simulated hosts (test_targets.py).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from .junit import Result, write

FOLDER = Path(__file__).resolve().parent

#: Where ``make stage`` links the collection.
STAGE = FOLDER.parent.parent / ".stage"
TARGETS = FOLDER / "targets"
PLAYBOOK = FOLDER / "target.yml"

#: Begins the names of what isn't a target itself.
_HELPERS = "setup_"


def targets() -> list[str]:
    """The names of all targets: one for each module and role."""
    return sorted(folder.name for folder in TARGETS.iterdir() if not folder.name.startswith(_HELPERS))


#: The lines of a target's first comment that say what of setup_iis/vars/main.yml a host has to have, for the target at
#: all and for parts of it.
_NEEDS = "Needs: "
_PARTS_NEED = "Parts need: "


def needs(target: str) -> list[str]:
    """What a host has to have for a target; elsewhere the target is skipped."""
    return _listed(target, _NEEDS)


def parts_need(target: str) -> list[str]:
    """What a host has to have for parts of a target; elsewhere these are skipped."""
    return _listed(target, _PARTS_NEED)


def _listed(target: str, head: str) -> list[str]:
    lines = [line.removeprefix(head) for line in about(target).splitlines() if line.startswith(head)]
    return lines[0].rstrip(".").split(", ") if lines else []


def about(target: str) -> str:
    """What a target does to a host: the comment that its tasks begin with."""
    lines = (TARGETS / target / "tasks" / "main.yml").read_text(encoding="utf-8").splitlines()[1:]
    comment = lines[: next(number for number, line in enumerate(lines) if not line.startswith("#"))]
    return "\n".join(line.removeprefix("#").strip() for line in comment)


def command(
    target: str, inventory: Path, *, destructive: bool = False, reboot: bool = False, notes: Path | None = None
) -> list[str]:
    """The command that runs a target on all hosts of an inventory. ``notes``: a folder for why hosts are skipped."""
    extra = {"target": target, "iis_test_destructive": destructive, "iis_test_reboot": reboot}
    extra |= {"iis_test_needs": needs(target), "iis_test_parts": parts_need(target)} | (
        {} if notes is None else {"iis_test_notes": str(notes)}
    )
    words = ["-e", json.dumps(extra)]
    return [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), str(PLAYBOOK), *words]


def environment(folder: Path | None = None) -> dict[str, str]:
    """Where ansible-playbook finds targets and collection; with ``folder`` for its files, nothing of the user's."""
    own = {"ANSIBLE_ROLES_PATH": str(TARGETS), "ANSIBLE_COLLECTIONS_PATH": str(STAGE)}
    if folder is None:
        return {**os.environ, **own}
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ}
    private = {"HOME": str(folder), "ANSIBLE_HOME": str(folder / "ansible"), "ANSIBLE_LOCAL_TEMP": str(folder / "tmp")}
    return {**kept, **own, **private, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "ANSIBLE_NOCOLOR": "1"}


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m integration", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"default: all ({', '.join(targets())})")
    parser.add_argument("--inventory", "-i", type=Path, required=True, metavar="FILE")
    parser.add_argument("--destructive", action="store_true", help="also what interrupts or changes something")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write the results here, for a CI service")
    parser.add_argument("--reboot", action="store_true", help="with --destructive: reboot the hosts as well")
    arguments = parser.parse_args(words)
    unknown = set(arguments.targets) - set(targets())
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    if not arguments.inventory.exists():
        parser.error(f"no such inventory: {arguments.inventory}")
    return arguments


def main(words: Sequence[str] | None = None) -> int:
    """Run targets one after the other, all of them even if one fails; 1 if any did."""
    arguments = _arguments(words)
    results = []
    for target in arguments.targets or targets():
        print(f"\n=== {target}\n{about(target)}", flush=True)
        results.append(_run(target, arguments))
    if arguments.junit is not None:
        write(arguments.junit, results)
    skipped = [f"{result.target} on {host} ({why})" for result in results for host, why in result.skipped.items()]
    if skipped:
        print("\nSkipped: " + "\n         ".join(skipped))
    failed = [result.target for result in results if result.failed]
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll targets passed that could run.")
    return 1 if failed else 0


def _run(target: str, arguments: argparse.Namespace) -> Result:
    options = {"destructive": arguments.destructive, "reboot": arguments.reboot}
    with TemporaryDirectory() as folder:
        line = command(target, arguments.inventory, **options, notes=Path(folder))
        began = time.monotonic()
        failed = subprocess.run(line, env=environment(), check=False).returncode != 0
        seconds = time.monotonic() - began
        notes = sorted(Path(folder).iterdir())
        return Result(target, failed, seconds, {note.name.partition(".")[2]: note.read_text() for note in notes})
