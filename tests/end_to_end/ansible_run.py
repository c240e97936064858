# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the real ``ansible`` and ``ansible-playbook``, and reads what they did."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stage
import yaml

BIN = Path(sys.executable).parent
CALLBACKS = Path(__file__).parent / "callback_plugins"

#: Seconds after which a run is given up.
PATIENCE = 500


@dataclass(frozen=True)
class Event:
    """One task on one host. ``status``: ok, changed, failed, ignored, skipped or unreachable."""

    host: str
    task: str
    action: str
    check: bool
    status: str
    result: dict[str, Any]


@dataclass(frozen=True)
class Run:
    """A finished command."""

    code: int
    output: str
    events: Sequence[Event]

    def statuses(self, host: str | None = None) -> dict[str, str]:
        """The status of each task by its name; for a name that occurs twice, of the last."""
        return {event.task: event.status for event in self.events if host in (None, event.host)}

    def of(self, status: str) -> set[str]:
        """The hosts on which any task had this status."""
        return {event.host for event in self.events if event.status == status}

    def only(self, status: str) -> Event:
        """The one event of this status."""
        found = [event for event in self.events if event.status == status]
        assert len(found) == 1, f"{len(found)} events are {status}:\n{self.output}"
        return found[0]

    def result(self) -> dict[str, Any]:
        """The result of the last task."""
        assert self.events, self.output
        return self.events[-1].result


class Ansible:
    """Runs Ansible with one inventory, in one folder."""

    def __init__(self, folder: Path, inventory: str) -> None:
        self.folder = folder
        self.inventory = folder / "inventory.yml"
        self.inventory.write_text(inventory)
        self._count = itertools.count(1)

    def environment(self, record: Path) -> dict[str, str]:
        """Ansible's own settings and nothing of the user's."""
        kept = {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ}
        return {
            **kept,
            "PATH": f"{BIN}:/usr/bin:/bin",
            "HOME": str(self.folder),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_COLLECTIONS_PATH": str(stage.STAGE),
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "tmp"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "RECORD_FILE": str(record),
        }

    def start(self, *command: str, **environment: str) -> tuple[subprocess.Popen[str], Path]:
        """Start a command; it is given the inventory."""
        record = self.folder / f"record{next(self._count)}.jsonl"
        record.touch()
        process = subprocess.Popen(
            [BIN / command[0], "-i", self.inventory, *command[1:]],
            cwd=self.folder,
            env={**self.environment(record), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return process, record

    def run(self, *command: str, patience: float = PATIENCE, **environment: str) -> Run:
        """Run a command to its end, for so many seconds at most."""
        process, record = self.start(*command, **environment)
        try:
            output, _nothing = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _nothing = process.communicate()
            raise AssertionError(f"{command} didn't end in {patience:.0f} s:\n{output}") from None
        events = [Event(**json.loads(line)) for line in record.read_text().splitlines()]
        return Run(process.returncode, output, events)

    def playbook(self, tasks: Sequence[Mapping[str, Any]], *options: str, hosts: str = "all", **play: Any) -> Run:
        """Run a play of these tasks."""
        path = self.folder / f"play{next(self._count)}.yml"
        path.write_text(yaml.safe_dump([{"hosts": hosts, "gather_facts": False, **play, "tasks": list(tasks)}]))
        return self.run("ansible-playbook", str(path), *options)

    def task(self, module: str, *options: str, **arguments: Any) -> Run:
        """Run one task of the collection on all hosts."""
        return self.playbook([{"name": module, f"fleetops.iis.{module}": arguments}], *options)

    def isolation_mode(self, mode: str, *options: str) -> Run:
        """Run the collection's playbook, all hosts at once."""
        return self.run(
            "ansible-playbook", "fleetops.iis.isolation_mode", "-e", f"mode={mode}", "-e", "batch=100%", *options
        )
