# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sites as a protocol's service runs them: W3SVC those with http and https bindings, FTPSVC the FTP halves.

Each service has a runtime of its own. A site comes up by its auto start (serverAutoStart, ftpServer/@serverAutoStart)
when its service starts, or when it is added; stopping it is forgotten by then (mvolo.com, starting, stopping and
recycling IIS 7.0 web sites). Starting what runs and stopping what doesn't succeed without doing anything.

ASSUMED: an FTP site whose binding is taken fails as an HTTP site does; the service logs event 1007 for HTTP only.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from simulator.clock import Clock, Timer
from simulator.iis.sessions import Sessions
from simulator.iis7.apphost import AppHostConfig, SiteEntry
from simulator.iis7.codes import (
    ERROR_ALREADY_EXISTS,
    ERROR_INVALID_OBJECT_IDENTIFIER,
    ERROR_SHARING_VIOLATION,
    Refused,
    hresult,
)
from simulator.iis7.states import State
from simulator.iis7.switches import Switches7

IDLE_LIMIT = 120.0
"""limits/@connectionTimeout by default."""


class Half(enum.Enum):
    """Which service runs a site's bindings."""

    HTTP = ("http", "https")
    FTP = ("ftp", "ftps")

    @property
    def auto_start(self) -> str:
        """The attribute that decides whether a site comes up by itself."""
        return "serverAutoStart" if self is Half.HTTP else "ftpServer.serverAutoStart"

    def has(self, site: SiteEntry) -> bool:
        """Whether a site has bindings of this kind."""
        return any(protocol.lower() in self.value for protocol, _information in site.bindings())


@dataclass
class SiteRuntime:
    """What a service knows of a site."""

    id: int
    name: str
    bindings: tuple[tuple[str, str], ...]
    state: State = State.STOPPED
    since: float = 0.0
    timer: Timer | None = None
    stuck: bool = False


class Sites:
    """The sites of one service on one host."""

    def __init__(
        self,
        half: Half,
        clock: Clock,
        config: AppHostConfig,
        switches: Switches7,
        running: Callable[[], bool],
        port_owner: Callable[[int], str | None],
        prefix_taken: Callable[[str, int, int], None],
    ) -> None:
        self.half = half
        self._clock = clock
        self._config = config
        self._switches = switches
        self._running = running
        self._port_owner = port_owner
        self._prefix_taken = prefix_taken
        self._known: dict[int, SiteRuntime] = {}
        self.sessions = Sessions(clock, switches.drain_per_second, lambda _site: IDLE_LIMIT)

    # ------------------------------------------------------------------ what there is

    def runtimes(self) -> list[SiteRuntime]:
        """What the service has taken notice of."""
        return list(self._known.values())

    def runtime(self, site: SiteEntry) -> SiteRuntime:
        """What the service knows of a site. Raises Refused 0x800710D8: not its own, or not noticed yet."""
        found = self._known.get(site.id)
        if found is None or not self.half.has(site):
            raise Refused(ERROR_INVALID_OBJECT_IDENTIFIER, site.name)
        return found

    def state(self, site: SiteEntry) -> State:
        """A site's state; Unknown while the service is down or hasn't noticed it."""
        found = self._known.get(site.id)
        if not self._running() or found is None or not self.half.has(site):
            return State.UNKNOWN
        return found.state

    def uptime(self, site: SiteEntry) -> int:
        """Seconds since it was started, 0 if it isn't."""
        found = self._known.get(site.id)
        if found is None or self.state(site) is not State.STARTED:
            return 0
        return max(1, int(self._clock.monotonic() - found.since))

    # ------------------------------------------------------------------ commands

    def start(self, site: SiteEntry) -> None:
        """Start. Raises Refused: the service is down, the site isn't its own, a binding is taken."""
        runtime = self._addressed(site)
        if runtime.state in (State.STARTED, State.STARTING):
            return
        self._take_bindings(runtime)
        self._pass(runtime, State.STARTING, State.STARTED)

    def stop(self, site: SiteEntry) -> None:
        """Stop: it listens no more, worker processes stay. Raises Refused."""
        runtime = self._addressed(site)
        if runtime.state in (State.STOPPED, State.STOPPING):
            return
        self._pass(runtime, State.STOPPING, State.STOPPED)

    def _addressed(self, site: SiteEntry) -> SiteRuntime:
        if not self._running():
            raise Refused(self._switches.w3svc_down_code)
        return self.runtime(site)

    def _take_bindings(self, runtime: SiteRuntime) -> None:
        taken = {
            binding
            for other in self._known.values()
            if other is not runtime and other.state in (State.STARTED, State.STARTING)
            for binding in _slots(other.bindings)
        }
        for binding in _slots(runtime.bindings):
            code = ERROR_SHARING_VIOLATION if self._port_owner(_port(binding[1])) else 0
            code = code or (ERROR_ALREADY_EXISTS if binding in taken else 0)
            if code:
                if self.half is Half.HTTP:
                    self._prefix_taken(_prefix(binding), runtime.id, hresult(code))
                raise Refused(code, runtime.name)

    def _pass(self, runtime: SiteRuntime, passing: State, final: State) -> None:
        self._cancel(runtime)
        self._set(runtime, passing)
        if runtime.stuck:
            return
        if self._switches.site_seconds <= 0:
            self._set(runtime, final)
        else:
            runtime.timer = self._clock.call_later(self._switches.site_seconds, lambda: self._set(runtime, final))

    def _set(self, runtime: SiteRuntime, state: State) -> None:
        runtime.state = state
        if state is State.STARTED:
            runtime.since = self._clock.monotonic()
            self.sessions.accept(runtime.id)
        elif state is State.STOPPING or state is State.STOPPED:
            self._let_go(runtime.id)

    def _let_go(self, site: int) -> None:
        if self._switches.site_stop_cuts:
            self.sessions.cut(site)
        else:
            self.sessions.drain(site)

    @staticmethod
    def _cancel(runtime: SiteRuntime) -> None:
        if runtime.timer is not None:
            runtime.timer.cancel()
            runtime.timer = None

    def stick(self, site: SiteEntry) -> None:
        """From now on the site never leaves a transitional state, until its service stops."""
        self.runtime(site).stuck = True

    def force(self, site: SiteEntry, state: State) -> None:
        """Put a site into a state, as a host's description asks for."""
        runtime = self.runtime(site)
        self._cancel(runtime)
        self._set(runtime, state)

    # ------------------------------------------------------------------ the service and the configuration

    def service_started(self) -> None:
        """Sites come up by their auto start, whatever was stopped before."""
        self.sessions.restart_counting()
        self._known.clear()
        self.refresh()

    def service_stopped(self) -> None:
        """No site runs, every connection is cut."""
        for runtime in self._known.values():
            self._cancel(runtime)
            self.sessions.cut(runtime.id)
        self._known.clear()

    def refresh(self) -> None:
        """Take notice of the configuration. A site whose bindings changed is registered anew; a site whose id changed
        is another site, which doesn't start by itself (iis/wmi-provider, site-class: changing the id stops it). Where
        it can't be read, everything stays as it is."""
        if not self._running():
            return
        try:
            entries = {site.id: site for site in self._config.sites() if self.half.has(site)}
        except Refused:
            return
        names = {runtime.name.lower() for runtime in self._known.values()}
        for number in [known for known in self._known if known not in entries]:
            self._cancel(self._known[number])
            self.sessions.cut(number)
            del self._known[number]
        for number, site in entries.items():
            bindings = tuple(pair for pair in site.bindings() if pair[0].lower() in self.half.value)
            runtime = self._known.get(number)
            if runtime is None:
                runtime = self._known[number] = SiteRuntime(number, site.name, bindings)
                if site.flag(self.half.auto_start) and site.name.lower() not in names:
                    self._start_quietly(runtime)
                continue
            changed, runtime.bindings, runtime.name = runtime.bindings != bindings, bindings, site.name
            if changed and runtime.state is State.STARTED:
                self._start_quietly(runtime)

    def _start_quietly(self, runtime: SiteRuntime) -> None:
        try:
            self._take_bindings(runtime)
        except Refused:
            self._set(runtime, State.STOPPED)  # event 1007 says why
            return
        if runtime.state is not State.STARTED:
            self._pass(runtime, State.STARTING, State.STARTED)


def _slots(bindings: tuple[tuple[str, str], ...]) -> set[tuple[str, str]]:
    """What only one site can have: protocol and ``address:port:host``, without case."""
    return {(protocol.lower(), information.lower()) for protocol, information in bindings}


def _port(information: str) -> int:
    """The port of ``address:port:host``; the address may be an IPv6 one in brackets."""
    parts = information.rpartition("]")[2].split(":")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0


def _prefix(binding: tuple[str, str]) -> str:
    protocol, information = binding
    address, _colon, rest = information.partition(":")
    port, _colon, host = rest.partition(":")
    return f"{protocol}://{host or address}:{port}/"
