# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reset service behind iisreset.exe (iisrstas.exe; IIisServiceControl of MS-IISS).

"Internet services" are IISADMIN and the services that declare a dependency on it (MS-IISS <3>). Stopping goes through
the SCM, dependents first, as ``net stop iisadmin /y`` (friis); where that fails or takes too long and force is on,
the processes that host IIS are killed, which loses what the metabase has not saved (KB:Q286196). Starting starts only
services whose start mode is Auto (MS-IISS <5>). HTTP.sys is not touched (cc758159).

ASSUMED: only IIS's own processes are killed, not those of third-party services; the SCM takes no recovery action for
what the reset service kills; a start that fails does not keep the others from being started.
"""

from __future__ import annotations

from simulator.iis.codes import (
    ERROR_RESOURCE_DISABLED,
    ERROR_SERVICE_CANNOT_ACCEPT_CTRL,
    ERROR_SERVICE_REQUEST_TIMEOUT,
    IisError,
)
from simulator.iis.host import Iis
from simulator.windows.codes import WIN32_OF_RETURN, ServiceReturn, Win32
from simulator.windows.service import Service, ServiceState, StartMode

_POLL = 0.25
_OWN = ("iisadmin", "w3svc", "msftpsvc", "smtpsvc", "nntpsvc")


class ResetService:
    """Stop, Start, Kill, Status of the Internet services of one host. Every call raises IisError 0x800710D5 while
    the interface is disabled, Status included."""

    def __init__(self, iis: Iis) -> None:
        self._iis = iis
        self._scm = iis.machine.scm
        self._clock = iis.machine.clock

    def require_enabled(self) -> None:
        """Raise IisError E_ERROR_RESOURCE_DISABLED after ``iisreset /disable``."""
        if self._iis.iisreset_disabled:
            raise IisError(ERROR_RESOURCE_DISABLED)

    def require_reboot(self) -> None:
        """It restarts the machine whenever it does anything."""
        self.require_enabled()

    def services(self) -> list[Service]:
        """IISADMIN, then those that declare a dependency on it."""
        return [self._scm.get("IISADMIN"), *self._scm.dependents("IISADMIN")]

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
        for service in [*self._scm.all_dependents("IISADMIN"), self._scm.get("IISADMIN")]:
            if service.state is not ServiceState.STOPPED:
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
        """Kill the processes that host IIS. Raises IisError if something of it still runs.

        HTTP SSL is spared, as lsass.exe hosts it in worker process mode; in IIS 5.0 mode it dies with inetinfo.exe.
        """
        own = [service for service in self.services() if service.name.lower() in _OWN]
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
        if self._iis.switches.iisreset_leaves_http_ssl_stopped:
            self._scm.place(self._scm.get("HTTPFilter"), ServiceState.STOPPED)
        if failure is not None:
            raise failure

    async def _start_one(self, service: Service, deadline: float) -> None:
        if service.state is ServiceState.PAUSED:
            return
        if service.state is ServiceState.STOPPED:
            self._check(self._scm.start(service.name))
        while service.state is not ServiceState.RUNNING:
            if service.state is ServiceState.STOPPED:
                raise IisError(service.exit_code or int(Win32.PROCESS_ABORTED))
            if self._clock.monotonic() >= deadline:
                raise IisError(ERROR_SERVICE_REQUEST_TIMEOUT)
            await self._clock.sleep(_POLL)

    def status(self) -> list[Service]:
        """The Internet services. Raises IisError while disabled."""
        self.require_enabled()
        return self.services()

    @staticmethod
    def _check(code: int) -> None:
        if code not in (ServiceReturn.SUCCESS, ServiceReturn.ALREADY_RUNNING):
            raise IisError(int(WIN32_OF_RETURN.get(ServiceReturn(code), Win32.SERVICE_CANNOT_ACCEPT_CTRL)))
