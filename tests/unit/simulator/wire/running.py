# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet of one fake machine, running in a thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from unit.simulator.wire.fakes import ADMINISTRATOR, FakeMachine
from winrm.protocol import Protocol

from simulator.faults import FaultPlan
from simulator.fleet import FleetThread
from simulator.journal import Journal

ADDRESS = "127.0.9.1"


@dataclass
class Running:
    """A fleet of one fake machine, running."""

    thread: FleetThread
    machine: FakeMachine

    @property
    def url(self) -> str:
        scheme = "https" if self.thread.fleet.sites["web01"].placement.options.tls else "http"
        return f"{scheme}://{ADDRESS}:{self.thread.fleet.port}/wsman"

    @property
    def journal(self) -> Journal:
        return self.thread.fleet.journal("web01")

    @property
    def faults(self) -> FaultPlan:
        return self.thread.fleet.sites["web01"].faults

    def call(self, function: Callable[[], Any]) -> Any:
        return self.thread.call(function)

    def pywinrm(self, transport: Any = "ntlm", password: str = ADMINISTRATOR.password, **more: Any) -> Protocol:
        more.setdefault("username", ADMINISTRATOR.user)
        return Protocol(self.url, transport=transport, password=password, **more)


Start = Callable[..., Running]
