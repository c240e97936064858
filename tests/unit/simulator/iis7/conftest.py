# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host with IIS 10 or 7.5 on a clock that stands still until somebody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from simulator.clock import VirtualClock
from simulator.iis7.spec import Binding7, Iis7Spec, Pool7, Site7
from simulator.scenario import HostSpec, build_host
from simulator.windows.console import Account, Console
from simulator.wmi.model import Instance, WmiError

T = TypeVar("T")
NAMESPACE = "root/WebAdministration"
APPCMD = r"%windir%\system32\inetsrv\appcmd.exe"


class Host:
    """A machine with IIS, and short words for what tests do with it."""

    def __init__(self, folder: Path, kind: str, spec: Iis7Spec | None) -> None:
        self.clock = VirtualClock()
        self.machine = build_host(HostSpec("WEB01", kind=kind, iis7=spec), self.clock, folder)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def wait_for(self, work: Coroutine[Any, Any, T], limit: float = 600.0) -> T:
        return asyncio.run(self.clock.finish(work, limit))

    def appcmd(self, arguments: str, **account: bool) -> tuple[int, str]:
        """Run appcmd; its exit code and what it printed."""
        return self.run(f"{APPCMD} {arguments}", **account)

    def run(self, command: str, *, admin: bool = True, elevated: bool = True) -> tuple[int, str]:
        """Run a command line; its exit code and what it printed."""
        console = Console(account=Account("op", "x", admin, elevated=elevated))

        async def work() -> int:
            return await self.machine.start_command(command, console)

        return self.wait_for(work()), console.stdout + console.stderr

    def ask(self, wql: str, namespace: str = NAMESPACE) -> list[dict[str, Any]]:
        return [row.instance.values for row in self.machine.wmi.query(namespace, wql).rows]

    def call(self, class_name: str, method: str, keys: dict[str, str] | None = None, **arguments: Any) -> Any:
        provider = self.machine.wmi.provider(NAMESPACE, class_name)
        return self.wait_for(provider.invoke(keys, method, arguments))  # type: ignore[arg-type]

    def put(self, class_name: str, keys: dict[str, str], **changes: Any) -> Instance:
        provider = self.machine.wmi.provider(NAMESPACE, class_name)
        return self.wait_for(provider.put(keys, changes))  # type: ignore[arg-type]

    def act(self, action: str, **arguments: Any) -> Any:
        return self.machine.control_actions[action](**arguments)

    @property
    def iis(self) -> dict[str, Any]:
        return dict(self.machine.describe()["iis"])

    def site(self, name: str) -> str:
        return str(self.iis["sites"][name]["state"])

    def pool(self, name: str) -> str:
        return str(self.iis["pools"][name]["state"])

    def workers(self, pool: str) -> list[int]:
        return list(self.iis["pools"][pool]["workers"])

    def service(self, name: str) -> str:
        return self.machine.scm.get(name).state.value

    def services(self, *names: str) -> list[str]:
        return [self.service(name) for name in names]


@pytest.fixture
def make_host(tmp_path: Path) -> Callable[..., Host]:
    def make(kind: str = "iis10", **spec: Any) -> Host:
        return Host(tmp_path, kind, Iis7Spec(**spec))

    return make


@pytest.fixture
def host(make_host: Callable[..., Host]) -> Host:
    """Two sites, each with a pool of its own; nothing but the Web server is installed."""
    return make_host(sites=two_sites(), pools=two_pools())


@pytest.fixture
def wmi(make_host: Callable[..., Host]) -> Host:
    """The same with root/WebAdministration."""
    return make_host(sites=two_sites(), pools=two_pools(), scripting_tools=True)


def refusal(work: Callable[[], object]) -> int:
    """The HRESULT with which WMI refuses."""
    with pytest.raises(WmiError) as caught:
        work()
    return caught.value.hresult


def two_sites() -> list[Site7]:
    return [
        Site7(1, "Default Web Site"),
        Site7(2, "Shop", (Binding7("*:8080:"), Binding7("*:443:", "https")), pool="Shop"),
    ]


def two_pools() -> list[Pool7]:
    return [Pool7("DefaultAppPool"), Pool7("Shop", workers=1)]
