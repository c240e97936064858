# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated hosts for one test, and Ansible to run against them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import RealClock
from simulator.faults import Rule
from simulator.fleet import Fleet, FleetThread
from simulator.iis.install import install_iis
from simulator.iis.spec import IisSpec
from simulator.journal import Entry
from simulator.machine import Machine
from simulator.wire.profile import WINRM_2_0, WireOptions
from simulator.wire.site import Placement

from .ansible_run import Ansible, Run

#: Services start and stop faster than on a real host; the pending states are there all the same.
SECONDS = 0.3

#: The actions of a WinRS shell (MS-WSMV 3.1.4.5 to 3.1.4.14).
SHELL_ACTIONS = {"Create", "Command", "Send", "Receive", "Signal", "Delete"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--thorough``: everything; else without the cases that only repeat another with a different cause."""
    parser.addoption("--thorough", action="store_true", help="also the cases that vary another")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the cases that are marked as thorough, unless they are asked for."""
    if not config.getoption("--thorough"):
        left_out = [item for item in items if item.get_closest_marker("thorough")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


class Host:
    """One simulated host as a test sees it: from inside, not through the collection."""

    def __init__(self, fleet: FleetThread, name: str) -> None:
        self._fleet = fleet
        self.name = name

    def act(self, action: str, **arguments: Any) -> Any:
        """Do something on the host from outside: see the simulator's control actions."""

        def change() -> Any:
            return self._fleet.hosts[self.name].control_actions[action](**arguments)

        return self._fleet.call(change)

    def truth(self) -> dict[str, Any]:
        """The host's state."""
        return self._fleet.call(lambda: dict(self._fleet.hosts[self.name].describe()))

    @property
    def iis(self) -> dict[str, Any]:
        """IIS's state."""
        return self.truth()["iis"]

    @property
    def modes(self) -> tuple[str, str | None]:
        """The configured and the running isolation mode."""
        iis = self.iis
        return iis["configured_mode"], iis["running_mode"]

    def process(self, service: str) -> int:
        """The process that a service runs in: another one after a restart."""
        return self.truth()["services"][service]["pid"]

    def site(self, key: str) -> str:
        """The state of a site."""
        return self.iis["sites"][key]["state"]

    def fault(self, rule: Rule) -> None:
        """Let something go wrong on the wire."""
        self._fleet.call(lambda: self._fleet.fleet.sites[self.name].faults.add(rule))

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        self._fleet.call(self._fleet.fleet.sites[self.name].faults.clear)

    def journal(self) -> list[Entry]:
        """All HTTP requests so far, as the host saw them."""
        return self._fleet.call(lambda: list(self._fleet.fleet.journal(self.name)))

    def forget(self) -> None:
        """Begin a new journal."""
        self._fleet.call(self._fleet.fleet.journal(self.name).clear)

    def requests(self) -> list[str]:
        """The WS-Management requests since the last :meth:`forget`, by action."""
        return list(self._fleet.call(self._fleet.fleet.journal(self.name).actions))

    def commands(self) -> list[str]:
        """The command lines that were run in shells."""
        return [entry.query for entry in self.journal() if entry.action == "Command"]


class Hosts:
    """A running fleet with an inventory for it."""

    def __init__(self, fleet: FleetThread, folder: Path) -> None:
        self._fleet = fleet
        self.ansible = Ansible(folder, fleet.fleet.inventory())
        self.all = [Host(fleet, name) for name in fleet.hosts]

    def __getitem__(self, index: int) -> Host:
        return self.all[index]

    def forget(self) -> None:
        """Begin new journals."""
        for host in self.all:
            host.forget()

    def run(self, module: str, *options: str, **arguments: Any) -> Run:
        """Run one task of the collection on all hosts, with the journals of just that."""
        self.forget()
        return self.ansible.task(module, *options, **arguments)

    def switch(self, mode: str, *options: str) -> Run:
        """Run the playbook isolation_mode, with the journals of just that."""
        self.forget()
        return self.ansible.isolation_mode(mode, *options)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Hosts]]:
    """Starts hosts: ``start(IisSpec(...), IisSpec(...), options=WireOptions(...))``."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    with ExitStack() as stack:

        def start_hosts(*specs: IisSpec, options: WireOptions | None = None, seconds: float = SECONDS) -> Hosts:
            clock = RealClock(time.monotonic)
            placements = []
            for number, spec in enumerate(specs or (IisSpec(),), 1):
                spec.start_seconds = spec.stop_seconds = seconds
                address = f"127.40.{worker}.{number}"
                machine = Machine(f"web{number:02}", clock, tmp_path / "state" / f"web{number:02}", address=address)
                install_iis(machine, spec)
                placements.append(Placement(machine, address, WINRM_2_0, options or WireOptions()))
            fleet = stack.enter_context(FleetThread(Fleet(placements, clock, folder=tmp_path / "state")))
            return Hosts(fleet, tmp_path)

        yield start_hosts


@pytest.fixture
def web(start: Callable[..., Hosts]) -> Hosts:
    """One host as setup leaves it: worker process mode, the Default Web Site."""
    return start()
