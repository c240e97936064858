# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying a plan of services out, and bringing back what can be when a step fails.

Nothing here raises for a service that doesn't obey: the execution says what failed, what runs and what was brought
back. Only a host that can't be reached any more ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..context import Context
from ..waiting import Deadline, TimedOut, persistently, wait_until
from ..windows.control import PAUSE, START, STOP, Move, change_start_mode, move_services, settle_services
from ..windows.graph import ServiceGraph, refresh
from ..windows.services import IISADMIN, Service, ServiceState, read_names_in_process, read_services
from .iisreset import ResetRun, run_reset
from .steps import IISRESET_ACTIONS, Action, Desired, Plan, Step

_VERBS = {
    Action.IISRESET_RESTART: "/RESTART",
    Action.IISRESET_STOP: "/STOP",
    Action.IISRESET_START: "/START",
}


@dataclass
class Execution:
    """What came of a plan. ``graph`` has the states as last read.

    ``down_since`` is when the first stop was sent (controller's monotonic seconds); ``failures`` tell by key what
    went wrong; ``brought_back`` names the services started again after a failure.
    """

    graph: ServiceGraph
    changed: bool = False
    down_since: float | None = None
    failures: dict[str, str] = field(default_factory=dict)
    brought_back: list[str] = field(default_factory=list)


def execute(
    context: Context, graph: ServiceGraph, plan: Plan, desired: Desired, *, timeout: int, force: bool
) -> Execution:
    """Carry out the changes of a plan in order; ``timeout`` in seconds holds for stopping, and again for starting."""
    return _Executor(context, graph, plan, desired, timeout, force).run()


class _Executor:
    def __init__(
        self, context: Context, graph: ServiceGraph, plan: Plan, desired: Desired, timeout: int, force: bool
    ) -> None:
        self.context = context
        self.before = graph
        self.plan = plan
        self.desired = desired
        self.timeout = timeout
        self.force = force
        self.done = Execution(graph)
        self.deadlines: dict[str, Deadline] = {}

    def run(self) -> Execution:
        for step in self.plan.changes:
            words = step.words(self.before)
            self.context.operator.progress(f"{words[0].upper()}{words[1:]}")
            if step.action in IISRESET_ACTIONS:
                go_on = self.reset(step)
            elif step.action is Action.SET_START_MODE:
                go_on = self.set_start_mode(step)
            elif step.action is Action.STOP:
                go_on = self.stop(step)
            elif step.action is Action.PAUSE:
                go_on = self.move(step.services, PAUSE)
            else:
                self.start(step.services)
                go_on = True
            if not go_on:
                break
        self.look()
        return self.done

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
        moved = move_services(self.context, self.before, wanted, move, self.deadline(move.verb))
        self.done.graph = self.done.graph.updated(moved.services)
        self.done.failures.update(moved.failures)
        return not moved.failures

    def bring_back(self) -> None:
        """After a failed stop, start again what was stopped and can run."""
        if not self.plan.runs:
            return
        self.look()
        reasons, self.done.failures = self.done.failures, {}
        self.done.brought_back = self.start_again(self.plan.stops & self.plan.runs)
        self.done.failures = {**self.done.failures, **reasons}

    def start_again(self, keys: Iterable[str]) -> list[str]:
        """Start those of the services that are stopped and don't need one that is stuck; name those that run then."""
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
        return sorted(services[key].name for key in down if services[key].state is ServiceState.STARTED)

    # -- IISReset ------------------------------------------------------------------------------------------------

    def reset(self, step: Step) -> bool:
        if step.action is not Action.IISRESET_START:
            self.goes_down()
        self.done.changed = True
        run = run_reset(self.context, _VERBS[step.action], force=self.force, timeout=self.timeout)
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
        automatic = {key for key in self.desired.targets if self.before.services[key].start_mode.value == "auto"}
        expected = sorted(automatic & self.plan.runs)
        restarts = step.action is Action.IISRESET_RESTART
        blind = restarts and run.exit_code is None

        def arrived(now: dict[str, Service]) -> bool:
            return _all(now, ServiceState.STARTED) and not (blind and self.is_as_before(now))

        self.wait_for(run, expected, arrived)
        self.look()
        restarted = not restarts or self.was_restarted(run)
        self.done.brought_back = self.start_again(self.plan.runs)
        if not restarted:
            self.done.failures.setdefault(IISADMIN, f"was not restarted ({run.words()})")
        elif self.done.failures:
            self.context.operator.warn(run.words())
        elif not run.succeeded:
            self.context.operator.warn(f"{run.words()}; all the same, every service that it should start runs now")
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
        deadline = Deadline.after(self.context, self.timeout, f"see IIS after {run.command}")
        if not wanted:
            return
        if run.exit_code is not None and not run.succeeded:
            fresh = settle_services(self.context, self.before, self.plan.stops | self.plan.runs, deadline)
            self.done.graph = self.done.graph.updated(fresh)
            return
        names = [self.before.services[key].name for key in wanted]
        try:
            fresh = wait_until(
                self.context,
                lambda: persistently(self.context, deadline, lambda: read_services(self.context, names)),
                arrived,
                deadline.left,
            )
        except TimedOut as late:
            fresh = late.last
        self.done.graph = self.done.graph.updated(fresh)

    # -- parts ---------------------------------------------------------------------------------------------------

    def goes_down(self) -> None:
        if self.done.down_since is None:
            self.done.down_since = self.context.clock.monotonic()

    def deadline(self, verb: str) -> Deadline:
        """One deadline for all stops, one for all starts."""
        if verb not in self.deadlines:
            self.deadlines[verb] = Deadline.after(self.context, self.timeout, f"{verb} services")
        return self.deadlines[verb]

    def look(self) -> None:
        deadline = Deadline.after(self.context, self.timeout, "see the services")
        self.done.graph = persistently(self.context, deadline, lambda: refresh(self.context, self.done.graph))


def _all(services: Mapping[str, Service], state: ServiceState) -> bool:
    return all(service.state is state for service in services.values())
