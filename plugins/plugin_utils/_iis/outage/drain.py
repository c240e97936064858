# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draining: letting the clients of Web and FTP sites finish before the services are stopped.

A paused site accepts no new connections and serves those it has. SMTP and NNTP virtual servers have no methods to
be paused with; their clients retry by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._wsman.errors import Fault, OutcomeUnknown, WsManError
from .. import codes
from ..context import Context
from ..outcome import IisError
from ..sites.read import Site, read_state
from ..sites.states import Order, SiteState
from ..waiting import TimedOut, wait_until
from .sessions import Sessions, describe_sessions, read_sessions, total

#: Seconds between two counts.
_INTERVAL = 5.0

_DRAINED = {"web": "w3svc", "ftp": "msftpsvc"}


@dataclass(frozen=True)
class DrainOptions:
    """``timeout`` in seconds; ``connections`` is the count at which to go on; ``proceed`` says what if it isn't met."""

    timeout: float
    connections: int = 0
    proceed: bool = False


class Drain:
    """The sites that a drain paused, and the way back."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.paused: list[Site] = []

    def drain(self, sites: Mapping[str, Site], options: DrainOptions) -> None:
        """Pause the started Web and FTP sites and wait until few enough connections are left.

        Raises IisError when they don't fall in time and the options say to give up; the caller then releases.
        """
        context = self._context
        for site in sites.values():
            if site.kind.name in _DRAINED and site.state is SiteState.STARTED:
                self._pause(site)
        if not self.paused:
            return
        services = {_DRAINED[site.kind.name] for site in self.paused}
        context.operator.progress(f"Draining: paused {len(self.paused)} site(s), waiting for their clients to finish")
        began = context.clock.monotonic()

        def count() -> Sessions:
            sessions = read_sessions(context, services)
            waited = context.clock.monotonic() - began
            context.operator.progress(f"Draining: {describe_sessions(sessions)}, {waited:.0f} of {options.timeout:g} s")
            return sessions

        def few(sessions: Sessions) -> bool:
            number = None if None in sessions.values() else total(sessions)
            return number is not None and number <= options.connections

        try:
            wait_until(context, count, few, options.timeout, _INTERVAL)
        except TimedOut as late:
            left = describe_sessions(late.last)
            words = f"Draining ended after {late.waited:.0f} s with {left} left ({options.connections} were allowed)"
            if not options.proceed:
                raise IisError(
                    f"{words}. Nothing was stopped, and the paused sites are continued. Give it longer with "
                    "drain_timeout, allow more with drain_connections, or go on regardless with "
                    "drain_on_timeout=proceed."
                ) from None
            context.operator.warn(f"{words}; going on, as drain_on_timeout says.")

    def release(self) -> None:
        """Continue every site that this drain paused and that still is paused."""
        for site in self.paused:
            self._continue(site)
        self.paused.clear()

    def _continue(self, site: Site) -> None:
        try:
            if read_state(self._context, site.kind, site.id) is SiteState.PAUSED:
                self._context.host.invoke(site.kind.server(site.id), Order.CONTINUE.value)
        except (WsManError, IisError) as trouble:
            self._context.operator.warn(
                f"{site.title} was paused for draining and could not be continued: {trouble}. Continue it with "
                f"fleetops.iis.iis_site, service={site.kind.name} id={site.id} state=started."
            )

    def _pause(self, site: Site) -> None:
        try:
            self._context.host.invoke(site.kind.server(site.id), Order.PAUSE.value)
        except OutcomeUnknown:
            self.paused.append(site)
        except Fault as fault:
            self._context.operator.warn(
                f"{site.title} can't be drained, it refused to be paused: {codes.describe_fault(fault)}"
            )
        else:
            self.paused.append(site)
