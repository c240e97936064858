# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The planner of services: a pure function from what is and what is wanted to steps, or to the reasons against.

Rules:

* A service is stopped after everything that depends on it and started after everything that it needs.
* A restart by the SCM starts again exactly what ran (a paused service comes back started), and a service that was asked
  for by name. What was stopped stays stopped; when its root (IISADMIN) is down, so that IIS as a whole is, a restart of
  everything starts what is set to start automatically, as ``started`` does.
* ``iisreset /restart`` starts every automatic service, whether it ran or not (MS-IISS, product note 5); the plan says
  which ones. One that didn't run need not run afterwards: it may be unable to start, and then no restart changes that.
  It starts no manual one: the SCM starts those that ran. Nor does it touch a service that doesn't need a root: the SCM
  stops that before, with what needs it, and starts it afterwards.
* Nothing is stopped that could not be started again.
* A pending state has to be waited out first; the plan goes on from where it leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..interruptions import ran_before
from ..windows.graph import ServiceGraph
from ..windows.services import Service, ServiceState, StartMode
from .steps import Action, Desired, Method, Plan, Step, WantedState

_Order = Callable[[Iterable[str]], list[tuple[str, ...]]]
_STOPPED = ServiceState.STOPPED
_STARTED = ServiceState.STARTED
_PAUSED = ServiceState.PAUSED


def plan_services(graph: ServiceGraph, desired: Desired) -> Plan:
    """Plan how the targets reach the wanted state and start mode. Reads and changes nothing."""
    draft = _Draft(graph, desired)
    draft.set_start_modes()
    if desired.state is WantedState.STARTED:
        draft.start()
    elif desired.state is WantedState.STOPPED:
        draft.stop()
    elif desired.state is WantedState.RESTARTED:
        draft.restart()
    elif desired.state is WantedState.PAUSED:
        draft.pause()
    return draft.finish()


class _Draft:
    def __init__(self, graph: ServiceGraph, desired: Desired) -> None:
        self.graph = graph
        self.desired = desired
        self.steps: list[Step] = []
        self.refusals: list[str] = []
        self.is_disabled = False
        self.notes: list[str] = []
        self.stops: frozenset[str] = frozenset()
        self.runs: frozenset[str] = frozenset()
        self.tries: frozenset[str] = frozenset()
        self.after: dict[str, ServiceState] = {key: self.now(key) for key in desired.targets}
        self.touched: set[str] = set()

    # -- what is -------------------------------------------------------------------------------------------------

    def service(self, key: str) -> Service:
        return self.graph.services[key]

    def now(self, key: str) -> ServiceState:
        """The state that the service is in, or will be in once it has settled."""
        return self.service(key).state.settles_as

    def runs_now(self, key: str) -> bool:
        return self.now(key) in (_STARTED, _PAUSED)

    def mode(self, key: str) -> StartMode:
        """The start mode that the service has, or will have first."""
        wanted = self.desired.start_mode
        return wanted if wanted is not None and key in self.desired.targets else self.service(key).start_mode

    # -- the kinds of change -------------------------------------------------------------------------------------

    def set_start_modes(self) -> None:
        keys = [key for key in self.desired.targets if self.mode(key) is not self.service(key).start_mode]
        if keys:
            self.steps.append(Step(Action.SET_START_MODE, tuple(keys)))

    def start(self) -> None:
        if not self.desired.everything:
            self.start_all(self.desired.targets)
            return
        paused = {key for key in self.desired.targets if self.now(key) is _PAUSED}
        self.start_all(self.automatic() | paused | self.root() | self.noted())

    def stop(self) -> None:
        self.stops = self.running_with_dependents()
        self.check_stoppable(self.stops)
        if not self.stops:
            return
        self.after.update(dict.fromkeys(self.stops, _STOPPED))
        if self.desired.method is Method.IISRESET:
            self.add(Action.IISRESET_STOP, self.stops)
        else:
            self.add_waves(Action.STOP, self.graph.stop_order, self.stops)

    def restart(self) -> None:
        self.stops = self.running_with_dependents()
        again = self.stops | self.noted()
        if not self.desired.everything:
            again |= frozenset(self.desired.targets)
        elif not self.is_up():
            again |= self.automatic() | self.root()
        along = self.automatic() if self.desired.method is Method.IISRESET else frozenset()
        self.check_stoppable(self.stops)
        started = self.startable(again | along, stopped_first=self.stops)
        needed = self.needed(again, stopped_first=self.stops)
        self.note_restart()
        self.runs, self.tries = needed, started - needed
        self.after.update(dict.fromkeys(started, _STARTED))
        if self.desired.method is Method.IISRESET:
            self.restart_by_iisreset(needed)
        else:
            self.add_waves(Action.STOP, self.graph.stop_order, self.stops)
            # HTTP SSL takes its process from the configured mode, which IISADMIN knows, whether it needs that or not.
            first = self.graph.with_antecedents(self.desired.roots) & needed if self.desired.everything else frozenset()
            self.add_waves(Action.START, self.graph.start_order, first)
            self.add_waves(Action.START, self.graph.start_order, needed - first)

    def restart_by_iisreset(self, needed: frozenset[str]) -> None:
        internet = self.graph.with_dependents(self.desired.roots)
        first = self.graph.with_dependents(self.stops - internet) & self.stops
        stops = self.stops - first
        self.add_waves(Action.STOP, self.graph.stop_order, first)
        self.add(Action.IISRESET_RESTART if stops else Action.IISRESET_START, stops or needed & internet)
        self.add_waves(Action.START_REST, self.graph.start_order, needed - (self.automatic() & internet))

    def pause(self) -> None:
        keys = []
        for key in self.desired.targets:
            service, state = self.service(key), self.now(key)
            if state is _PAUSED:
                continue
            if state is not _STARTED:
                self.object_or_note(f"{service.title} is {state}, so it can't be paused; start it first")
            elif not service.accepts_pause and not service.state.is_pending:
                self.object_or_note(f"{service.title} doesn't support being paused")
            else:
                keys.append(key)
        self.add(Action.PAUSE, keys)
        self.after.update(dict.fromkeys(keys, _PAUSED))
        if self.desired.everything and _PAUSED not in self.after.values():
            self.refusals.append("none of the Internet services is running and can be paused")

    # -- parts ---------------------------------------------------------------------------------------------------

    def start_all(self, keys: Iterable[str]) -> None:
        needed = self.startable(keys, stopped_first=frozenset())
        self.runs = needed
        self.after.update(dict.fromkeys(needed, _STARTED))
        wanted = frozenset(keys)
        down = frozenset(key for key in needed if self.now(key) is _STOPPED)
        if self.desired.method is Method.IISRESET and down & self.automatic():
            self.add(Action.IISRESET_START, down & self.automatic())
            down -= self.automatic()
        self.add_waves(Action.START, self.graph.start_order, down)
        self.add(Action.RESUME, [key for key in sorted(needed & wanted) if self.now(key) is _PAUSED])

    def startable(self, keys: Iterable[str], *, stopped_first: frozenset[str]) -> frozenset[str]:
        """Everything that has to run for these to run, of what is or will be stopped; refuses what can't start."""
        wanted = frozenset(keys)
        needed = self.needed(wanted, stopped_first=stopped_first)
        for key in sorted(needed):
            service = self.service(key)
            if self.now(key) is ServiceState.UNKNOWN:
                self.refusals.append(f"the host doesn't report the state of {service.title}")
            elif self.mode(key) is StartMode.DISABLED and self.goes_up(key, stopped_first):
                self.is_disabled = True
                self.refusals.append(self.disabled(key, wanted, stopped_first))
        return needed

    def needed(self, keys: Iterable[str], *, stopped_first: frozenset[str]) -> frozenset[str]:
        """These, and what has to be started for them."""
        wanted = frozenset(keys)
        above = self.graph.with_antecedents(key for key in wanted if self.goes_up(key, stopped_first))
        return wanted.union(key for key in above if self.goes_up(key, stopped_first))

    def goes_up(self, key: str, stopped_first: frozenset[str]) -> bool:
        return key in stopped_first or self.now(key) is _STOPPED

    def disabled(self, key: str, wanted: frozenset[str], stopped_first: frozenset[str]) -> str:
        title = self.service(key).title
        if key in stopped_first:
            return f"{title} is running but disabled, so once stopped it could not be started again"
        if key in wanted:
            return f"{title} is disabled, so it can't be started"
        users = sorted(self.graph.with_dependents([key]) & wanted)
        return f"{', '.join(self.service(user).name for user in users)} needs {title}, which is disabled"

    def running_with_dependents(self) -> frozenset[str]:
        concerned = self.graph.with_dependents(self.desired.targets)
        return frozenset(key for key in concerned if self.now(key) is not _STOPPED)

    def check_stoppable(self, keys: Iterable[str]) -> None:
        for key in sorted(keys):
            service = self.service(key)
            if service.state is ServiceState.UNKNOWN:
                self.refusals.append(f"the host doesn't report the state of {service.title}")
            elif service.state is _STARTED and not service.accepts_stop:
                self.refusals.append(f"{service.title} doesn't accept being stopped")

    def noted(self) -> frozenset[str]:
        """What an interrupted run left stopped, but for what somebody has disabled since."""
        return frozenset(
            key
            for key in self.desired.noted.services & self.graph.services.keys()
            if self.now(key) is _STOPPED and self.mode(key) is not StartMode.DISABLED
        )

    def note_interruption(self) -> None:
        words = ran_before(self.desired.noted)
        self.notes += [f"{self.service(key).title} is stopped, and {words}" for key in sorted(self.noted())]

    def note_restart(self) -> None:
        for key in sorted(self.stops):
            if self.now(key) is _PAUSED:
                self.notes.append(f"{self.service(key).title} is paused; it comes back started")
        if not self.desired.everything or not self.is_up():
            return
        effect = (
            "iisreset starts it as well"
            if self.desired.method is Method.IISRESET
            else "a restart by the SCM leaves it so, state=started starts it"
        )
        for key in sorted(key for key in self.automatic() - self.noted() if self.now(key) is _STOPPED):
            service = self.service(key)
            failed = f" (it ended with {service.exit_words})" if service.failed else ""
            self.notes.append(f"{service.title} is stopped{failed}, but set to start automatically; {effect}")

    def root(self) -> frozenset[str]:
        """The service without which there is no IIS."""
        return frozenset(self.desired.roots[:1])

    def is_up(self) -> bool:
        """Whether IIS as a whole runs."""
        return all(self.runs_now(key) for key in self.root())

    def automatic(self) -> frozenset[str]:
        return frozenset(key for key in self.desired.targets if self.mode(key) is StartMode.AUTO)

    def object_or_note(self, words: str) -> None:
        (self.notes if self.desired.everything else self.refusals).append(words)

    def add(self, action: Action, keys: Iterable[str]) -> None:
        services = tuple(sorted(keys))
        if services:
            self.steps.append(Step(action, services))
            self.touched.update(services)

    def add_waves(self, action: Action, order: _Order, keys: Iterable[str]) -> None:
        try:
            waves = order(keys)
        except ValueError as circle:
            self.refusals.append(str(circle))
            return
        for wave in waves:
            self.add(action, wave)

    def finish(self) -> Plan:
        self.note_interruption()
        if self.refusals:
            refusals = tuple(dict.fromkeys(self.refusals))
            return Plan(refusals=refusals, is_disabled=self.is_disabled, notes=tuple(self.notes))
        concerned = {*self.desired.targets, *self.touched}
        pending = tuple(key for key in sorted(concerned) if self.service(key).state.is_pending)
        waits = [Step(Action.WAIT, pending)] if pending else []
        return Plan(
            steps=(*waits, *self.steps),
            notes=tuple(self.notes),
            stops=self.stops,
            runs=self.runs,
            tries=self.tries,
            after=dict(self.after),
        )
