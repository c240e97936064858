# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How services come to their states: through pending ones, in simulated time, one waiting for another.

The parts that nobody decides any more once a start, a stop or a pause was accepted; the decisions are in
:mod:`simulator.windows.scm`.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.clock import Clock
from simulator.windows import scm_events
from simulator.windows.codes import ServiceReturn, Win32
from simulator.windows.event_log import EventLog
from simulator.windows.process_groups import ProcessGroups
from simulator.windows.processes import ProcessTable
from simulator.windows.service import HangPhase, Service, ServiceState
from simulator.windows.service_database import ServiceDatabase

CONNECT_TIMEOUT = 30.0
"""Seconds the SCM waits for a service process to connect, then 1053 (ServicesPipeTimeout, KB839803)."""

DEPENDENCY_PATIENCE = 120.0
"""ASSUMED: seconds a start waits for dependencies that do not come up."""


class ServiceTransitions(ServiceDatabase):
    """Carries out what was accepted."""

    def __init__(self, clock: Clock, processes: ProcessTable, event_log: EventLog) -> None:
        super().__init__()
        self._clock = clock
        self._events = event_log
        self._groups = ProcessGroups(processes, self._process_died)
        self._dispatch: dict[str, list[Callable[[int], None]]] = {}
        self._listeners: list[Callable[[Service], None]] = []

    def add(self, service: Service) -> Service:
        """Install a service. One that is given as Running gets its process at once."""
        self._store(service)
        if service.state is not ServiceState.STOPPED:
            service.exit_code = int(Win32.SUCCESS)
            self._groups.join(service)
        return service

    def add_running(self, service: Service) -> None:
        """Install a service that runs, unless it can't: it is stopped then, with the error that it met."""
        error = service.behaviour.before_start()
        service.state = ServiceState.STOPPED if error else ServiceState.RUNNING
        self.add(service)
        if error:
            service.exit_code = error
        else:
            service.behaviour.on_started()

    def place(self, service: Service, state: ServiceState, image: str = "") -> None:
        """Have an installed service in a state, and in the process of an image, without the way there."""
        self._groups.leave(service)
        service.image = image or service.image
        service.state = state
        self.add(service)

    def on_state_changed(self, listener: Callable[[Service], None]) -> None:
        """Tell the listener of every change of a service's state."""
        self._listeners.append(listener)

    def _process_died(self, victims: list[Service]) -> None:
        raise NotImplementedError

    # ------------------------------------------------------------------ coming up

    def _begin_start(self, service: Service) -> None:
        service.exit_code = int(Win32.SUCCESS)
        service.service_exit_code = 0
        service.waiting = True
        self._set_state(service, ServiceState.START_PENDING)
        for dependency in self.dependencies(service):
            if dependency.state is ServiceState.STOPPED and service.waiting:
                self._begin_start(dependency)
        if service.waiting and not self._go_if_ready(service):
            self._arm(service, DEPENDENCY_PATIENCE, lambda: self._dependency_failed(service, None))

    def _go_if_ready(self, service: Service) -> bool:
        if any(not _up(dependency) for dependency in self.dependencies(service)):
            return False
        self._disarm(service)
        service.waiting = False
        self._launch(service)
        return True

    def _launch(self, service: Service) -> None:
        if "connecting" in service.hung:
            self._groups.join(service)
            self._arm(service, CONNECT_TIMEOUT, lambda: self._connect_timed_out(service))
            return
        error = int(service.behaviour.before_start())
        self._groups.join(service)
        self._answer_start(service, ServiceReturn.SUCCESS)
        if error:
            self._arm(service, service.start_seconds, lambda: self._stopped(service, error))
        elif "starting" not in service.hung:
            self._arm(service, service.start_seconds, lambda: self._started(service))

    def _started(self, service: Service) -> None:
        self._set_state(service, ServiceState.RUNNING, service.behaviour.on_started)

    def _connect_timed_out(self, service: Service) -> None:
        scm_events.connect_timed_out(self._events, service, CONNECT_TIMEOUT)
        self._fail_start(service, Win32.SERVICE_REQUEST_TIMEOUT, ServiceReturn.REQUEST_TIMEOUT)

    def _dependency_failed(self, service: Service, culprit: Service | None) -> None:
        scm_events.dependency_failed(self._events, service, culprit, culprit.exit_code if culprit else 0)
        self._fail_start(service, Win32.SERVICE_DEPENDENCY_FAIL, ServiceReturn.DEPENDENCY_FAILURE)

    def _fail_start(self, service: Service, error: int, answer: int) -> None:
        self._disarm(service)
        service.waiting = False
        service.exit_code = int(error)
        self._groups.leave(service)
        self._set_state(service, ServiceState.STOPPED)
        self._answer_start(service, answer)

    def _answer_start(self, service: Service, answer: int) -> None:
        for dispatched in self._dispatch.pop(service.name.lower(), ()):
            dispatched(answer)

    # ------------------------------------------------------------------ going down, pausing, going on

    def _begin_stop(self, service: Service) -> None:
        self._set_state(service, ServiceState.STOP_PENDING, service.behaviour.on_stopping)
        self._settle(service, "stopping", service.stop_seconds, lambda entry: self._stopped(entry, Win32.SUCCESS))

    def _settle(self, service: Service, phase: HangPhase, seconds: float, finish: Callable[[Service], None]) -> None:
        if phase not in service.hung:
            self._arm(service, seconds, lambda: finish(service))

    def _paused(self, service: Service) -> None:
        self._set_state(service, ServiceState.PAUSED, service.behaviour.on_paused)

    def _continued(self, service: Service) -> None:
        self._set_state(service, ServiceState.RUNNING, service.behaviour.on_continued)

    def _stopped(self, service: Service, error: int) -> None:
        service.exit_code = int(error)
        self._groups.leave(service)
        if error:
            scm_events.terminated_with_error(self._events, service)
        self._set_state(service, ServiceState.STOPPED, lambda: service.behaviour.on_stopped(False))

    def release(self, name: str) -> None:
        """End a hang: a pending service goes on from where it hung."""
        service = self.get(name)
        service.unhang()
        if service.timer is not None or service.waiting:
            return
        if service.state is ServiceState.START_PENDING:
            self._arm(service, service.start_seconds, lambda: self._started(service))
        elif service.state is ServiceState.STOP_PENDING:
            self._arm(service, service.stop_seconds, lambda: self._stopped(service, Win32.SUCCESS))
        elif service.state is ServiceState.PAUSE_PENDING:
            self._arm(service, service.pause_seconds, lambda: self._paused(service))
        elif service.state is ServiceState.CONTINUE_PENDING:
            self._arm(service, service.pause_seconds, lambda: self._continued(service))

    # ------------------------------------------------------------------ inner workings

    def _arm(self, service: Service, seconds: float, callback: Callable[[], None]) -> None:
        self._disarm(service)
        if seconds <= 0:
            callback()
            return

        def due() -> None:
            service.timer = None
            callback()

        service.timer = self._clock.call_later(seconds, due)

    @staticmethod
    def _disarm(service: Service) -> None:
        if service.timer is not None:
            service.timer.cancel()
            service.timer = None

    def _set_state(self, service: Service, state: ServiceState, then: Callable[[], None] | None = None) -> None:
        service.state = state
        if then is not None:
            then()
        self._announce(service)

    def _announce(self, service: Service) -> None:
        scm_events.entered(self._events, service)
        for listener in list(self._listeners):
            listener(service)
        if _up(service):
            for waiter in self._waiters(service):
                self._go_if_ready(waiter)
        elif service.state is ServiceState.STOPPED:
            for waiter in self._waiters(service):
                self._dependency_failed(waiter, service)

    def _waiters(self, service: Service) -> list[Service]:
        return [entry for entry in self.dependents(service.name) if entry.waiting]


def _up(service: Service) -> bool:
    return service.state in (
        ServiceState.RUNNING,
        ServiceState.PAUSED,
        ServiceState.PAUSE_PENDING,
        ServiceState.CONTINUE_PENDING,
    )
