# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be asked of iis_service, and which combinations make no sense."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..context import Note
from ..outage.drain import DrainOptions
from ..outcome import IisError
from ..server import Family
from ..windows.recovery import Recovery
from ..windows.services import Service, StartMode
from .steps import Desired, Method, WantedState

ALL = "all"
AUTO = "auto"
REBOOTED = "rebooted"
USE_SCM = "use_scm"

#: The time-out of services and of a reboot, in seconds, where none is given.
SERVICE_TIMEOUT = 120
REBOOT_TIMEOUT = 900
#: Seconds for services that start automatically, but didn't run before, to run once all others do.
GRACE = 15.0

_VERBS = {"started": "start", "stopped": "stop", "restarted": "restart", "paused": "pause", None: "configure"}
_STOPPING = ("stopped", "restarted", REBOOTED)


@dataclass(frozen=True)
class ServiceOptions:
    """The options of iis_service, under their names; ``timeout`` in seconds."""

    name: tuple[str, ...]
    state: str | None
    method: str
    when_iisreset_disabled: str
    save: bool
    save_timeout: float
    force: bool
    timeout: int | None
    drain: DrainOptions | None
    start_mode: StartMode | None
    recovery: Recovery | None

    @property
    def everything(self) -> bool:
        """Whether all Internet services are meant."""
        return self.name == (ALL,)

    @property
    def reboots(self) -> bool:
        """Whether the machine is to be rebooted."""
        return self.state == REBOOTED

    @property
    def stops(self) -> bool:
        """Whether the wanted state takes services down."""
        return self.state in _STOPPING

    @property
    def starts(self) -> bool:
        """Whether the wanted state brings services up."""
        return self.state in ("started", "restarted")

    @property
    def may_use_iisreset(self) -> bool:
        """Whether IISReset can do it: ``auto`` is the SCM for named services and for a pause."""
        if self.method == AUTO:
            return self.everything and self.state not in (None, "paused")
        return self.method == str(Method.IISRESET)

    def by_iisreset(self, family: Family) -> bool:
        """Whether IISReset is to do it: ``auto`` is what restarts this IIS by default."""
        return self.may_use_iisreset and (family.by_iisreset or self.method != AUTO)

    @property
    def saving(self) -> float | None:
        """For how many seconds to try to save before anything stops; None where that isn't wanted."""
        return self.save_timeout if self.save else None

    @property
    def seconds(self) -> int:
        """The time-out that holds."""
        if self.timeout is not None:
            return self.timeout
        return REBOOT_TIMEOUT if self.reboots else SERVICE_TIMEOUT

    def attempt(self, services: Iterable[Service]) -> str:
        """Say what is attempted: ``restart IIS``, ``stop W3SVC, HTTPFilter``."""
        names = "IIS" if self.everything else ", ".join(service.name for service in services)
        return f"{_VERBS[self.state]} {names}"

    def desired(self, targets: tuple[str, ...], noted: Note, family: Family) -> Desired:
        """The same as the planner takes it."""
        return Desired(
            targets=targets,
            state=WantedState(self.state) if self.state else None,
            everything=self.everything,
            method=Method.IISRESET if self.by_iisreset(family) else Method.SCM,
            start_mode=self.start_mode,
            noted=noted,
            roots=family.roots,
        )


def check_options(options: ServiceOptions) -> None:
    """Raise IisError for options that contradict each other, before anything is read from the host."""
    for wrong, message in _contradictions(options):
        if wrong:
            raise IisError(message)


def _contradictions(options: ServiceOptions) -> list[tuple[bool, str]]:
    named = not options.everything
    explicit_iisreset = options.method == str(Method.IISRESET)
    return [
        (not options.name, "name is empty: name at least one service, or leave it out to mean all of them."),
        (named and ALL in options.name, "name: 'all' already is every Internet service; name it or single ones."),
        (
            not (options.state or options.start_mode or options.recovery),
            "Nothing to do: give at least one of state, start_mode and recovery.",
        ),
        (
            options.everything and bool(options.start_mode or options.recovery),
            "start_mode and recovery are set for named services only: 'all' includes every service that depends on "
            "IISADMIN, those of other products too. Name the services.",
        ),
        (
            named and options.reboots,
            "state=rebooted reboots the machine, whatever services are named; leave name out.",
        ),
        (
            named and explicit_iisreset,
            "method=iisreset acts on all Internet services. Use name=all, or method=scm for named services.",
        ),
        (
            explicit_iisreset and options.state in (None, "paused"),
            "IISReset can't pause or configure services; use method=scm or leave method out.",
        ),
        (
            options.force and not (options.may_use_iisreset or options.reboots),
            "force lets IISReset kill processes. The service control manager doesn't kill any, so force doesn't apply "
            "to method=scm or named services.",
        ),
        (
            options.drain is not None and not options.stops,
            "drain_timeout only applies when services are stopped: with state stopped, restarted or rebooted.",
        ),
        (
            options.drain is not None and options.drain.connections < 0,
            "drain_connections can't be negative.",
        ),
    ]
