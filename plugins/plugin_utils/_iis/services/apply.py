# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying a plan of services out, and bringing back what can be when a step fails.

Nothing here raises for a service that doesn't obey: the execution says what failed, what runs and what was brought
back. Only a host that can't be reached any more ends it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..context import Context
from ..waiting import Deadline, persistently
from ..windows.control import (
    PAUSE,
    START,
    STOP,
    Move,
    change_start_mode,
    move_services,
    settle_services,
    wait_for_services,
)
from ..windows.graph import ServiceGraph, refresh
from ..windows.programs import NoShell
from ..windows.services import IISADMIN, Service, ServiceState, StartMode, read_names_in_process
from .iisreset import ResetRun, run_reset
from .situation import Situation
from .steps import IISRESET_ACTIONS, Action, Step

_VERBS = {
    Action.IISRESET_RESTART: "/RESTART",
    Action.IISRESET_STOP: "/STOP",
    Action.IISRESET_START: "/START",
}

#: Seconds that stopping gets, and looking at what came of it, however little is left of the time-out.
_LEAST = 30.0


@dataclass
class Execution:
    """What came of a plan. ``graph`` has the states as last read, ``steps`` is what was begun, in words.

    ``failures`` say by key what went wrong; ``brought_back`` names the services started again after a failure.
    """

    graph: ServiceGraph
    changed: bool = False
    steps: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    brought_back: list[str] = field(default_factory=list)


def execute(
    context: Context,
    situation: Situation,
    deadline: Deadline,
    *,
    timeout: int,
    force: bool,
    done: Execution,
    goes_down: Callable[[], None],
) -> None:
    """Carry out the changes of a plan in order, and note in ``done`` what came of it.

    What has to stop has to be stopped by the deadline, what has to run gets ``timeout`` seconds more. ``goes_down`` is
    called before anything is stopped. Raises Fault or HostUnreachable.
    """
    _Executor(context, situation, deadline, timeout, force, done, goes_down).run()


class _Executor:
    def __init__(
        self,
        context: Context,
        situation: Situation,
        deadline: Deadline,
        timeout: int,
        force: bool,
        done: Execution,
        goes_down: Callable[[], None],
    ) -> None:
        self.context = context
        self.before = situation.graph
        self.plan = situation.plan
        self.desired = situation.desired
        self.timeout = timeout
        self.stop_by = deadline.at_least(min(timeout, _LEAST))
        self.start_by: Deadline | None = None
        self.force = force
        self.done = done
        self.goes_down = goes_down

    def run(self) -> None:
        for step in self.plan.changes:
            words = step.words(self.before)
            self.context.operator.progress(f"{words[0].upper()}{words[1:]}")
            self.done.steps.append(words)
            if not self.take(step):
                break
        self.look()

    def take(self, step: Step) -> bool:
        """Take one step. Returns whether to go on."""
        if step.action in IISRESET_ACTIONS:
            return self.reset(step)
        if step.action is Action.SET_START_MODE:
            return self.set_start_mode(step)
        if step.action is Action.STOP:
            return self.stop(step)
        if step.action is Action.PAUSE:
            return self.move(step.services, PAUSE)
        self.start(step.services)
        return True

    # -- the service control manager -----------------------------------------------------------------------------

    def set_start_mode(self, step: Step) -> bool:
        for key in step.services:
            mode = self.desired.start_mode
            trouble = change_start_mode(self.context, self.before.services[key], mode) if mode else None
            if trouble:
                self.done.failures[key] = f"keeps its start mode: {trouble}"
                return False
            self.done.changed = True
        return True

    def stop(self, step: Step) -> bool:
        self.goes_down()
        if self.move(step.services, STOP):
            return True
        self.bring_back()
        return False

    def start(self, keys: Iterable[str]) -> None:
        """Start services whose needs are met, and go on when one fails: the others can still run."""
        able = []
        for key in keys:
            blocked = sorted(self.before.with_antecedents([key]) & self.done.failures.keys() - {key})
            if blocked:
                names = ", ".join(self.before.services[other].name for other in blocked)
                self.done.failures[key] = f"was not started, because {names}, which it needs, isn't running"
            elif key not in self.done.failures:
                able.append(key)
        self.move(able, START)

    def move(self, keys: Iterable[str], move: Move) -> bool:
        wanted = tuple(keys)
        if not wanted:
            return True
        self.done.changed = True
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
        if self.done.brought_back:
            self.done.steps.append(f"{Action.START} {', '.join(self.done.brought_back)} again")

    # -- IISReset ------------------------------------------------------------------------------------------------

    def reset(self, step: Step) -> bool:
        if step.action is not Action.IISRESET_START:
            self.goes_down()
        seconds = max(1, math.ceil(self.stop_by.left))
        limit = self.stop_by.later(self.timeout)
        try:
            run = run_reset(self.context, _VERBS[step.action], force=self.force, timeout=seconds, deadline=limit)
        except NoShell as refused:
            self.done.failures[IISADMIN] = f"was left as it is: {refused.message.rstrip('.')}"
            self.bring_back()
            return False
        self.done.changed = True
        if step.action is Action.IISRESET_STOP:
            return self.after_stop(run)
        return self.after_start(run, step)

    def after_stop(self, run: ResetRun) -> bool:
        stops = self.plan.stops
        self.wait_for(run, stops, lambda now: _all(now, ServiceState.STOPPED))
        now = self.done.graph.services
        up = [key for key in sorted(stops) if now[key].state is not ServiceState.STOPPED]
        for key in up:
            self.done.failures[key] = f"still is {now[key].state}"
        if up:
            culprit = next((key for key in up if now[key].state.is_pending), up[0])
            process = f"; its process is {now[culprit].process_id}" if now[culprit].process_id else ""
            self.done.failures[culprit] += f"{process} ({run.words()})"
            self.bring_back()
        return not up

    def after_start(self, run: ResetRun, step: Step) -> bool:
        services = self.before.services
        automatic = {key for key in self.desired.targets if services[key].start_mode is StartMode.AUTO}
        expected = sorted(automatic & self.plan.runs & self.before.with_dependents([IISADMIN]))
        restarts = step.action is Action.IISRESET_RESTART
        blind = restarts and run.exit_code is None

        def arrived(now: dict[str, Service]) -> bool:
            return _all(now, ServiceState.STARTED) and not (blind and self.is_as_before(now))

        self.wait_for(run, expected, arrived)
        self.look()
        restarted = not restarts or self.was_restarted(run)
        self.start_again(self.plan.runs)
        if not restarted:
            self.done.failures.setdefault(IISADMIN, f"was not restarted ({run.words()})")
        elif self.done.failures:
            self.context.operator.warn(run.words())
        elif not run.succeeded:
            self.context.operator.warn(f"{run.words()}; all the same, every service that it should start runs now")
        if self.done.failures:
            self.note_brought_back()
        return not self.done.failures

    def is_as_before(self, now: Mapping[str, Service]) -> bool:
        """Whether every process is the one that it was, as far as that is known."""
        return not any(
            self.before.services[key].process_id not in (0, service.process_id) and service.process_id
            for key, service in now.items()
        )

    def was_restarted(self, run: ResetRun) -> bool:
        """Whether IIS really went down and up.

        IISADMIN in a new process proves it. The same process disproves it, unless a service that wasn't stopped
        keeps that process alive (HTTPFilter does in IIS 5.0 isolation mode): then iisreset's word has to do, or when
        it was lost, that another service has a new process.
        """
        before, now = self.before.services.get(IISADMIN), self.done.graph.services
        if before and IISADMIN in self.plan.stops and before.process_id and now[IISADMIN].process_id:
            if before.process_id != now[IISADMIN].process_id:
                return True
            if not read_names_in_process(self.context, before.process_id) - self.plan.stops:
                return False
        touched = {key: now[key] for key in self.plan.stops}
        return run.succeeded or (run.exit_code is None and not self.is_as_before(touched))

    def wait_for(self, run: ResetRun, keys: Iterable[str], arrived: Callable[[dict[str, Service]], bool]) -> None:
        """Wait until the services have arrived; when iisreset said it failed, only until they are settled."""
        wanted = list(keys)
        if not wanted:
            return
        if run.exit_code is not None and not run.succeeded:
            keys = self.plan.stops | self.plan.runs
            deadline = self.stop_by.at_least(min(self.timeout, _LEAST))
            fresh = settle_services(self.context, self.before, keys, deadline)
        else:
            names = [self.before.services[key].name for key in wanted]
            fresh = wait_for_services(self.context, names, arrived, self.to_start())
        self.done.graph = self.done.graph.updated(fresh)

    def to_start(self) -> Deadline:
        """The deadline of all starts: what has stopped has as long to run again."""
        if self.start_by is None:
            self.start_by = Deadline.after(self.context, self.timeout, self.stop_by.purpose)
        return self.start_by

    def look(self) -> None:
        deadline = (self.start_by or self.stop_by).at_least(_LEAST)
        self.done.graph = persistently(self.context, deadline, lambda: refresh(self.context, self.done.graph))


def _all(services: Mapping[str, Service], state: ServiceState) -> bool:
    return all(service.state is state for service in services.values())
