# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services that a version of Windows comes with, as tables, and their installation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from simulator.windows.recovery import Recovery
from simulator.windows.scm import ServiceControlManager
from simulator.windows.service import Service, ServiceState, StartMode


class Row(NamedTuple):
    """A service: whether it runs, and what it takes when it does."""

    name: str
    display_name: str
    start_mode: StartMode
    runs: bool
    image: str
    depends_on: tuple[str, ...] = ()
    stop: bool = True
    pause: bool = False
    account: str = "LocalSystem"
    own: bool = False
    recovery: Recovery | None = None


class Driver(NamedTuple):
    """A kernel driver; all of them run."""

    name: str
    display_name: str
    image: str
    start_mode: StartMode


def install_base_services(scm: ServiceControlManager, rows: Sequence[Row], drivers: Sequence[Driver]) -> None:
    """Install the base services into a machine that is up: those that run, run already."""
    for name, display_name, image, mode in drivers:
        scm.add(Service(name, display_name, mode, image=image, driver=True, start_name="", state=ServiceState.RUNNING))
    for row in rows:
        service = Service(
            row.name,
            row.display_name,
            row.start_mode,
            row.depends_on,
            accepts_pause=row.pause,
            accepts_stop=row.stop,
            image=row.image,
            start_seconds=1.0,
            stop_seconds=0.5,
            pause_seconds=0.2,
            state=ServiceState.RUNNING if row.runs else ServiceState.STOPPED,
            shared_process=not row.own,
            start_name=row.account,
        )
        if row.recovery is not None:
            service.recovery = row.recovery
        scm.add(service)
