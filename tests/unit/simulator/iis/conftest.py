# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host with IIS on a clock that stands still until somebody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from simulator.clock import VirtualClock
from simulator.iis.host import Iis
from simulator.iis.install import install_iis
from simulator.iis.spec import IisSpec
from simulator.machine import Machine
from simulator.windows.console import Account, Console
from simulator.wmi.model import Instance

T = TypeVar("T")
IIS_NAMESPACE = "root/MicrosoftIISv2"


class Host:
    """A machine with IIS, and short words for what tests do with it."""

    def __init__(self, folder: Path, spec: IisSpec) -> None:
        self.clock = VirtualClock()
        self.machine = Machine("WEB01", self.clock, folder)
        self.iis: Iis = install_iis(self.machine, spec)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def wait_for(self, work: Coroutine[Any, Any, T], limit: float = 600.0) -> T:
        """Let simulated time pass until the work is done."""

        async def drive() -> T:
            task = asyncio.ensure_future(work)
            deadline = self.clock.monotonic() + limit
            while not task.done():
                for _time in range(8):
                    await asyncio.sleep(0)
                if not task.done():
                    assert self.clock.monotonic() < deadline, "it never ends"
                    self.clock.advance(0.125)
            return await task

        return asyncio.run(drive())

    def call(self, class_name: str, name: str, method: str, **arguments: Any) -> Any:
        provider = self.machine.wmi.provider(IIS_NAMESPACE, class_name)
        return self.wait_for(provider.invoke({"Name": name}, method, arguments))  # type: ignore[arg-type]

    def put(self, class_name: str, name: str, **changes: Any) -> Instance:
        provider = self.machine.wmi.provider(IIS_NAMESPACE, class_name)
        return self.wait_for(provider.put({"Name": name}, changes))  # type: ignore[arg-type]

    def ask(self, wql: str, namespace: str = IIS_NAMESPACE) -> list[dict[str, Any]]:
        return [row.instance.values for row in self.machine.wmi.query(namespace, wql).rows]

    def run(self, command: str, admin: bool = True) -> tuple[int, str]:
        """Run a command line; its exit code and what it printed."""
        console = Console(account=Account("op", "x", admin))

        async def work() -> int:
            return await self.machine.start_command(command, console)

        return self.wait_for(work()), console.stdout + console.stderr

    def act(self, action: str, **arguments: Any) -> Any:
        return self.machine.control_actions[action](**arguments)

    def state(self, site: str) -> str:
        return str(self.iis.describe()["sites"][site]["state"])

    def service(self, name: str) -> str:
        return self.iis.service_state(name).value

    def stop(self, *names: str) -> None:
        """Stop the services in this order."""
        for name in names:
            self.machine.scm.stop(name)
            self.pass_time(5)

    def restart(self, *names: str) -> None:
        """Stop the services in order, start them in reverse."""
        self.stop(*names)
        for name in reversed(names):
            self.machine.scm.start(name)
            self.pass_time(5)

    @property
    def metabase(self) -> dict[str, Any]:
        return dict(self.iis.describe()["metabase"])


@pytest.fixture
def make_host(tmp_path: Path) -> Callable[..., Host]:
    def make(**spec: Any) -> Host:
        return Host(tmp_path, IisSpec(**spec))

    return make


@pytest.fixture
def host(make_host: Callable[..., Host]) -> Host:
    """One started Web site, worker process mode."""
    return make_host()
