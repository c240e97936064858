# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that the service control manager takes, and bringing back what can be when one fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..context import Context
from ..waiting import Deadline, persistently
from ..windows.control import PAUSE, START, STOP, Move, change_start_mode, move_services
from ..windows.graph import refresh
from ..windows.services import Service, ServiceState
from .situation import Situation
from .steps import Action, Execution, Step

#: Seconds that stopping gets, and looking at what came of it, however little is left of the time-out.
LEAST = 30.0


class ScmSteps:
    """Steps by the SCM. What has to stop has to be stopped by the deadline; what has to run has as long again."""

    def __init__(
        self, context: Context, situation: Situation, done: Execution, deadline: Deadline, timeout: float
    ) -> None:
        self.context = context
        self.family = situation.family
        self.before = situation.graph
        self.plan = situation.plan
        self.desired = situation.desired
        self.done = done
        self.timeout = timeout
        self.stop_by = deadline.at_least(min(timeout, LEAST))
        self.start_by: Deadline | None = None
        #: Whether nothing was done since the states of all services were read.
        self.is_seen = False

    def pause(self, step: Step) -> bool:
        """Pause services. Returns whether all are paused."""
        return self._move(step.services, PAUSE)

    def set_start_mode(self, step: Step) -> bool:
        """Set start modes. Returns whether that worked."""
        for key in step.services:
            mode = self.desired.start_mode
            self.is_seen = False
            trouble = change_start_mode(self.context, self.before.services[key], mode) if mode else None
            if trouble:
                self.done.failures[key] = f"keeps its start mode: {trouble}"
                return False
            self.done.changed = True
        return True

    def stop(self, step: Step) -> bool:
        """Stop services, or bring back what was stopped. Returns whether all are stopped."""
        if self._move(step.services, STOP):
            return True
        self.bring_back()
        return False

    def start(self, keys: Iterable[str]) -> None:
        """Start services whose needs are met, and go on when one fails: the others can still run.

        One that was just seen to run needs nothing.
        """
        able = []
        for key in keys:
            if self.is_seen and self.done.graph.services[key].state is ServiceState.STARTED:
                continue
            blocked = sorted(self.before.with_antecedents([key]) & self.done.failures.keys() - {key})
            if blocked:
                names = ", ".join(self.before.services[other].name for other in blocked)
                self.done.failures[key] = f"was not started, because {names}, which it needs, isn't running"
            elif key not in self.done.failures:
                able.append(key)
        self._move(able, START)

    def _move(self, keys: Iterable[str], move: Move) -> bool:
        wanted = tuple(keys)
        if not wanted:
            return True
        self.done.changed = True
        self.is_seen = False
        deadline = self.to_start() if move is START else self.stop_by
        moved = move_services(self.context, self.before, wanted, move, deadline)
        self.done.graph = self.done.graph.updated(moved.services)
        self.done.failures.update(moved.failures)
        return not moved.failures

    def bring_back(self) -> None:
        """After a failed stop, start again what was stopped and can run."""
        if not self.plan.runs:
            return
        self.look()
        reasons, self.done.failures = self.done.failures, {}
        self.start_again(self.plan.stops & self.plan.runs)
        self.note_brought_back()
        self.done.failures = {**self.done.failures, **reasons}

    def start_again(self, keys: Iterable[str]) -> None:
        """Start those of the services that are stopped and don't need one that is stuck."""
        now = self.done.graph.services
        for key in self.plan.runs:
            if now[key].state.is_pending or now[key].state is ServiceState.UNKNOWN:
                process = f"; its process is {now[key].process_id}" if now[key].process_id else ""
                self.done.failures.setdefault(key, f"still is {now[key].state}{process}")
        down = [key for key in keys if now[key].state is ServiceState.STOPPED]
        for wave in self.before.start_order(down):
            self.start(wave)
        self.look()
        services = self.done.graph.services
        self.done.brought_back = sorted(
            services[key].name for key in down if services[key].state is ServiceState.STARTED
        )

    def note_brought_back(self) -> None:
        """Count what was started again after a failure among the steps that were taken."""
        if self.done.brought_back:
            self.done.steps.append(f"{Action.START} {', '.join(self.done.brought_back)} again")

    def to_start(self) -> Deadline:
        """The deadline of all starts: what has stopped has as long to run again."""
        if self.start_by is None:
            self.start_by = Deadline.after(self.context, self.timeout, self.stop_by.purpose)
        return self.start_by

    def look(self) -> None:
        """Read the states of all services again, unless nothing was done since they were last read."""
        if self.is_seen:
            return
        deadline = (self.start_by or self.stop_by).at_least(LEAST)
        self.done.graph = persistently(self.context, deadline, lambda: refresh(self.context, self.done.graph))
        self.is_seen = True

    def see(self, services: Mapping[str, Service], *, every: bool) -> None:
        """Take services as they were just read; ``every`` says that these are all."""
        self.done.graph = self.done.graph.updated(services)
        self.is_seen = every
