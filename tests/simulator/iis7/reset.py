# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reset service of Windows Server 2008 and later (MS-IISS <3>, <5>, <6>).

"Internet services" are those that depend on IISADMIN, where that is installed, and on WAS. Only services whose start
mode is Auto are started again; WAS comes with W3SVC. It can't restart the machine. After the time limit it kills the
processes that host IIS (iisreset internals, IIS Support Blog), unless told not to.

ASSUMED: the Net.* adapters are not killed but by their own process; a start that fails does not keep the others from
being started.
"""

from __future__ import annotations

from simulator.iis.codes import (
    ERROR_RESOURCE_DISABLED,
    ERROR_SERVICE_CANNOT_ACCEPT_CTRL,
    ERROR_SERVICE_REQUEST_TIMEOUT,
    IisError,
)
from simulator.iis7.codes import E_NOTIMPL
from simulator.iis7.host import Iis7
from simulator.windows.codes import WIN32_OF_RETURN, ServiceReturn, Win32
from simulator.windows.service import Service, ServiceState, StartMode

_POLL = 0.25
_ROOTS = ("IISADMIN", "WAS")


class ResetService7:
    """Stop, Start, Kill, Status. Every call raises IisError 0x800710D5 while the interface is disabled."""

    def __init__(self, iis: Iis7, roots: tuple[str, ...] = _ROOTS) -> None:
        self._iis = iis
        self._names = roots
        self._scm = iis.machine.scm
        self._clock = iis.machine.clock

    def require_enabled(self) -> None:
        """Raise IisError E_ERROR_RESOURCE_DISABLED after ``iisreset /disable``."""
        if self._iis.iisreset_disabled:
            raise IisError(ERROR_RESOURCE_DISABLED)

    def require_reboot(self) -> None:
        """Not implemented since Windows Vista (MS-IISS <6>)."""
        self.require_enabled()
        raise IisError(E_NOTIMPL, "Not implemented")

    def _roots(self) -> list[Service]:
        return [service for name in self._names if (service := self._scm.find(name)) is not None]

    def services(self) -> list[Service]:
        """The roots, then what depends on them, by name (so a published /STATUS has it)."""
        dependents = {entry.name: entry for root in self._roots() for entry in self._scm.dependents(root.name)}
        return [*self._roots(), *(dependents[name] for name in sorted(dependents, key=str.lower))]

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
        if self._iis.refuse_control_once:
            self._iis.refuse_control_once = False
            raise IisError(ERROR_SERVICE_CANNOT_ACCEPT_CTRL)
        deadline = self._clock.monotonic() + timeout
        for root in reversed(self._roots()):
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
        for service in self.services():
            if service.state is not ServiceState.STOPPED:
                self._scm.kill(service.name, recover=False)
        await self._clock.sleep(_POLL)
        if any(service.state is not ServiceState.STOPPED for service in self.services()):
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
        if failure is not None:
            raise failure

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
