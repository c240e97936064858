# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application pools: WAS keeps their states, starts their worker processes when a request asks for one, and ends them.

A runtime state is forgotten when WAS (or W3SVC, by a switch) starts: autoStart decides then (mvolo.com on stopping
application pools with AppCmd). Stopping a pool ends its worker processes, which takes shutdownTimeLimit at most;
recycling overlaps unless the configuration says otherwise; a pool whose worker processes fail five times in five
minutes is stopped (iis/configuration/system.applicationHost/applicationPools).

ASSUMED: a start while the pool is stopping gives 0x80070425 (it does in reports of other tools over the same
interface); a worker process that dies is replaced when the next request comes, at once with startMode AlwaysRunning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.clock import Clock, Timer
from simulator.iis7.apphost import AppHostConfig, Entry
from simulator.iis7.codes import (
    ERROR_INVALID_OBJECT_IDENTIFIER,
    ERROR_SERVICE_CANNOT_ACCEPT_CTRL,
    Refused,
)
from simulator.iis7.events import Events
from simulator.iis7.states import State
from simulator.iis7.switches import Switches7
from simulator.iis7.workers import Worker, Workers
from simulator.windows.processes import ProcessTable


@dataclass
class PoolRuntime:
    """What WAS knows of a pool."""

    name: str
    state: State = State.STOPPED
    since: float = 0.0
    workers: list[Worker] = field(default_factory=list)
    timer: Timer | None = None
    idle: Timer | None = None
    failures: list[float] = field(default_factory=list)
    failed_total: int = 0
    created: int = 0
    recycles: int = 0

    @property
    def serving(self) -> list[Worker]:
        """The worker processes that take requests."""
        return [worker for worker in self.workers if worker.ending is None]


class Pools:
    """The pools of one host. ``runs`` and ``web_runs`` say whether WAS and W3SVC do."""

    def __init__(
        self,
        clock: Clock,
        config: AppHostConfig,
        processes: ProcessTable,
        events: Events,
        switches: Switches7,
        services: tuple[Callable[[], bool], Callable[[], bool]],
    ) -> None:
        self._clock = clock
        self._config = config
        self._events = events
        self._switches = switches
        self._runs, self._web_runs = services
        self._workers = Workers(clock, processes, switches)
        self._known: dict[str, PoolRuntime] = {}
        self._signatures: dict[str, str] = {}

    # ------------------------------------------------------------------ what there is

    def runtimes(self) -> list[PoolRuntime]:
        """What WAS has taken notice of."""
        return list(self._known.values())

    def runtime(self, name: str) -> PoolRuntime:
        """One of them. Raises Refused 0x800710D8."""
        found = self._known.get(name.lower())
        if found is None:
            raise Refused(ERROR_INVALID_OBJECT_IDENTIFIER, name)
        return found

    def state(self, name: str) -> State:
        """A pool's state as the runtime interface has it; Unknown where nobody can say."""
        if not self._runs() or (self._switches.pools_unknown_without_w3svc and not self._web_runs()):
            return State.UNKNOWN
        found = self._known.get(name.lower())
        return State.UNKNOWN if found is None else found.state

    def workers(self) -> list[Worker]:
        """All worker processes, by pool."""
        return [worker for pool in self._known.values() for worker in pool.workers]

    def _entry(self, name: str) -> Entry:
        entry = self._config.pool(name, self._config.kept())
        if entry is None:
            raise Refused(ERROR_INVALID_OBJECT_IDENTIFIER, name)
        return entry

    def _limit(self, name: str) -> float:
        """shutdownTimeLimit, the default where the pool isn't configured any more."""
        entry = self._config.pool(name, self._config.kept())
        return 90.0 if entry is None else entry.seconds("processModel.shutdownTimeLimit")

    def _require_was(self) -> None:
        if not self._runs():
            raise Refused(self._switches.was_down_code)

    # ------------------------------------------------------------------ commands

    def start(self, name: str) -> None:
        """Start. Raises Refused."""
        self._require_was()
        pool = self.runtime(name)
        if pool.state is State.STARTED:
            if self._switches.pool_started_code:
                raise Refused(self._switches.pool_started_code, name)
            return
        if pool.state is not State.STOPPED:
            raise Refused(ERROR_SERVICE_CANNOT_ACCEPT_CTRL, name)
        pool.failures.clear()
        self._pass(pool, State.STARTING, State.STARTED, self._switches.pool_seconds)

    def stop(self, name: str) -> None:
        """Begin to stop. Raises Refused."""
        self._require_was()
        pool = self.runtime(name)
        if pool.state is State.STOPPED:
            raise Refused(self._switches.pool_stopped_code, name)
        if pool.state is State.STOPPING:
            return
        self._begin_stop(pool)

    def recycle(self, name: str) -> None:
        """Replace the worker process, if there is one. Raises Refused."""
        self._require_was()
        pool = self.runtime(name)
        if pool.state is State.STOPPED:
            raise Refused(self._switches.pool_stopped_code, name)
        if pool.state is not State.STARTED:
            raise Refused(ERROR_SERVICE_CANNOT_ACCEPT_CTRL, name)
        for worker in pool.serving:
            if "OnDemand" in self._entry(name).text("recycling.logEventOnRecycle"):
                self._events.recycled_on_demand(pool.name, worker.pid)
        self._replace(pool)

    def _replace(self, pool: PoolRuntime) -> None:
        old = pool.serving
        if not old:
            return
        pool.recycles += 1
        overlapped = not self._entry(pool.name).flag("recycling.disallowOverlappingRotation")
        if overlapped:
            self._spawn(pool)
        for worker in old:
            self._retire(pool, worker, None if overlapped else lambda: self._respawn(pool))

    def _respawn(self, pool: PoolRuntime) -> None:
        if pool.state is State.STARTED and not pool.serving:
            self._spawn(pool)

    # ------------------------------------------------------------------ states

    def _pass(self, pool: PoolRuntime, passing: State, final: State, seconds: float) -> None:
        pool.state = passing
        if pool.timer is not None:
            pool.timer.cancel()
        if seconds <= 0:
            self._settle(pool, final)
        else:
            pool.timer = self._clock.call_later(seconds, lambda: self._settle(pool, final))

    def _settle(self, pool: PoolRuntime, state: State) -> None:
        pool.timer = None
        pool.state = state
        pool.since = self._clock.monotonic()
        if state is State.STARTED and self._always_running(pool):
            self._respawn(pool)

    def _always_running(self, pool: PoolRuntime) -> bool:
        entry = self._config.pool(pool.name, self._config.kept())
        return entry is not None and entry.text("startMode") == "AlwaysRunning"

    def _begin_stop(self, pool: PoolRuntime) -> None:
        if not pool.workers:
            self._pass(pool, State.STOPPING, State.STOPPED, self._switches.pool_seconds)
            return
        if pool.timer is not None:
            pool.timer.cancel()
        pool.state = State.STOPPING
        for worker in list(pool.serving):
            self._retire(pool, worker, lambda: self._stopped_if_empty(pool))

    def _stopped_if_empty(self, pool: PoolRuntime) -> None:
        if pool.state is State.STOPPING and not pool.workers:
            self._settle(pool, State.STOPPED)

    # ------------------------------------------------------------------ worker processes

    def serve(self, name: str, seconds: float = 0.0, *, hang: bool = False) -> int:
        """A request arrives for a pool, as the application names it, with case: the HTTP status it gets."""
        pool = self._known.get(name.lower())
        if pool is None or pool.name != name or pool.state is not State.STARTED or not self._runs():
            return 503
        worker = pool.serving[0] if pool.serving else self._spawn(pool)
        self._workers.serve(worker, seconds, hang=hang)
        self._watch_idle(pool)
        return 200

    def run(self, name: str) -> None:
        """Have a worker process, as after a request."""
        pool = self.runtime(name)
        if pool.state is State.STARTED and not pool.serving:
            self._spawn(pool)
            self._watch_idle(pool)

    def _watch_idle(self, pool: PoolRuntime) -> None:
        """End the worker process idleTimeout after the last request; 0 means never."""
        if pool.idle is not None:
            pool.idle.cancel()
            pool.idle = None
        limit = self._entry(pool.name).seconds("processModel.idleTimeout")
        last = max((worker.busy_until for worker in pool.serving), default=0.0)
        if limit and last != float("inf") and not self._always_running(pool):
            wait = max(0.0, last - self._clock.monotonic()) + limit
            pool.idle = self._clock.call_later(wait, lambda: self._idle(pool))

    def _idle(self, pool: PoolRuntime) -> None:
        pool.idle = None
        for worker in pool.serving:
            self._retire(pool, worker)

    def _spawn(self, pool: PoolRuntime) -> Worker:
        entry = self._entry(pool.name)
        mode = 0 if entry.text("managedPipelineMode") == "Integrated" else 1
        runtime = entry.text("managedRuntimeVersion")
        worker = self._workers.start(pool.name, runtime, mode, lambda dead: self._died(pool, dead))
        pool.workers.append(worker)
        pool.created += 1
        return worker

    def _retire(self, pool: PoolRuntime, worker: Worker, then: Callable[[], None] | None = None) -> None:
        def ended(killed: bool) -> None:
            if worker in pool.workers:
                pool.workers.remove(worker)
            if killed:
                self._events.killed_at_the_limit(pool.name, worker.pid)
            if then is not None:
                then()
            self._stopped_if_empty(pool)

        self._workers.end(worker, self._limit(pool.name), ended)

    def _died(self, pool: PoolRuntime, worker: Worker) -> None:
        """Somebody killed the process, or it crashed."""
        self._workers.remove(worker)
        if worker in pool.workers:
            pool.workers.remove(worker)
        if pool.state is not State.STARTED or worker.ending is not None:
            self._stopped_if_empty(pool)
            return
        self._events.worker_died(pool.name, worker.pid)
        now = self._clock.monotonic()
        entry = self._entry(pool.name)
        window = entry.seconds("failure.rapidFailProtectionInterval")
        pool.failures = [*(moment for moment in pool.failures if now - moment <= window), now]
        pool.failed_total += 1
        if entry.flag("failure.rapidFailProtection") and len(pool.failures) >= entry.number(
            "failure.rapidFailProtectionMaxCrashes"
        ):
            self._events.disabled_after_failures(pool.name)
            pool.state = State.STOPPED
        elif self._always_running(pool):
            self._respawn(pool)

    # ------------------------------------------------------------------ services and configuration

    def service_started(self) -> None:
        """Pools come up by autoStart, whatever was stopped before."""
        for pool in self._known.values():
            self._forget_timers(pool)
        self._known.clear()
        self.refresh()

    def service_stopping(self) -> float:
        """W3SVC or WAS stops: seconds until every worker process has ended."""
        times = [self._workers.seconds_to_end(w, self._limit(w.pool))[0] for w in self.workers() if w.ending is None]
        for pool in self._known.values():
            for worker in list(pool.serving):
                self._retire(pool, worker)
        return max(times, default=0.0)

    def service_stopped(self, *, forget: bool) -> None:
        """No worker process is left; with ``forget``, states neither."""
        for pool in self._known.values():
            self._forget_timers(pool)
            for worker in pool.workers:
                self._workers.remove(worker)
            pool.workers.clear()
            if pool.state in (State.STARTING, State.STOPPING):
                pool.state = State.STARTED if pool.state is State.STARTING else State.STOPPED
        if forget:
            self._known.clear()

    @staticmethod
    def _forget_timers(pool: PoolRuntime) -> None:
        for timer in (pool.timer, pool.idle):
            if timer is not None:
                timer.cancel()
        pool.timer = pool.idle = None

    def refresh(self) -> None:
        """Take notice of the configuration: new pools start if they are to, others go, changed ones are recycled. Where
        it can't be read, everything stays as it is."""
        if not self._runs():
            return
        try:
            entries = {entry.name.lower(): entry for entry in self._config.pools()}
        except Refused:
            return
        names = {entry.name for entry in entries.values()}
        for folded in [folded for folded, known in self._known.items() if known.name not in names]:
            gone = self._known.pop(folded)
            self._forget_timers(gone)
            for worker in gone.workers:
                self._workers.remove(worker)
        for folded, entry in entries.items():
            signature = _signature(entry)
            pool = self._known.get(folded)
            if pool is None:
                pool = self._known[folded] = PoolRuntime(entry.name, since=self._clock.monotonic())
                if entry.flag("autoStart"):
                    self._settle(pool, State.STARTED)
            elif signature != self._signatures.get(folded):
                self._reconfigured(pool, entry)
            self._signatures[folded] = signature

    def _reconfigured(self, pool: PoolRuntime, entry: Entry) -> None:
        rotates = not entry.flag("recycling.disallowRotationOnConfigChange")
        if rotates and pool.state is State.STARTED and pool.serving:
            self._events.recycled_for_configuration(entry.name)
            self._replace(pool)

    def force(self, name: str, state: State) -> None:
        """Put a pool into a state, as a host's description asks for."""
        pool = self.runtime(name)
        pool.state = state
        pool.since = self._clock.monotonic()

    def seconds_to_settle(self, name: str) -> float:
        """How long until a pool has settled, as far as that is known now."""
        pool = self._known.get(name.lower())
        if pool is None:
            return 0.0
        now = self._clock.monotonic()
        due = [worker.ending.due for worker in pool.workers if worker.ending is not None]
        if pool.timer is not None:
            due.append(pool.timer.due)
        return max(0.0, max(due, default=now) - now)


def _signature(entry: Entry) -> str:
    """What a change of the configuration recycles a pool for: everything but autoStart (ASSUMED: IIS Manager writes it
    with each stop and start, and nothing recycles then)."""
    attributes = sorted(
        (element.tag, name, value)
        for element in entry.element.iter()
        for name, value in element.attrib.items()
        if name != "autoStart"
    )
    return repr(attributes)
