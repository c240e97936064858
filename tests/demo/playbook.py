# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a playbook with the real ansible-playbook, keeps all that it prints in a file, and shows the gist of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from demo.view import detail

_RECAP = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)")
_TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(?:[\w.]+ : )?(?:\w+: )?(.*)\]")
_CHANGED = re.compile(r"^changed: \[(\S+)\]")
#: What tasks say while they wait (``[web01] Stop W3SVC``), and what went wrong.
_SHOWN = re.compile(r"^(?:\[|fatal: |ERROR)")


@dataclass
class Recap:
    """What a run did: for each host how many tasks changed it, and whether it failed or wasn't reached."""

    changed: dict[str, int] = field(default_factory=dict)
    ill: set[str] = field(default_factory=set)
    complete: bool = False

    def went_well(self, names: set[str]) -> bool:
        """Whether the run ended well on exactly these hosts."""
        return self.complete and not self.ill and set(self.changed) == names

    @property
    def touched(self) -> set[str]:
        """The hosts that were changed."""
        return {name for name, count in self.changed.items() if count}


class Playbooks:
    """Runs playbooks of the collection in a folder that has ``inventory.yml``; the output of the first goes to
    ``1.log``, and so on."""

    def __init__(self, folder: Path, stage: Path) -> None:
        self._folder = folder
        self._environment = {
            **os.environ,
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_COLLECTIONS_PATH": str(stage),
            "ANSIBLE_NOCOLOR": "1",
            "PYTHONUNBUFFERED": "1",
        }
        self._runs = 0

    def run(self, playbook: str, variables: Mapping[str, str], *options: str) -> Recap:
        """Run one, and show what it changes, says and warns of, as it happens; if it fails, all that it printed."""
        self._runs += 1
        given = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
        command = ["ansible-playbook", f"fleetops.iis.{playbook}", "-i", "inventory.yml", *given, *options]
        print(f"$ {' '.join(command)}", flush=True)
        process = subprocess.Popen(
            [Path(sys.executable).parent / command[0], *command[1:]],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        gist = _Gist()
        with (self._folder / f"{self._runs}.log").open("w", encoding="utf-8") as log:
            for line in process.stdout:
                log.write(line)
                gist.read(line.rstrip())
        gist.end()
        gist.recap.complete = process.wait() == 0
        if not gist.recap.complete:
            print(Path(log.name).read_text(encoding="utf-8"), flush=True)
        return gist.recap


class _Gist:
    """The lines of ansible-playbook's output that say that something happens; the hosts of a task in one line."""

    def __init__(self) -> None:
        self.recap = Recap()
        self._task = ""
        self._changed: list[str] = []

    def read(self, line: str) -> None:
        """Show a line, or keep of it what is shown later."""
        if row := _RECAP.match(line):
            self.recap.changed[row[1]] = int(row[2])
            if row[3] != "0" or row[4] != "0":
                self.recap.ill.add(row[1])
        elif task := _TASK.match(line):
            self._end_task()
            self._task = task[1]
        elif host := _CHANGED.match(line):
            self._changed.append(host[1])
        elif _SHOWN.match(line):
            detail(line)

    def end(self) -> None:
        """Show what each host came to."""
        self._end_task()
        changes = ", ".join(f"{name} {count or 'nothing'}" for name, count in self.recap.changed.items())
        detail(f"Changes: {changes}. Failed: {', '.join(sorted(self.recap.ill)) or 'nobody'}.")

    def _end_task(self) -> None:
        if self._changed:
            detail(f"Changed {' and '.join(sorted(self._changed))}: {self._task}")
            self._changed = []
