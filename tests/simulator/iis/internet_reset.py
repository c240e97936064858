# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the reset services of every IIS do: stop, kill, start and list the Internet services (MS-IISS).

Stopping goes through the SCM, dependents first; where that fails or takes too long and force is on, processes are
killed. Starting starts only services whose start mode is Auto (MS-IISS <5>).

ASSUMED: the SCM takes no recovery action for what the reset service kills; a start that fails does not keep the others
from being started.
"""

from __future__ import annotations

from typing import Protocol

from simulator.iis.codes import (
    ERROR_RESOURCE_DISABLED,
    ERROR_SERVICE_CANNOT_ACCEPT_CTRL,
    ERROR_SERVICE_REQUEST_TIMEOUT,
    IisError,
)
from simulator.machine import Machine
from simulator.windows.codes import WIN32_OF_RETURN, ServiceReturn, Win32
from simulator.windows.service import Service, ServiceState, StartMode

_POLL = 0.25


class ResetHost(Protocol):
    """What a reset service knows of its host."""

    machine: Machine
    iisreset_disabled: bool
    refuse_control_once: bool


class InternetReset:
    """Stop, Start, Kill, Status of the Internet services of one host. Every call raises IisError 0x800710D5 while
    the interface is disabled, Status included."""

    def __init__(self, host: ResetHost, roots: tuple[str, ...]) -> None:
        self._host = host
        self._names = roots
        self._scm = host.machine.scm
        self._clock = host.machine.clock

    def require_enabled(self) -> None:
        """Raise IisError E_ERROR_RESOURCE_DISABLED after ``iisreset /disable``."""
        if self._host.iisreset_disabled:
            raise IisError(ERROR_RESOURCE_DISABLED)

    def roots(self) -> list[Service]:
        """The services on which the Internet services depend, as far as they are installed."""
        return [service for name in self._names if (service := self._scm.find(name)) is not None]

    def services(self) -> list[Service]:
        """The Internet services: the roots, then those that declare a dependency on one."""
        raise NotImplementedError

    def hosting(self) -> list[Service]:
        """The Internet services whose processes are killed."""
        return self.services()

    def status(self) -> list[Service]:
        """The Internet services. Raises IisError while disabled."""
        self.require_enabled()
        return self.services()

    async def stop(self, timeout: float, force: bool) -> None:
        """Stop everything within so many seconds; with ``force``, kill what doesn't. Raises IisError."""
        self.require_enabled()
        try:
            await self._stop_gently(timeout)
        except IisError:
            if not force:
                raise
            await self._kill()

    async def _stop_gently(self, timeout: float) -> None:
        if self._host.refuse_control_once:
            self._host.refuse_control_once = False
            raise IisError(ERROR_SERVICE_CANNOT_ACCEPT_CTRL)
        deadline = self._clock.monotonic() + timeout
        for root in reversed(self.roots()):
            for service in [*self._scm.all_dependents(root.name), root]:
                await self._stop_one(service, deadline)

    async def _stop_one(self, service: Service, deadline: float) -> None:
        while service.state is not ServiceState.STOPPED:
            if self._clock.monotonic() >= deadline:
                raise IisError(ERROR_SERVICE_REQUEST_TIMEOUT)
            if not service.state.pending:
                self._check(self._scm.stop(service.name))
            if service.state.pending:
                await self._clock.sleep(_POLL)

    async def _kill(self) -> None:
        """Kill the processes that host IIS. Raises IisError if something of it still runs."""
        own = self.hosting()
        for service in own:
            if service.state is not ServiceState.STOPPED:
                self._scm.kill(service.name, recover=False)
        await self._clock.sleep(_POLL)
        if any(service.state is not ServiceState.STOPPED for service in own):
            raise IisError(ERROR_SERVICE_REQUEST_TIMEOUT)

    async def start(self, timeout: float) -> None:
        """Start the Auto services within so many seconds. Raises IisError: the first that went wrong."""
        self.require_enabled()
        deadline = self._clock.monotonic() + timeout
        failure: IisError | None = None
        for service in self.services():
            if service.start_mode is StartMode.AUTO:
                try:
                    await self._start_one(service, deadline)
                except IisError as error:
                    failure = failure or error
        self.started()
        if failure is not None:
            raise failure

    def started(self) -> None:
        """What else happens at the end of a start, whether all went well or not."""

    async def _start_one(self, service: Service, deadline: float) -> None:
        if service.state is ServiceState.STOPPED:
            self._check(self._scm.start(service.name))
        while service.state not in (ServiceState.RUNNING, ServiceState.PAUSED):
            if service.state is ServiceState.STOPPED:
                raise IisError(service.exit_code or int(Win32.PROCESS_ABORTED))
            if self._clock.monotonic() >= deadline:
                raise IisError(ERROR_SERVICE_REQUEST_TIMEOUT)
            await self._clock.sleep(_POLL)

    @staticmethod
    def _check(code: int) -> None:
        if code not in (ServiceReturn.SUCCESS, ServiceReturn.ALREADY_RUNNING):
            raise IisError(int(WIN32_OF_RETURN.get(ServiceReturn(code), Win32.SERVICE_CANNOT_ACCEPT_CTRL)))
