# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m integration``: run integration targets on the hosts of an inventory.

The tests run the same targets, unchanged, on simulated hosts (test_targets.py).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

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


def about(target: str) -> str:
    """What a target does to a host: the comment that its tasks begin with."""
    lines = (TARGETS / target / "tasks" / "main.yml").read_text(encoding="utf-8").splitlines()[1:]
    comment = lines[: next(number for number, line in enumerate(lines) if not line.startswith("#"))]
    return "\n".join(line.removeprefix("#").strip() for line in comment)


def command(target: str, inventory: Path, *, destructive: bool = False, reboot: bool = False) -> list[str]:
    """The command that runs a target on all hosts of an inventory."""
    extra = {"target": target, "iis_test_destructive": destructive, "iis_test_reboot": reboot}
    words = [word for name, value in extra.items() for word in ("-e", f"{name}={value}")]
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
    failed = []
    for target in arguments.targets or targets():
        print(f"\n=== {target}\n{about(target)}", flush=True)
        line = command(target, arguments.inventory, destructive=arguments.destructive, reboot=arguments.reboot)
        if subprocess.run(line, env=environment(), check=False).returncode:
            failed.append(target)
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll targets passed.")
    return 1 if failed else 0
