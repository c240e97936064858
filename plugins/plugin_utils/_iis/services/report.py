# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of iis_service, and its failures in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..outage.report import Report, what_to_do
from ..outcome import IisError, Outcome
from ..windows.services import Service, ServiceState
from .recovering import RecoveryChange
from .steps import Execution, Plan


@dataclass
class Result:
    """What a run of iis_service has done so far, or in check mode would do."""

    report: Report
    recovery: RecoveryChange
    method: str | None = None
    steps: list[str] = field(default_factory=list)
    losses: dict[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """The documented return values."""
        return {
            **self.report.values(),
            "method_used": self.method,
            "steps": self.steps,
            **self.recovery.values(),
        }

    def outcome(self, changed: bool) -> Outcome:
        """The successful end, with the diff."""
        was, now = self.report.services_diff()
        for key in self.recovery.after:
            was[key]["recovery"] = self.recovery.before[key].as_values()
            now[key]["recovery"] = self.recovery.after[key].as_values()
        before: dict[str, Any] = {"services": was}
        after: dict[str, Any] = {"services": now}
        for name, loss in self.losses.items():
            before[name], after[name] = "in memory and on disk", loss
        return Outcome(changed, self.values(), before, after)


def refusal_error(attempted: str, plan: Plan, values: Mapping[str, Any]) -> IisError:
    """The failure for a plan that can't be made."""
    enable = " Enable it first with the option start_mode (auto or manual), where that is meant."
    return IisError(
        f"Couldn't {attempted}: {'; '.join(plan.refusals)}. Nothing was touched.{enable if plan.is_disabled else ''}",
        values=values,
    )


def execution_error(attempted: str, done: Execution, plan: Plan, result: Result, sites: Iterable[str]) -> IisError:
    """The failure for a plan that went wrong on the way: what failed, what runs, what doesn't, what was done."""
    services = done.graph.services
    reasons = [f"{_title(services, key)} {words}" for key, words in sorted(done.failures.items())]
    reasons += sites
    keys = sorted(result.report.keys)
    up = [services[key].name for key in keys if services[key].state is ServiceState.STARTED]
    down = [f"{services[key].name} ({services[key].state})" for key in keys if services[key].name not in up]
    words = [f"Couldn't {attempted}: {'; '.join(reasons)}."]
    words.append(f"Running now: {', '.join(up) or 'nothing'}; not running: {', '.join(down) or 'nothing'}.")
    if done.brought_back:
        words.append(f"To bring back the rest, {', '.join(done.brought_back)} was started again.")
    elif plan.stops and not plan.runs:
        words.append("Nothing was started again, because it was to be stopped.")
    hung = [service for service in services.values() if service.key in done.failures and service.state.is_pending]
    words.append(what_to_do(hung))
    values = {**result.values(), "brought_back": done.brought_back}
    return IisError(" ".join(words), values=values, changed=done.changed)


def stays_down(words: str, after: str) -> str:
    """The warning of an automatic service that didn't run before, and doesn't now: ``SMTPSVC is stopped``."""
    return f"{words} after {after}. It didn't run before it either, although it is set to start automatically."


def _title(services: Mapping[str, Service], key: str) -> str:
    return services[key].title if key in services else key
