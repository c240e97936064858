# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a host, judged from inside: untouched, at its end, or failed. Anything else breaks the promise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from end_to_end.ansible_run import Run
from end_to_end.conftest import Host

UNTOUCHED, AT_ITS_END, FAILED = "untouched", "at its end", "failed"
_RUNS = ("Running", "Paused")
#: The process that HTTP SSL is in, by the isolation mode that it was started for (KB969864).
_HTTP_SSL = {"worker_process": "lsass.exe", "iis5": "inetinfo.exe"}


@dataclass(frozen=True)
class State:
    """What counts of a host."""

    modes: tuple[str, str | None]
    http_ssl: str | None
    process: int
    unsaved: int = field(compare=False)  # IIS saves by itself, a minute after a change
    saves: int  # that anybody asked for
    lost: int
    services: Mapping[str, str]
    sites: Mapping[str, str]
    in_rotation: bool

    @classmethod
    def of(cls, host: Host, pool: Path) -> State:
        """Look at a host and at the load balancer."""
        truth = host.truth()
        iis: dict[str, Any] = truth["iis"]
        return cls(
            modes=(iis["configured_mode"], iis["running_mode"]),
            http_ssl=iis["http_ssl_process"],
            process=truth["services"]["W3SVC"]["pid"],
            unsaved=iis["metabase"]["unsaved_changes"],
            saves=sum(entry.method == "SaveData" or "iiscnfg" in entry.query for entry in host.journal()),
            lost=iis["metabase"]["lost_changes"],
            services={name: service["state"] for name, service in truth["services"].items()},
            sites={key: site["state"] for key, site in iis["sites"].items()},
            in_rotation=(pool / host.name).exists(),
        )

    def runs(self, mode: str) -> bool:
        """Whether this mode is configured and runs, in HTTP SSL as well."""
        return self.modes == (mode, mode) and self.http_ssl == _HTTP_SSL[mode]

    def serves_like(self, before: State) -> bool:
        """Whether all services and sites that ran before run now."""
        services = all(self.services[name] == state for name, state in before.services.items() if state in _RUNS)
        return services and all(
            self.sites.get(key) == "started" for key, state in before.sites.items() if state == "started"
        )

    def is_the_end(self, before: State, *, mode: str | None, restarted: bool) -> bool:
        """Whether a role's work is done: the mode runs, and nothing is unsaved, lost, down or out of rotation."""
        return (
            (mode is None or self.runs(mode))
            and not self.unsaved
            and not self.lost
            and self.in_rotation
            and self.serves_like(before)
            and (self.process != before.process or not restarted)
        )


def judge(before: State, after: State, *, mode: str | None, restarted: bool, run: Run, name: str) -> str:
    """Say what became of a host. ``mode`` was wanted; ``restarted``: a restart belongs to the end.

    Raises AssertionError for a host that is in none of the three states: that is half-way and silent.
    """
    if after == before:
        return UNTOUCHED
    if after.is_the_end(before, mode=mode, restarted=restarted):
        return AT_ITS_END
    assert run.code != 0, f"{name} is half-way, and the run ended with 0: {after}\n{run.output}"
    assert complains(run, name), f"{name} is half-way, and nothing says what is left to do: {after}\n{run.output}"
    return FAILED


def complains(run: Run, name: str) -> bool:
    """Whether the run says of a host that it failed, and why."""
    return any(_complaints(run, name))


def _complaints(run: Run, name: str) -> Iterator[str]:
    for event in run.events:
        if event.host == name and event.status in ("failed", "unreachable"):
            yield str(event.result.get("msg") or "")
