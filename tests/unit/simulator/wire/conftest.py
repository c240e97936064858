# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleets of fake machines, and independent clients to speak to them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from winrm.protocol import Protocol

from simulator.faults import FaultPlan
from simulator.fleet import Fleet, FleetThread
from simulator.journal import Journal
from simulator.wire.profile import WINRM_2_0, Profile, WireOptions
from simulator.wire.site import Placement

sys.path.insert(0, str(Path(__file__).parent))

from fakes import ADMINISTRATOR, FakeMachine  # noqa: E402

ADDRESS = "127.0.9.1"


@dataclass
class Running:
    """A fleet of one fake machine, running."""

    thread: FleetThread
    machine: FakeMachine

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self.thread.fleet.port}/wsman"

    @property
    def journal(self) -> Journal:
        return self.thread.fleet.journal("web01")

    @property
    def faults(self) -> FaultPlan:
        return self.thread.fleet.sites["web01"].faults

    def call(self, function: Callable[[], Any]) -> Any:
        return self.thread.call(function)

    def pywinrm(self, transport: str = "ntlm", password: str = ADMINISTRATOR.password, **more: Any) -> Protocol:
        more.setdefault("username", ADMINISTRATOR.user)
        return Protocol(self.url, transport=transport, password=password, **more)


Start = Callable[..., Running]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a fleet of one fake machine with a profile and options."""
    threads: list[FleetThread] = []

    def run(
        profile: Profile = WINRM_2_0, machine: FakeMachine | None = None, folder: Path | None = None, **options: Any
    ) -> Running:
        machine = machine or FakeMachine()
        placement = Placement(machine, ADDRESS, profile, WireOptions(**options))
        thread = FleetThread(Fleet([placement], machine.clock, folder=folder, control_port=0))
        thread.__enter__()
        threads.append(thread)
        return Running(thread, machine)

    yield run
    for thread in threads:
        thread.__exit__(None, None, None)


@pytest.fixture
def host(start: Start) -> Running:
    """A host with WinRM 2.0, as configured out of the box."""
    return start()
