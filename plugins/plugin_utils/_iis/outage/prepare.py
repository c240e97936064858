# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done before services are stopped, and undone when they aren't: drain, then save."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from ..context import Context
from ..metabase.save import save
from ..outcome import IisError
from .drain import Drain, DrainOptions
from .sessions import Sessions, read_sessions
from .sites_back import Sites, read_sites_of


@dataclass(frozen=True)
class Stake:
    """What goes down with the services: their sites, and the sessions of their clients."""

    sites: Sites = field(default_factory=dict)
    sessions: Sessions | None = None


def read_stake(context: Context, stops: Collection[str], *, iisadmin_runs: bool) -> Stake:
    """Read the sites and sessions of services that are about to be stopped.

    Sites are in the metabase, so they can only be read while IISADMIN runs. A provider that doesn't answer is no
    reason not to restart, it may be the reason for it: that is a warning.
    """
    if not stops:
        return Stake()
    sessions = read_sessions(context, stops)
    if not iisadmin_runs:
        return Stake({}, sessions)
    try:
        return Stake(read_sites_of(context, stops), sessions)
    except IisError as trouble:
        context.operator.warn(f"The sites can't be read, so they are not looked after: {trouble.message}")
        return Stake({}, sessions)


class Preparation:
    """Drain and save before a stop. ``saved`` is what there is to tell about the save."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._drain = Drain(context)
        self.saved: dict[str, Any] | None = None

    def prepare(self, sites: Sites, drain: DrainOptions | None, *, save_first: bool, timeout: float) -> None:
        """Drain the sites, then save the metabase. When either fails nothing stays paused. Raises IisError."""
        ready = False
        try:
            if drain:
                self._drain.drain(sites, drain)
            if save_first:
                self._save(timeout)
            ready = True
        finally:
            if not ready:
                self._drain.release()

    def release(self) -> None:
        """Continue what the drain paused, where the stop didn't come about."""
        self._drain.release()

    def _save(self, timeout: float) -> None:
        self._context.operator.progress("Saving the metabase")
        try:
            report = save(self._context, timeout=timeout)
        except IisError as failure:
            raise IisError(
                f"Nothing was stopped, because the metabase could not be saved first. {failure.message}",
                values={"save": {"changed": False, **failure.values, "msg": failure.message}},
            ) from failure
        self.saved = {"changed": report.changed, **report.as_values()}
