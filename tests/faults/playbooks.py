# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated hosts in real time, and the real ansible-playbook to run on them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from end_to_end.conftest import Hosts

from simulator.clock import RealClock
from simulator.fleet import Fleet, FleetThread
from simulator.scenario import HostSpec, place_host


@contextmanager
def running(folder: Path, spec: HostSpec) -> Iterator[Hosts]:
    """One host, and Ansible with an inventory for it."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    spec.address = spec.address or f"127.64.{worker}.1"
    clock = RealClock(time.monotonic)
    fleet = Fleet([place_host(spec, clock, folder / "state")], clock, folder=folder / "state")
    with FleetThread(fleet) as thread:
        yield Hosts(thread, folder)
