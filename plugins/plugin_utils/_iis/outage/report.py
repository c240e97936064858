# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to report of an outage: services and sites before and after, what it cost, and what it would cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model.sites import Site
from ..naming import listed
from ..outcome import IisError
from ..windows.graph import ServiceGraph
from ..windows.services import Service
from .sessions import Sessions, describe_sessions
from .sites_back import Sites, running

#: How many sites a warning names; the result has them all.
_NAMED_SITES = 5


@dataclass
class Report:
    """Services and sites before and after. ``keys`` are the services that the result is about.

    What isn't in ``services_after`` and ``sites_after`` is as it was; a site that couldn't be read is None there.
    ``stops`` go down and ``runs`` run in the end; ``sessions`` are those that are cut, ``seconds`` how long it took.
    """

    services: Mapping[str, Service]
    keys: frozenset[str]
    stops: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()
    services_after: Mapping[str, Service] = field(default_factory=dict)
    sites: Sites = field(default_factory=dict)
    sites_after: dict[str, Site | None] = field(default_factory=dict)
    sessions: Sessions | None = None
    seconds: float | None = None
    save: dict[str, Any] | None = None

    def values(self) -> dict[str, Any]:
        """The return values that all outages share."""
        return {
            "services": {key: self._service(key) for key in sorted(self.keys)},
            "sites": {key: self._site(key) for key in {**self.sites, **self.sites_after}},
            "sessions_cut": self.sessions,
            "outage_seconds": None if self.seconds is None else round(self.seconds, 1),
            "save": self.save,
        }

    def services_diff(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The services for diff mode, before and after."""
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for key in sorted(self.keys):
            was, now = self.services[key], self._after(key)
            again = " (restarted)" if key in self.stops & self.runs else ""
            before[key] = {"state": str(was.state), "start_mode": str(was.start_mode)}
            after[key] = {"state": f"{now.state}{again}", "start_mode": str(now.start_mode)}
        return before, after

    def cost(self) -> str:
        """Say what the outage would cost, for the warning of check mode."""
        if not self.stops:
            return "Would change the services."
        words = [f"Would stop {', '.join(self.services[key].title for key in sorted(self.stops))}"]
        if self.sessions is not None:
            words.append(f"cut {describe_sessions(self.sessions)}")
        serving = [site.title for site in running(self.sites).values()]
        if serving:
            words.append(f"take down {listed(serving, _NAMED_SITES)}")
        sentence = ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1]
        return f"{sentence}, {'until they run again' if self.stops & self.runs else 'until they are started again'}."

    def _after(self, key: str) -> Service:
        return self.services_after.get(key, self.services[key])

    def _service(self, key: str) -> dict[str, Any]:
        was, now = self.services[key], self._after(key)
        return {
            "name": was.name,
            "display_name": was.display_name,
            "before": str(was.state),
            "after": str(now.state),
            "start_mode": str(now.start_mode),
        }

    def _site(self, key: str) -> dict[str, Any]:
        was = self.sites.get(key)
        now = self.sites_after.get(key, was)
        site = now or was
        return {
            "name": site.name if site else None,
            "before": was.state.word if was else None,
            "after": now.state.word if now else None,
        }


def pending_error(attempted: str, graph: ServiceGraph, waited: float, values: Mapping[str, Any]) -> IisError:
    """The failure for services that were on their way somewhere before anything was done, and never arrived."""
    hung = [service for service in graph.services.values() if service.state.is_pending]
    return IisError(f"Couldn't {attempted}: {pending_words(hung, waited)}", values=values)


def pending_words(hung: list[Service], waited: float) -> str:
    """Say of services that are on their way for too long, before anything was done, which they are and what to do."""
    names = "; ".join(f"{service.title} still is {service.state} after {waited:.0f} s" for service in hung)
    return f"{names}. Nothing was touched. {what_to_do(hung)}"


def what_to_do(hung: list[Service]) -> str:
    """What an administrator can do about services that don't obey; ``hung`` are those on their way for too long."""
    processes = sorted({service.process_id for service in hung if service.process_id})
    if not processes:
        return "Check the host's System event log, fix what it reports, and run the task again."
    kills = ", ".join(f"taskkill /F /PID {process}" for process in processes)
    return (
        f"A hung service can only be ended by killing its process ({kills} on the host: what that process holds "
        "unsaved is lost) or by rebooting (state=rebooted). Then run the task again."
    )
