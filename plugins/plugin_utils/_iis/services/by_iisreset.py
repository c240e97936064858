# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that IISReset takes, and seeing what really came of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from ..context import Context
from ..waiting import Deadline
from ..windows.control import settle_services, wait_for_services
from ..windows.programs import NoShell
from ..windows.services import Service, ServiceState, StartMode, read_names_in_process
from .by_scm import LEAST, ScmSteps
from .iisreset import ResetRun, run_reset
from .options import GRACE
from .report import stays_down
from .steps import STOPPING_ACTIONS, Action, Step

_VERBS = {
    Action.IISRESET_RESTART: "/RESTART",
    Action.IISRESET_STOP: "/STOP",
    Action.IISRESET_START: "/START",
}


class ResetSteps:
    """Steps by IISReset. What it leaves stopped, and what has to be brought back, is started by the SCM."""

    def __init__(self, context: Context, scm: ScmSteps, *, force: bool) -> None:
        self.context = context
        self.scm = scm
        self.family = scm.family
        self.before = scm.before
        self.plan = scm.plan
        self.done = scm.done
        self.force = force

    def take(self, step: Step) -> bool:
        """Run iisreset. Returns whether to go on."""
        seconds = max(1, math.ceil(self.scm.stop_by.left))
        limit = self.scm.stop_by.later(self.scm.timeout)
        self.scm.is_seen = False
        try:
            run = run_reset(self.context, _VERBS[step.action], force=self.force, timeout=seconds, deadline=limit)
        except NoShell as refused:
            return self._give_up(refused.message.rstrip("."))
        if run.is_disabled and step.action in STOPPING_ACTIONS and self._is_untouched(step.services):
            return self._give_up(run.words())
        self.done.changed = True
        if step.action is Action.IISRESET_STOP:
            return self._after_stop(run)
        return self._after_start(run, step)

    def _give_up(self, words: str) -> bool:
        """Nothing was done to the services, so bring back what was stopped before that."""
        self.done.failures[self.family.witness] = f"was left as it is: {words}"
        self.scm.bring_back()
        return False

    def _is_untouched(self, keys: Iterable[str]) -> bool:
        """Whether the services are seen to be as they were, each in its process."""
        self.scm.look()
        now = self.done.graph.services
        was = {key: self.before.services[key] for key in keys}
        return all(
            it.process_id and (it.process_id, it.state) == (now[key].process_id, now[key].state)
            for key, it in was.items()
        )

    def _after_stop(self, run: ResetRun) -> bool:
        stops = self.plan.stops
        self._wait_for(run, stops, lambda now: _all(now, ServiceState.STOPPED))
        now = self.done.graph.services
        up = [key for key in sorted(stops) if now[key].state is not ServiceState.STOPPED]
        for key in up:
            self.done.failures[key] = f"still is {now[key].state}"
        if up:
            culprit = next((key for key in up if now[key].state.is_pending), up[0])
            process = f"; its process is {now[culprit].process_id}" if now[culprit].process_id else ""
            self.done.failures[culprit] += f"{process} ({run.words()})"
            self.scm.bring_back()
        return not up

    def _after_start(self, run: ResetRun, step: Step) -> bool:
        services = self.before.services
        automatic = {key for key in self.scm.desired.targets if services[key].start_mode is StartMode.AUTO}
        expected = sorted(automatic & self.plan.runs & self.before.with_dependents(self.family.roots))
        restarts = step.action is Action.IISRESET_RESTART
        blind = restarts and run.exit_code is None

        def arrived(now: dict[str, Service]) -> bool:
            return _all(now, ServiceState.STARTED) and not (blind and self._is_as_before(now))

        self._wait_for(run, expected, arrived)
        self.scm.look()
        restarted = not restarts or self._was_restarted(run)
        self.scm.start_again(self.plan.runs)
        if not restarted:
            self.done.failures.setdefault(self.family.witness, f"was not restarted ({run.words()})")
        if self.done.failures:
            if restarted:
                self.context.operator.warn(run.words())
            self.scm.note_brought_back()
            return False
        down = self._wait_for_the_rest(run)
        if not run.succeeded:
            all_the_same = (
                "every service that ran before runs again" if down else "every service that it should start runs now"
            )
            self.context.operator.warn(f"{run.words()}; all the same, {all_the_same}")
        for service in down:
            self.context.operator.warn(stays_down(f"{service.title} is {service.state}", "the restart"))
        return True

    def _wait_for_the_rest(self, run: ResetRun) -> list[Service]:
        """Give the services a little time that iisreset starts although they didn't run. Returns those that don't run.

        Once it has ended, one that is stopped isn't on its way any more.
        """

        def settled(now: Mapping[str, Service]) -> bool:
            states = {now[key].state for key in self.plan.tries if key in now}
            if run.exit_code is None:
                return states <= {ServiceState.STARTED}
            return not any(state.is_pending for state in states)

        if not settled(self.done.graph.services):
            names = [self.before.services[key].name for key in self.plan.tries]
            deadline = Deadline.after(self.context, GRACE, self.scm.stop_by.purpose)
            self.scm.see(wait_for_services(self.context, names, settled, deadline), every=False)
        tried = (self.done.graph.services[key] for key in sorted(self.plan.tries))
        return [it for it in tried if it.start_mode is StartMode.AUTO and it.state is not ServiceState.STARTED]

    def _is_as_before(self, now: Mapping[str, Service]) -> bool:
        """Whether every process is the one that it was, as far as that is known."""
        return not any(
            self.before.services[key].process_id not in (0, service.process_id) and service.process_id
            for key, service in now.items()
        )

    def _was_restarted(self, run: ResetRun) -> bool:
        """Whether IIS really went down and up.

        The witness in a new process proves it. The same process disproves it, unless a service that wasn't stopped
        keeps that process alive (as HTTP SSL does in IIS 5.0 isolation mode, where it is left alone): then iisreset's
        word has to do, or when it was lost, that another service has a new process.
        """
        witness, now = self.family.witness, self.done.graph.services
        before = self.before.services.get(witness)
        if before and witness in self.plan.stops and before.process_id and now[witness].process_id:
            if before.process_id != now[witness].process_id:
                return True
            if not read_names_in_process(self.context, before.process_id) - self.plan.stops:
                return False
        touched = {key: now[key] for key in self.plan.stops}
        return run.succeeded or (run.exit_code is None and not self._is_as_before(touched))

    def _wait_for(self, run: ResetRun, keys: Iterable[str], arrived: Callable[[dict[str, Service]], bool]) -> None:
        """Wait until the services have arrived; when iisreset said it failed, only until they are settled."""
        wanted = frozenset(keys)
        if not wanted:
            return
        if run.exit_code is not None and not run.succeeded:
            keys = self.plan.stops | self.plan.runs
            deadline = self.scm.stop_by.at_least(min(self.scm.timeout, LEAST))
            self.scm.see(settle_services(self.context, self.before, keys, deadline), every=False)
            return
        names = [service.name for service in self.before.services.values()]
        fresh = wait_for_services(
            self.context,
            names,
            lambda now: arrived({key: service for key, service in now.items() if key in wanted}),
            self.scm.to_start(),
        )
        self.scm.see(fresh, every=True)


def _all(services: Mapping[str, Service], state: ServiceState) -> bool:
    return all(service.state is state for service in services.values())
