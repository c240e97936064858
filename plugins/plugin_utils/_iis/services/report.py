# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What iis_service tells: return values, the diff, the warning of check mode, and failures in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..naming import listed
from ..outage.sessions import Sessions, describe_sessions
from ..outage.sites_back import running
from ..outcome import IisError, Outcome
from ..sites.read import Site
from ..windows.graph import ServiceGraph
from ..windows.recovery import Recovery
from ..windows.services import Service, ServiceState
from .apply import Execution
from .steps import Plan

#: How many sites a warning names; the result has them all.
_NAMED_SITES = 5


@dataclass
class Report:
    """Everything there is to tell about one run. The fields are filled in as the run goes on."""

    before: Mapping[str, Service]
    keys: Iterable[str]
    method: str | None = None
    steps: list[str] = field(default_factory=list)
    after: Mapping[str, ServiceState] = field(default_factory=dict)
    start_modes: Mapping[str, str] = field(default_factory=dict)
    sites_before: Mapping[str, Site] = field(default_factory=dict)
    sites_after: Mapping[str, str] = field(default_factory=dict)
    sessions: Sessions | None = None
    outage: float | None = None
    save: dict[str, Any] | None = None
    recovery: Mapping[str, tuple[Recovery, Recovery]] = field(default_factory=dict)
    restarted: frozenset[str] = frozenset()
    losses: str = ""

    def values(self) -> dict[str, Any]:
        """The documented return values."""
        values: dict[str, Any] = {
            "services": {key: self._service(key) for key in sorted(self.keys)},
            "sites": {
                key: {
                    "name": site.name,
                    "before": site.state.word,
                    "after": self.sites_after.get(key),
                }
                for key, site in self.sites_before.items()
            },
            "sessions_cut": self.sessions,
            "outage_seconds": None if self.outage is None else round(self.outage, 1),
            "method_used": self.method,
            "save": self.save,
            "steps": self.steps,
        }
        if self.recovery:
            values["recovery"] = {key: after.as_values() for key, (_before, after) in self.recovery.items()}
        return values

    def outcome(self, changed: bool) -> Outcome:
        """The successful end, with the diff."""
        before: dict[str, Any] = {"services": {key: self._diff(key, "before") for key in sorted(self.keys)}}
        after: dict[str, Any] = {"services": {key: self._diff(key, "after") for key in sorted(self.keys)}}
        if self.losses:
            before["metabase"], after["metabase"] = "in memory and on disk", self.losses
        return Outcome(changed, self.values(), before, after)

    def _service(self, key: str) -> dict[str, Any]:
        service = self.before[key]
        return {
            "name": service.name,
            "display_name": service.display_name,
            "before": str(service.state),
            "after": str(self.after.get(key, service.state)),
            "start_mode": self.start_modes.get(key, str(service.start_mode)),
        }

    def _diff(self, key: str, when: str) -> dict[str, Any]:
        service, told = self.before[key], self._service(key)
        again = " (restarted)" if when == "after" and key in self.restarted else ""
        shown: dict[str, Any] = {
            "state": f"{told[when]}{again}",
            "start_mode": str(service.start_mode) if when == "before" else told["start_mode"],
        }
        if key in self.recovery:
            recovery = self.recovery[key][0 if when == "before" else 1]
            shown["recovery"] = recovery.as_values()
        return shown


def attempt_words(state: str | None, services: Iterable[Service], everything: bool) -> str:
    """Say what is attempted: ``restart IIS``, ``stop W3SVC, HTTPFilter``."""
    verbs = {"started": "start", "stopped": "stop", "restarted": "restart", "paused": "pause", None: "configure"}
    return f"{verbs[state]} {'IIS' if everything else ', '.join(service.name for service in services)}"


def cost_words(report: Report, plan: Plan) -> str:
    """Say what carrying the plan out would cost, for the warning of check mode."""
    names = ", ".join(report.before[key].title for key in sorted(plan.stops))
    words = [f"Would stop {names}" if plan.stops else "Would change the services"]
    if report.sessions is not None:
        words.append(f"cut {describe_sessions(report.sessions)}")
    serving = [site.title for site in running(report.sites_before).values()]
    if serving:
        words.append(f"take down {listed(serving, _NAMED_SITES)}")
    sentence = ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1]
    ending = "until they run again" if plan.runs & plan.stops else "until somebody starts them again"
    return f"{sentence}, {ending}." if plan.stops else f"{sentence}."


def refusal_error(attempted: str, plan: Plan, values: Mapping[str, Any]) -> IisError:
    """The failure for a plan that can't be made."""
    reasons = "; ".join(plan.refusals)
    advice = ""
    if "disabled" in reasons:
        advice = " Enable it first with the option start_mode (auto or manual), where that is meant."
    return IisError(f"Couldn't {attempted}: {reasons}. Nothing was touched.{advice}", values=values)


def execution_error(attempted: str, done: Execution, plan: Plan, report: Report, sites: Iterable[str]) -> IisError:
    """The failure for a plan that went wrong on the way: what failed, what runs, what doesn't, what was done."""
    services = done.graph.services
    reasons = [f"{_title(services, key)} {words}" for key, words in sorted(done.failures.items())]
    reasons += sites
    up = [services[key].name for key in sorted(report.keys) if services[key].state is ServiceState.STARTED]
    down = [
        f"{services[key].name} ({services[key].state})"
        for key in sorted(report.keys)
        if services[key].state is not ServiceState.STARTED
    ]
    words = [f"Couldn't {attempted}: {'; '.join(reasons)}."]
    words.append(f"Running now: {', '.join(up) or 'nothing'}; not running: {', '.join(down) or 'nothing'}.")
    if done.brought_back:
        words.append(f"To bring back the rest, {', '.join(done.brought_back)} was started again.")
    elif plan.stops and not plan.runs:
        words.append("Nothing was started again, because it was to be stopped.")
    hung = [service for service in services.values() if service.key in done.failures and service.state.is_pending]
    words.append(_advice(hung))
    values = {**report.values(), "brought_back": done.brought_back}
    return IisError(" ".join(words), values=values, changed=done.changed)


def pending_error(attempted: str, graph: ServiceGraph, waited: float, values: Mapping[str, Any]) -> IisError:
    """The failure for services that were on their way somewhere before anything was done, and never arrived."""
    hung = [service for service in graph.services.values() if service.state.is_pending]
    names = "; ".join(f"{service.title} still is {service.state} after {waited:.0f} s" for service in hung)
    return IisError(f"Couldn't {attempted}: {names}. Nothing was touched. {_advice(hung)}", values=values)


def _advice(hung: Iterable[Service]) -> str:
    processes = sorted({service.process_id for service in hung if service.process_id})
    if not processes:
        return "Look into the System event log of the host, put right what it tells, and run the task again."
    kills = ", ".join(f"taskkill /F /PID {process}" for process in processes)
    return (
        f"A service that hangs ends only with its process ({kills} on the host: what that process holds unsaved is "
        "lost) or with a reboot (state=rebooted). Then run the task again."
    )


def _title(services: Mapping[str, Service], key: str) -> str:
    return services[key].title if key in services else key
