# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make bench``: what a task that finds nothing to do costs, side by side in one run.

Requests and bytes come from the simulated host's own journal. The time of a task is that of a play of many tasks less
that of a play of one, divided; Ansible, the library and the host all run on this machine, so it is an upper bound for
what the controller does, and holds no network.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.host import BARE, NAME, SCRIPTED, every_kind, make_fleet
from simulator.fleet import FleetThread
from simulator.journal import Entry

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
ANSIBLE_PLAYBOOK = ROOT / ".venv-bench" / "bin" / "ansible-playbook"
TASKS = 20
#: The quickest of so many plays counts: the others were slowed down by something else on this machine.
ROUNDS = 3


@dataclass(frozen=True)
class Case:
    """A task to measure, on a host of :mod:`bench.host`."""

    title: str
    module: str
    arguments: Mapping[str, Any]
    host: str = NAME


@dataclass(frozen=True)
class Measure:
    """What one task took. Bytes are those of the HTTP bodies, both ways."""

    requests: float
    handshake: float
    bytes: float
    milliseconds: float


_SITE = {"name": "Shop", "state": "started"}
_POOL = {"name": "Shop", "state": "started"}

#: By what stands above them: the host and what it has.
CASES: Mapping[str, Sequence[Case]] = {
    "IIS 6.0": (
        Case("an empty action plugin (the floor)", "do_nothing", {}),
        Case("iis_site, by id", "fleetops.iis.iis_site", {"id": 1, "state": "started"}),
        Case("iis_site, by name", "fleetops.iis.iis_site", {"name": "Default Web Site", "state": "started"}),
        Case("iis_service, one service", "fleetops.iis.iis_service", {"name": "w3svc", "state": "started"}),
        Case(
            "ansible.windows.win_service, at best",
            "ansible.windows.win_service",
            {"name": "W3SVC", "state": "started"},
        ),
    ),
    "IIS 10 with Web-Scripting-Tools, by WMI": (
        Case("iis_site", "fleetops.iis.iis_site", _SITE, SCRIPTED),
        Case("microsoft.iis.website, at best", "microsoft.iis.website", _SITE, SCRIPTED),
        Case("iis_app_pool", "fleetops.iis.iis_app_pool", _POOL, SCRIPTED),
        Case("microsoft.iis.web_app_pool, at best", "microsoft.iis.web_app_pool", _POOL, SCRIPTED),
        Case("iis_service, one service", "fleetops.iis.iis_service", {"name": "w3svc", "state": "started"}, SCRIPTED),
    ),
    "IIS 10 as setup leaves it, by appcmd.exe": (
        Case("iis_site", "fleetops.iis.iis_site", _SITE, BARE),
        Case("iis_app_pool", "fleetops.iis.iis_app_pool", _POOL, BARE),
    ),
}


def environment(folder: Path) -> dict[str, str]:
    """The variables with which Ansible is measured: the collection, the floors, and nothing of the user's home."""
    return {
        **os.environ,
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".stage"),
        "ANSIBLE_ACTION_PLUGINS": str(HERE / "action_plugins"),
        "ANSIBLE_LIBRARY": str(HERE / "library"),
        "ANSIBLE_NOCOLOR": "1",
    }


class Bench:
    """Runs plays against the host and reads its journal."""

    def __init__(self, fleet: FleetThread, folder: Path) -> None:
        self._fleet = fleet
        self._folder = folder
        self._inventory = folder / "inventory.yml"
        self._inventory.write_text(fleet.fleet.inventory())
        self._environment = environment(folder)

    def measure(self, case: Case) -> Measure:
        """Measure one task of a case."""
        self._play(case, 1)  # whatever is done only once is done now
        one = min(self._play(case, 1)[0] for _round in range(ROUNDS))
        rounds = [self._play(case, TASKS + 1) for _round in range(ROUNDS)]
        many = min(seconds for seconds, _entries in rounds)
        entries = min((entries for _seconds, entries in rounds), key=len)
        count = TASKS + 1
        return Measure(
            requests=len(entries) / count,
            handshake=sum(entry.action == "Auth" for entry in entries) / count,
            bytes=sum(entry.bytes_in + entry.bytes_out for entry in entries) / count,
            milliseconds=1000 * (many - one) / TASKS,
        )

    def _play(self, case: Case, count: int) -> tuple[float, Sequence[Entry]]:
        task = {"name": case.title, case.module: dict(case.arguments)}
        path = self._folder / "play.yml"
        path.write_text(yaml.safe_dump([{"hosts": case.host, "gather_facts": False, "tasks": [task] * count}]))
        journal = self._fleet.fleet.journal(case.host)
        self._fleet.call(journal.clear)
        began = time.monotonic()
        done = subprocess.run(
            [ANSIBLE_PLAYBOOK, "-i", self._inventory, path],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - began
        if done.returncode or "changed=0 " not in done.stdout:
            raise SystemExit(f"{case.title}: not what was to be measured\n{done.stdout}")
        return seconds, self._fleet.call(lambda: list(journal))


def main() -> int:
    """Measure everything and print the table."""
    print(f"One task that finds nothing to do, over NTLM with message encryption (mean of {TASKS} tasks):\n")
    print(f"{'':42}{'HTTP':>9}{'of these':>10}{'bytes in':>11}{'milli-':>9}")
    print(f"{'task':42}{'requests':>9}{'NTLM':>10}{'bodies':>11}{'seconds':>9}")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with FleetThread(make_fleet(folder / "fleet", every_kind())) as fleet:
            bench = Bench(fleet, folder)
            for what, cases in CASES.items():
                print(f"\n{what}")
                for case in cases:
                    row = bench.measure(case)
                    print(
                        f"  {case.title:40}{row.requests:9.1f}{row.handshake:10.1f}{row.bytes:11,.0f}"
                        f"{row.milliseconds:9.0f}",
                        flush=True,
                    )
    print(
        "\nAt best: PowerShell answers at once. On a real host starting it and the module's work come on top; no module"
        "\nwritten in PowerShell can run on Server 2003 at all, whose envelopes are larger here than they really are."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
