# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draining: letting the clients of Web and FTP sites finish before the services are stopped.

A paused site accepts no new connections and serves those it has. What counts is who is connected to the services that
go down, whoever paused their sites. SMTP and NNTP virtual servers have no methods to be paused with; their clients
retry by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ..._wsman.errors import HostUnreachable
from ..context import Context
from ..interruptions import forget, note_pause
from ..model.sites import Order, Site, SiteState
from ..naming import listed
from ..outcome import IisError
from ..sites.change import SiteChange
from ..versions import assumed
from ..waiting import Deadline, TimedOut, wait_until
from .sessions import Sessions, describe_sessions, read_sessions, total

#: Seconds between two counts.
_INTERVAL = 5.0

#: Seconds that continuing the paused sites may take, all of them together: some may still be on their way to a pause.
_RELEASE = 60.0


@dataclass(frozen=True)
class DrainOptions:
    """``timeout`` in seconds; ``connections`` is the count at which to go on; ``proceed`` says what if it isn't met."""

    timeout: float
    connections: int
    proceed: bool


class Drain:
    """A drain: the sites that it paused, and the way back.

    What it pauses is noted for the next run, in case this one doesn't live to continue it.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._paused: list[Site] = []

    def adopt(self, sites: Collection[Site]) -> None:
        """Take over sites that the drain of an interrupted run left paused: :meth:`release` continues them as well."""
        self._paused += sites

    def drain(
        self, services: Collection[str], sites: Mapping[str, Site], options: DrainOptions, *, unread: str = ""
    ) -> None:
        """Pause the started sites of services (keys) that go down, and wait until few enough are connected to them.

        ``unread`` says why the sites couldn't be read, if so. They then serve on, as they do where an IIS can't pause
        them: a load balancer that sends no more clients still lets the wait end well.

        Raises IisError when too many are left in the end and the options say to give up; the caller then releases.
        """
        store = assumed(self._context).sites
        drained = frozenset(store.kinds[name].service_key for name in store.drained) & frozenset(services)
        if not drained:
            return
        began = self._context.clock.monotonic()
        deadline = Deadline.after(self._context, options.timeout, "pause the sites")
        why_not = unread or store.orders[Order.PAUSE]
        if not why_not:
            self._pause([site for site in sites.values() if site.kind.service_key in drained], deadline)

        def count() -> Sessions:
            sessions = read_sessions(self._context, drained)
            waited = self._context.clock.monotonic() - began
            self._context.operator.progress(
                f"Draining: {describe_sessions(sessions)}, {waited:.0f} of {options.timeout:g} s"
            )
            return sessions

        def few(sessions: Sessions) -> bool:
            number = None if None in sessions.values() else total(sessions)
            return number is not None and number <= options.connections

        try:
            wait_until(self._context, count, few, deadline.left, _INTERVAL)
        except TimedOut as late:
            waited = self._context.clock.monotonic() - began
            words = (
                f"Draining ended after {waited:.0f} s with {describe_sessions(late.last)} left "
                f"({options.connections} were allowed)"
            )
            if not options.proceed:
                unpaused = f" No site was paused: {why_not}" if why_not else ""
                raise IisError(
                    f"{words}.{unpaused} Nothing was stopped. Give it longer with drain_timeout, allow more with "
                    "drain_connections, or go on regardless with drain_on_timeout=proceed."
                ) from None
            self._context.operator.warn(f"{words}; going on, as drain_on_timeout says.")

    def release(self) -> str:
        """Continue every site that this drain paused or was about to. Returns in a sentence what was seen, or nothing.

        A site that couldn't be continued is a warning, too.
        """
        paused, self._paused = self._paused, []
        if not paused:
            return ""
        deadline = Deadline.after(self._context, _RELEASE, "continue the paused sites")
        changes = [SiteChange(self._context, site, deadline) for site in paused]
        try:
            left = self._continue(changes)
        except HostUnreachable as lost:
            left = changes
            self._context.operator.warn(f"The sites that were paused for draining could not be continued: {lost}.")
        runs = [change.site.key for change in changes if change not in left and change.site.state is SiteState.STARTED]
        forget(self._context, sites=runs)
        note_pause(self._context, [site.key for site in paused if site.key not in runs])
        if not left:
            return "The paused sites were continued."
        titles = listed([change.site.title for change in left])
        return f"Still paused, as far as is known: {titles}. Continue them with fleetops.iis.iis_site, state=started."

    def _pause(self, sites: Collection[Site], deadline: Deadline) -> None:
        """Order all to pause, then see them do it. One that refuses is a warning; its clients count as well."""
        started = [SiteChange(self._context, site, deadline) for site in sites if site.state is SiteState.STARTED]
        if not started:
            return
        note_pause(self._context, [change.site.key for change in started])
        begun = []
        for change in started:
            self._paused.append(change.site)
            if self._is_done(change, lambda change: change.begin(Order.PAUSE)):
                begun.append(change)
        paused = sum(self._is_done(change, lambda change: change.finish(Order.PAUSE)) for change in begun)
        self._context.operator.progress(f"Draining: paused {paused} site(s), waiting for their clients to finish")

    def _continue(self, changes: Collection[SiteChange]) -> list[SiteChange]:
        """Wait for those that are still pausing, continue all that are paused, and return those that didn't obey."""
        failed = [change for change in changes if not self._is_done(change, _begin_to_continue)]
        begun = [change for change in changes if change not in failed and change.site.state is SiteState.PAUSED]
        return failed + [
            change for change in begun if not self._is_done(change, lambda change: change.finish(Order.CONTINUE))
        ]

    def _is_done(self, change: SiteChange, step: Callable[[SiteChange], None]) -> bool:
        try:
            step(change)
        except IisError as failure:
            self._context.operator.warn(f"Draining: {failure.message}")
            return False
        return True


def _begin_to_continue(change: SiteChange) -> None:
    change.look()
    change.settle()
    if change.site.state is SiteState.PAUSED:
        change.begin(Order.CONTINUE)
