# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sites: their states, and the commands that move them (ms524905, ms525858, ms524662; the rules of iisweb.vbs).

``ServerAutoStart`` is rewritten by IIS itself: starting a site sets it, stopping clears it, so that a site's state
survives a restart of the service. Pausing does not touch it: a paused site comes back started.

ASSUMED: commands to a site in transition are refused; a start that fails leaves ServerAutoStart alone; a command to a
site that is already there is accepted and does nothing; a paused site still holds its bindings; after SERVICE_RUNNING
the sites pass through Starting.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from simulator.clock import Clock, Timer
from simulator.iis.bindings import Binding, parse_bindings
from simulator.iis.codes import (
    ERROR_DUP_NAME,
    ERROR_INVALID_PARAMETER,
    ERROR_PATH_NOT_FOUND,
    ERROR_SHARING_VIOLATION,
    IisError,
)
from simulator.iis.kinds import Kind
from simulator.iis.sessions import DEFAULT_CONNECTION_TIMEOUT, Sessions
from simulator.iis.store import MetabaseStore
from simulator.iis.switches import Switches


class SiteState(enum.IntEnum):
    """ServerState (ms524905)."""

    STARTING = 1
    STARTED = 2
    STOPPING = 3
    STOPPED = 4
    PAUSING = 5
    PAUSED = 6
    CONTINUING = 7


class Command(enum.IntEnum):
    """ServerCommand (iiscnfg.h; ms524662)."""

    START = 1
    STOP = 2
    PAUSE = 3
    CONTINUE = 4


#: Command -> (the state it passes through, the state it ends in).
_WAY = {
    Command.START: (SiteState.STARTING, SiteState.STARTED),
    Command.STOP: (SiteState.STOPPING, SiteState.STOPPED),
    Command.PAUSE: (SiteState.PAUSING, SiteState.PAUSED),
    Command.CONTINUE: (SiteState.CONTINUING, SiteState.STARTED),
}
_SETTLED = (SiteState.STARTED, SiteState.STOPPED, SiteState.PAUSED)


class ServiceView(Protocol):
    """What sites need to know of their service and their host."""

    @property
    def running(self) -> bool:
        """The service's state is Running."""

    def port_owner(self, port: int) -> str | None:
        """The foreign process that listens on a port."""

    def prefix_taken(self, kind: Kind, site: int, binding: Binding, win32: int) -> None:
        """Log that a site could not have its binding (event 1007 for the Web service)."""


@dataclass
class _Runtime:
    state: SiteState = SiteState.STOPPED
    timer: Timer | None = None
    stuck: bool = False


class Sites:
    """The virtual servers of one protocol service on one host."""

    def __init__(
        self, kind: Kind, clock: Clock, store: MetabaseStore, switches: Switches, service: ServiceView
    ) -> None:
        self.kind = kind
        self._clock = clock
        self._store = store
        self._switches = switches
        self._service = service
        self._runtimes: dict[int, _Runtime] = {}
        self._holders: dict[tuple[str, int, str], int] = {}
        self.sessions = Sessions(clock, switches.drain_per_second, self._connection_timeout)
        self.on_state: Callable[[], None] = lambda: None

    # -- what there is

    def ids(self) -> list[int]:
        """The numbers of the sites, from the metabase."""
        key = self._store.metabase.find(f"/LM/{self.kind.key}")
        if key is None:
            return []
        return sorted(int(child.name) for child in key.children.values() if child.key_type == self.kind.server_type)

    def state(self, site: int) -> SiteState:
        """A site's state; Stopped unless the service has it otherwise."""
        return self._runtime(site).state

    def name(self, site: int) -> str:
        """ServerComment."""
        return str(self._store.metabase.get(self.kind.site_path(site), "ServerComment"))

    def bindings(self, site: int) -> list[Binding]:
        """Plain and secure bindings."""
        path = self.kind.site_path(site)
        get = self._store.metabase.get
        return parse_bindings(get(path, "ServerBindings"), get(path, "SecureBindings"))

    def _connection_timeout(self, site: int) -> float:
        """ConnectionTimeout: seconds after which IIS ends a connection that is idle (ms525597)."""
        if not self._store.loaded:
            return DEFAULT_CONNECTION_TIMEOUT
        return float(int(str(self._store.metabase.get(self.kind.site_path(site), "ConnectionTimeout"))))

    def auto_start(self, site: int) -> bool:
        """ServerAutoStart."""
        return bool(self._store.metabase.get(self.kind.site_path(site), "ServerAutoStart"))

    def _runtime(self, site: int) -> _Runtime:
        return self._runtimes.setdefault(site, _Runtime())

    def stick(self, site: int) -> None:
        """From now on this site never leaves a transitional state, until its service stops."""
        self._runtime(site).stuck = True

    # -- commands

    async def command(self, site: int, command: Command) -> None:
        """Start, stop, pause or continue a site. Raises IisError, the HRESULT that the method call ends with."""
        if site not in self.ids():
            raise IisError(ERROR_PATH_NOT_FOUND)
        if not self._service.running:
            raise IisError(self._switches.service_stopped_code)
        if not self._allowed(self.state(site), command):
            return
        self._set_error(site, 0)
        if command is Command.START:
            self._take_bindings(site)
        self._begin(site, command)
        if not self._switches.methods_return_at_once and self.state(site) not in _SETTLED:
            await self._clock.sleep(self._seconds(site, self.state(site)))

    def _seconds(self, site: int, passing: SiteState) -> float:
        """How long a site stays in a transitional state."""
        name = passing.name.lower()
        given, usual = self._switches.transition_seconds, self._switches.site_seconds
        return given.get(f"{self.kind.key}/{site} {name}", given.get(name, usual))

    def _allowed(self, state: SiteState, command: Command) -> bool:
        """True: to be done; False: nothing to do. Raises IisError if the state does not allow it."""
        if state is _WAY[command][1]:
            return False
        allowed = {
            Command.START: (SiteState.STOPPED,),
            Command.STOP: (SiteState.STARTED,)
            if self._switches.stop_of_paused_refused
            else (SiteState.STARTED, SiteState.PAUSED),
            Command.PAUSE: (SiteState.STARTED,),
            Command.CONTINUE: (SiteState.PAUSED,),
        }[command]
        if state not in allowed:
            raise IisError(self._switches.wrong_state_code)
        return True

    def _take_bindings(self, site: int) -> None:
        wanted = self.bindings(site)
        foreign = next((binding for binding in wanted if self._service.port_owner(binding.port)), None)
        clash = foreign or next((binding for binding in wanted if self._holders.get(binding.slot, site) != site), None)
        if clash is None:
            self._hold(site)
            return
        win32 = ERROR_SHARING_VIOLATION if foreign else self._conflict_code()
        self._set_error(site, win32)
        self._service.prefix_taken(self.kind, site, clash, win32)
        raise IisError(win32)

    def _hold(self, site: int) -> None:
        self._holders.update((binding.slot, site) for binding in self.bindings(site))

    def _release(self, site: int) -> None:
        self._holders = {slot: holder for slot, holder in self._holders.items() if holder != site}

    def _conflict_code(self) -> int:
        if self.kind is Kind.WEB:
            return ERROR_DUP_NAME
        return self._switches.ftp_conflict_code if self.kind is Kind.FTP else ERROR_INVALID_PARAMETER

    def _begin(self, site: int, command: Command) -> None:
        passing, final = _WAY[command]
        self._set_state(site, passing)
        if command in (Command.START, Command.STOP):
            self._store.metabase.set(self.kind.site_path(site), "ServerAutoStart", command is Command.START)
        runtime = self._runtime(site)
        if runtime.stuck:
            return
        seconds = self._seconds(site, passing)
        if seconds <= 0:
            self._settle(site, final)
        else:
            runtime.timer = self._clock.call_later(seconds, lambda: self._settle(site, final))

    def _settle(self, site: int, state: SiteState) -> None:
        self._runtime(site).timer = None
        self._set_state(site, state)

    def _set_state(self, site: int, state: SiteState) -> None:
        self._runtime(site).state = state
        if state in (SiteState.STARTED, SiteState.STARTING, SiteState.CONTINUING):
            self.sessions.accept(site)
        elif state in (SiteState.PAUSING, SiteState.PAUSED):
            self.sessions.drain(site)
        else:
            self.sessions.cut(site)
            if state is SiteState.STOPPED:
                self._release(site)
        self._publish(site, "ServerState", int(state))
        self.on_state()

    def _set_error(self, site: int, win32: int) -> None:
        self._publish(site, "Win32Error", win32)

    def _publish(self, site: int, name: str, value: int) -> None:
        path = self.kind.site_path(site)
        if self._store.loaded and self._store.metabase.find(path) is not None:
            self._store.metabase.set(path, name, value)

    # -- the service's life

    def service_started(self) -> None:
        """The service runs: sites come up by ServerAutoStart."""
        self.sessions.restart_counting()
        for site in self.ids():
            self._publish(site, "ServerState", int(SiteState.STOPPED))
            if self.auto_start(site):
                self._start_quietly(site)

    def _start_quietly(self, site: int) -> None:
        try:
            self._take_bindings(site)
        except IisError:
            return  # event 1007 says it: the site is deactivated, ServerAutoStart stays
        self._begin(site, Command.START)

    def service_stopped(self) -> None:
        """The service is gone: no site runs, every session is cut. ServerAutoStart is not touched."""
        self._holders.clear()
        for site, runtime in self._runtimes.items():
            if runtime.timer is not None:
                runtime.timer.cancel()
                runtime.timer = None
            runtime.stuck = False
            if runtime.state is not SiteState.STOPPED:
                self._set_state(site, SiteState.STOPPED)

    def service_paused(self) -> None:
        """The service was paused: ASSUMED, so are its started sites."""
        for site, runtime in self._runtimes.items():
            if runtime.state is SiteState.STARTED:
                self._set_state(site, SiteState.PAUSED)

    def service_continued(self) -> None:
        """The service was continued: ASSUMED, so are its paused sites."""
        for site, runtime in self._runtimes.items():
            if runtime.state is SiteState.PAUSED:
                self._set_state(site, SiteState.STARTED)

    def publish_all(self) -> None:
        """A new metabase was loaded under a running service: tell it the states."""
        for site in self.ids():
            self._publish(site, "ServerState", int(self.state(site)))

    def force(self, site: int, state: SiteState) -> None:
        """Put a site into a state, as a host's description asks for."""
        if state is not SiteState.STOPPED:
            self._hold(site)
        self._set_state(site, state)
