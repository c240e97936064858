# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleets of fake machines, and independent clients to speak to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from unit.simulator.wire.fakes import FakeMachine
from unit.simulator.wire.running import ADDRESS, Running, Start

from simulator.fleet import Fleet, FleetThread
from simulator.wire.profile import WINRM_2_0, Profile, WireOptions
from simulator.wire.site import Placement


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
