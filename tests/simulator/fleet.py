# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet of simulated hosts in one event loop, and a thread to run it in for tests."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, cast, overload

import yaml

from simulator.clock import Clock, RealClock
from simulator.control import Control
from simulator.journal import Journal
from simulator.wire.credentials import CredentialStore
from simulator.wire.host import Machine
from simulator.wire.site import Placement, Site

T = TypeVar("T")
DEFAULT_PORT = 15985
_TICK = 0.02
"""Seconds of real time between two looks at the clock: the only periodic work, whatever the number of hosts."""


class Fleet:
    """Hosts that share a port number and a clock, each on its own loopback address.

    ``port`` 0 takes a free one. ``folder``, if given, gets ``<host>/journal.jsonl``. ``control_port`` None: no control
    endpoint; 0: a free port.
    """

    def __init__(
        self,
        placements: Iterable[Placement],
        clock: Clock,
        *,
        port: int = 0,
        folder: Path | None = None,
        control_port: int | None = None,
    ) -> None:
        self.clock = clock
        self.port = port
        self._placements = list(placements)
        self._folder = folder
        self._credentials = CredentialStore()
        self._ticker: asyncio.Task[None] | None = None
        self.sites: dict[str, Site] = {}
        self.control = None if control_port is None else Control(self.sites, control_port)

    @property
    def hosts(self) -> Mapping[str, Machine]:
        """The machines by name, in small letters."""
        return {placement.name: placement.machine for placement in self._placements}

    def journal(self, host: str) -> Journal:
        """A host's journal."""
        return self.sites[host].journal

    async def start(self) -> None:
        """Open all ports."""
        for placement in self._placements:
            name = placement.name
            if not self.port:
                self.port = await _free_port(placement.address)
            site = Site(placement, self.port, self._credentials, Journal(self._journal_path(name)))
            self.sites[name] = site
            await site.open()
        if self.control is not None:
            await self.control.start()
        self._ticker = asyncio.get_running_loop().create_task(self._tick())
        self._ticker.add_done_callback(_complain)

    async def stop(self) -> None:
        """Close everything. Raises what a machine's timer raised, if one did."""
        if self.control is not None:
            await self.control.stop()
        for site in self.sites.values():
            site.drop()
        self._credentials.close()
        if self._ticker is not None:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker

    def inventory(self) -> str:
        """An Ansible inventory (YAML) with all hosts in the group ``web``."""
        hosts = {}
        for placement in self._placements:
            account = placement.machine.accounts[0]
            hosts[placement.name] = {
                "ansible_host": placement.address,
                "ansible_user": account.user,
                "ansible_password": account.password,
            }
        variables = {
            "ansible_connection": "winrm",
            "ansible_port": self.port,
            "ansible_winrm_scheme": "https" if any(p.options.tls for p in self._placements) else "http",
            "ansible_winrm_transport": "ntlm",
            "ansible_facts_modules": "fleetops.iis.iis_facts",
        }
        return yaml.safe_dump({"web": {"hosts": hosts, "vars": variables}}, sort_keys=False)

    def _journal_path(self, name: str) -> Path | None:
        if self._folder is None:
            return None
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder / "journal.jsonl"

    async def look(self) -> None:
        """Open the ports of machines that have come up, close those that nobody serves."""
        for site in self.sites.values():
            site.follow()
            if not site.is_open:
                with contextlib.suppress(OSError):  # the next look tries again
                    await site.open()

    async def _tick(self) -> None:
        """Let simulated time pass, and look what came of it."""
        while True:
            await asyncio.sleep(_TICK)
            if isinstance(self.clock, RealClock):
                self.clock.catch_up()
            await self.look()


def _complain(ticker: asyncio.Task[None]) -> None:
    """Tell at once that time has stopped: a machine's timer failed. :meth:`Fleet.stop` raises the error."""
    if not ticker.cancelled() and (error := ticker.exception()) is not None:
        ticker.get_loop().call_exception_handler({"message": "simulated time has stopped", "exception": error})


async def _free_port(address: str) -> int:
    probe = await asyncio.get_running_loop().create_server(asyncio.Protocol, address, 0)
    port = cast("int", probe.sockets[0].getsockname()[1])
    probe.close()
    await probe.wait_closed()
    return port


class FleetThread:
    """Runs a fleet in a background thread: ``with FleetThread(fleet) as running: …``."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="fleet", daemon=True)

    @property
    def hosts(self) -> Mapping[str, Machine]:
        """The machines by name; change them through :meth:`call` only."""
        return self.fleet.hosts

    @overload
    def call(self, function: Callable[[], Awaitable[T]], timeout: float = 30.0) -> T:
        """Run a function that gives something to wait for."""

    @overload
    def call(self, function: Callable[[], T], timeout: float = 30.0) -> T:
        """Run a function."""

    def call(self, function: Callable[[], Any], timeout: float = 30.0) -> Any:
        """Run a function in the fleet's thread, wait for what it gives (awaiting it if need be), and return that."""

        async def run() -> Any:
            result = function()
            return await result if inspect.isawaitable(result) else result

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(timeout)

    def __enter__(self) -> FleetThread:  # noqa: PYI034 - Self is not in Python 3.10
        self._thread.start()
        self.call(self.fleet.start)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.call(self.fleet.stop)
        finally:
            self.call(self._cancel_rest)
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(10.0)
            self.loop.close()

    async def _cancel_rest(self) -> None:
        """End what hosts left running: commands, provider calls."""
        rest: Sequence[asyncio.Task[object]] = [
            task for task in asyncio.all_tasks() if task is not asyncio.current_task()
        ]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
