# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated hosts of the demonstration: a process of their own, looked into through its control endpoint."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

#: Seconds that the simulator may take to start, and to stop.
PATIENCE = 20.0
_CONTROL = re.compile(r"control endpoint (http://\S+?),")
_MODE_IN_FILE = re.compile(r'IIs5IsolationModeEnabled\s*=\s*"(\w+)"')
_SHELL = {"Create", "Command", "Send", "Receive", "Signal", "Delete"}
_METABASE = Path("C/WINDOWS/system32/inetsrv/MetaBase.xml")
_APPLICATION_HOST = Path("C/Windows/System32/inetsrv/config/applicationHost.config")
_SERVICES = ("IISADMIN", "WAS", "W3SVC", "HTTPFilter", "MSFTPSVC")


@dataclass(frozen=True)
class Site:
    """A site: its name, its state, and whether it starts with its service."""

    name: str
    state: str
    starts_by_itself: bool


@dataclass(frozen=True)
class Metabase:
    """What IIS 6.0 holds in memory, beside what its file says."""

    configured_mode: str
    running_mode: str | None
    unsaved_changes: int
    lost_changes: int
    same_on_disk: bool
    file_version: int
    file_says: str


@dataclass(frozen=True)
class Host:
    """What is true of a host at one moment, seen from inside. ``metabase``: of IIS 6.0, which alone has one and has
    isolation modes. ``pools``: application pools and their states, as later versions show them."""

    name: str
    address: str
    system: str
    services: Mapping[str, str]
    processes: Mapping[str, int]
    sites: Mapping[str, Site]
    pools: Mapping[str, str]
    metabase: Metabase | None
    file: str
    file_size: int
    file_digest: str

    @property
    def has_to_change(self) -> bool:
        """Whether its Web sites don't run in worker processes, as those of IIS 7 and later always do."""
        return self.metabase is not None and self.metabase.running_mode != "worker_process"

    @property
    def settled(self) -> bool:
        """Whether nothing is on its way from one state to another."""
        states = {site.state for site in self.sites.values()} | set(self.pools.values())
        return not states & {"starting", "stopping"}


class SimulatedFleet:
    """Starts the simulator and stops it: ``with SimulatedFleet(folder) as fleet: …``.

    ``hosts`` are the options of the simulator that say which hosts.
    """

    def __init__(self, folder: Path, hosts: Sequence[str] = ("--scenario", "demo")) -> None:
        self._hosts = hosts
        self.state = folder / "hosts"
        self.inventory = folder / "inventory.yml"
        self.log = folder / "simulator.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._control = ""

    def __enter__(self) -> SimulatedFleet:  # noqa: PYI034 - Self is not in Python 3.10
        command = [sys.executable, "-m", "simulator", *self._hosts, "--port", "0", "--state", str(self.state)]
        with self.inventory.open("wb") as inventory, self.log.open("wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=inventory, stderr=log)
        try:
            self._control = self._wait()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop()

    def _wait(self) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            told = self.log.read_text()
            found = _CONTROL.search(told)
            if found:
                return found.group(1)
            if self._process is not None and self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise SystemExit(f"The simulator didn't start:\n{self.log.read_text()}")

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def runs(self) -> bool:
        """Whether the process still runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def stopped(self) -> bool:
        """Whether the process has ended, by itself and in order."""
        return self._process is not None and self._process.returncode == 0

    def _ask(self, path: str, method: str = "GET") -> Any:
        request = urllib.request.Request(f"{self._control}{path}", method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def names(self) -> list[str]:
        """The names of all hosts."""
        return sorted(self._ask("/hosts"))

    def look(self) -> list[Host]:
        """Look into every host."""
        return [self._host(name) for name in self.names()]

    def settle(self) -> list[Host]:
        """Look into every host, once nothing starts or stops any more."""
        deadline = time.monotonic() + PATIENCE
        hosts = self.look()
        while not all(host.settled for host in hosts) and time.monotonic() < deadline:
            time.sleep(0.05)
            hosts = self.look()
        return hosts

    def _host(self, name: str) -> Host:
        truth = self._ask(f"/hosts/{name}")
        iis = truth["iis"]
        watched = [service for service in _SERVICES if service in truth["services"]]
        file = self.state / name / (_METABASE if "metabase" in iis else _APPLICATION_HOST)
        content = file.read_bytes()
        return Host(
            name=name,
            address=truth["address"],
            system=f"{truth['windows']}, IIS {iis.get('version', '6.0')}",
            services={service: truth["services"][service]["state"] for service in watched},
            processes={service: truth["services"][service]["pid"] for service in watched},
            sites={
                key: Site(site.get("name", key), site["state"], site["auto_start"])
                for key, site in iis["sites"].items()
            },
            pools={} if "metabase" in iis else {key: pool["state"] for key, pool in iis["pools"].items()},
            metabase=_metabase(iis, content) if "metabase" in iis else None,
            file=file.name,
            file_size=len(content),
            file_digest=hashlib.sha256(content).hexdigest(),
        )

    def forget_requests(self) -> None:
        """Begin new journals."""
        for name in self.names():
            self._ask(f"/hosts/{name}/journal", "DELETE")

    def requests(self) -> dict[str, Sequence[Mapping[str, Any]]]:
        """What every host was asked since then."""
        return {name: self._ask(f"/hosts/{name}/journal") for name in self.names()}


def opens_shell(journal: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a command shell was used."""
    return any(entry["action"] in _SHELL for entry in journal)


def _metabase(iis: Mapping[str, Any], content: bytes) -> Metabase:
    says = _MODE_IN_FILE.search(content.decode("utf-8", "replace"))
    memory = iis["metabase"]
    return Metabase(
        configured_mode=iis["configured_mode"],
        running_mode=iis["running_mode"],
        unsaved_changes=memory["unsaved_changes"],
        lost_changes=memory["lost_changes"],
        same_on_disk=memory["memory_equals_disk"],
        file_version=memory["file_version"],
        file_says=says.group(1) if says else "?",
    )
