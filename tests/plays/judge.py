# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a host, judged from inside: untouched, at its end, or failed. Anything else is a broken promise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from end_to_end.ansible_run import Run
from end_to_end.conftest import Host

UNTOUCHED, AT_ITS_END, FAILED = "untouched", "at its end", "failed"
_RUNS = ("Running", "Paused")


@dataclass(frozen=True)
class State:
    """What counts of a host."""

    modes: tuple[str, str | None]
    process: int
    unsaved: int
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
            process=truth["services"]["W3SVC"]["pid"],
            unsaved=iis["metabase"]["unsaved_changes"],
            services={name: service["state"] for name, service in truth["services"].items()},
            sites={key: site["state"] for key, site in iis["sites"].items()},
            in_rotation=(pool / host.name).exists(),
        )

    def serves_like(self, before: State) -> bool:
        """Whether all services and sites that ran before run now."""
        services = all(self.services[name] == state for name, state in before.services.items() if state in _RUNS)
        return services and all(
            self.sites.get(key) == "started" for key, state in before.sites.items() if state == "started"
        )


def judge(before: State, after: State, *, mode: str | None, restarted: bool, run: Run, name: str) -> str:
    """Say what became of a host. ``mode`` is the one that was wanted, ``restarted`` whether its end is after a restart.

    Raises AssertionError for a host that is in none of the three states: that is half-way and silent.
    """
    if after == before:
        return UNTOUCHED
    new_process = after.process != before.process
    right_mode = mode is None or after.modes == (mode, mode)
    if (
        right_mode
        and not after.unsaved
        and after.in_rotation
        and after.serves_like(before)
        and new_process >= restarted
    ):
        return AT_ITS_END
    words = list(_complaints(run, name))
    assert run.code != 0, f"{name} is half-way, and the run ended with 0: {after}\n{run.output}"
    assert words, f"{name} is half-way, and nothing says what is left to do: {after}\n{run.output}"
    return FAILED


def _complaints(run: Run, name: str) -> Iterator[str]:
    for event in run.events:
        if event.host == name and event.status in ("failed", "unreachable") and event.result.get("msg"):
            yield str(event.result["msg"])


def complains(run: Run, name: str) -> bool:
    """Whether the run says of a host that it failed, and why."""
    return any(_complaints(run, name))
