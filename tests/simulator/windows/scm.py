# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service control manager: starts, stops and watches services as Server 2003 does.

Return values are those of Win32_Service (:class:`ServiceReturn`). Known: dependencies are started first and running
dependents refuse a stop (ControlService, StartService: winsvc documentation); the ExitCode of a service whose process
died is 1067; the events' numbers. ASSUMED, where nothing public says it:

* a service whose dependencies are still coming up shows Start Pending;
* a dependency that is pending for more than ``DEPENDENCY_PATIENCE`` seconds fails its dependents with 1068;
* pausing a paused service gives 24, resuming a running one 10, a control the service does not take 4.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from simulator.clock import Clock
from simulator.windows import scm_events
from simulator.windows.codes import ServiceReturn, Win32
from simulator.windows.event_log import EventLog
from simulator.windows.failures import FailureActions, Surroundings
from simulator.windows.processes import ProcessTable
from simulator.windows.service import Service, ServiceBehaviour, ServiceState, StartMode
from simulator.windows.transitions import ServiceTransitions

__all__ = ["Service", "ServiceBehaviour", "ServiceControlManager", "ServiceState", "StartMode"]

CRITICAL_DELAY = 60.0
"""Seconds until the system restarts because a process that it can't do without is gone."""

_MODES = {mode.value.lower(): mode for mode in StartMode} | {"automatic": StartMode.AUTO}


class ServiceControlManager(ServiceTransitions):
    """Moves the services of one machine."""

    def __init__(
        self, clock: Clock, processes: ProcessTable, event_log: EventLog, surroundings: Surroundings | None = None
    ) -> None:
        super().__init__(clock, processes, event_log)
        self._failures = FailureActions(clock, event_log, self.start, surroundings)
        self._surroundings = surroundings
        self._going_down = False
        self.on_config_changed: Callable[[Service], None] | None = None
        """Told when the SCM itself changes a service's configuration (it then writes the registry)."""

    # ------------------------------------------------------------------ start

    def start(self, name: str, dispatched: Callable[[int], None] | None = None) -> int:
        """Begin to start a service and what it depends on.

        Returns what is known at once; ``dispatched`` is told the answer that StartService gives, which waits for the
        dependencies and for the service's process to connect.
        """
        service = self.get(name)
        refusal = ServiceReturn.UNKNOWN_FAILURE if self._going_down else self._start_refusal(service)
        if refusal:
            return refusal
        if dispatched is not None:
            self._dispatch.setdefault(service.name.lower(), []).append(dispatched)
        scm_events.control_sent(self._events, service, "start")
        self._begin_start(service)
        return ServiceReturn.SUCCESS

    async def start_and_wait(self, name: str) -> int:
        """StartService as its caller sees it: returns when the service has begun to start, or has failed to."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        code = self.start(name, lambda result: None if answer.done() else answer.set_result(result))
        return code or await answer

    def _start_refusal(self, service: Service, seen: tuple[str, ...] = ()) -> int:
        if service.state is not ServiceState.STOPPED:
            return ServiceReturn.ALREADY_RUNNING if not seen else ServiceReturn.SUCCESS
        if service.start_mode is StartMode.DISABLED:
            return ServiceReturn.DISABLED if not seen else ServiceReturn.DEPENDENCY_FAILURE
        path = (*seen, service.name.lower())
        for name in service.depends_on:
            if name.lower() in path:
                return ServiceReturn.CIRCULAR_DEPENDENCY
            dependency = self.find(name)
            if dependency is None:
                return ServiceReturn.DEPENDENCY_DELETED
            refusal = self._start_refusal(dependency, path)
            if refusal:
                if refusal == ServiceReturn.DEPENDENCY_FAILURE:
                    scm_events.dependency_failed(self._events, service, dependency, Win32.SERVICE_DISABLED)
                return refusal
        return ServiceReturn.SUCCESS

    # ------------------------------------------------------------------ controls

    def stop(self, name: str) -> int:
        """Send the stop control; 3 while a dependent is not stopped."""
        service = self.get(name)
        refusal = self._control_refusal(service, service.accepts_stop)
        if refusal:
            return refusal
        if any(entry.state is not ServiceState.STOPPED for entry in self.dependents(name)):
            return ServiceReturn.DEPENDENT_SERVICES_RUNNING
        scm_events.control_sent(self._events, service, "stop")
        self._begin_stop(service)
        return ServiceReturn.SUCCESS

    def pause(self, name: str) -> int:
        """Send the pause control."""
        service = self.get(name)
        if service.state is ServiceState.PAUSED:
            return ServiceReturn.ALREADY_PAUSED
        refusal = self._control_refusal(service, service.accepts_pause)
        if refusal:
            return refusal
        scm_events.control_sent(self._events, service, "pause")
        self._set_state(service, ServiceState.PAUSE_PENDING)
        self._settle(service, "pausing", service.pause_seconds, self._paused)
        return ServiceReturn.SUCCESS

    def resume(self, name: str) -> int:
        """Send the continue control."""
        service = self.get(name)
        refusal = self._control_refusal(service, service.accepts_pause)
        if refusal:
            return refusal
        if service.state is ServiceState.RUNNING:
            return ServiceReturn.ALREADY_RUNNING
        scm_events.control_sent(self._events, service, "continue")
        self._set_state(service, ServiceState.CONTINUE_PENDING)
        self._settle(service, "continuing", service.pause_seconds, self._continued)
        return ServiceReturn.SUCCESS

    def interrogate(self, name: str) -> int:
        """Ask the service to report its state."""
        stopped = self.get(name).state is ServiceState.STOPPED
        return ServiceReturn.NOT_ACTIVE if stopped else ServiceReturn.SUCCESS

    def change_start_mode(self, name: str, mode: str | StartMode) -> int:
        """Change the start mode; ``mode`` as ChangeStartMode takes it ("Automatic", "Manual", "Disabled")."""
        service = self.get(name)
        wanted = mode if isinstance(mode, StartMode) else _MODES.get(mode.lower())
        if wanted is None or (wanted in (StartMode.BOOT, StartMode.SYSTEM) and not service.driver):
            return ServiceReturn.INVALID_PARAMETER
        before, service.start_mode = service.start_mode, wanted
        if before is not wanted:
            scm_events.start_mode_changed(self._events, service, before)
        self.config_changed(service)
        return ServiceReturn.SUCCESS

    def config_changed(self, service: Service) -> None:
        """The SCM has changed this service's configuration and writes it to the registry."""
        if self.on_config_changed is not None:
            self.on_config_changed(service)

    @staticmethod
    def _control_refusal(service: Service, accepted: bool) -> int:
        if service.state is ServiceState.STOPPED:
            return ServiceReturn.NOT_ACTIVE
        if service.state.pending:
            return ServiceReturn.CANNOT_ACCEPT_CONTROL
        return ServiceReturn.SUCCESS if accepted else ServiceReturn.INVALID_CONTROL

    # ------------------------------------------------------------------ death and recovery

    def kill(self, name: str, *, recover: bool = True) -> list[str]:
        """Kill the process of a service, and with it every service that lives there; their names, in order.

        ``recover`` False: the SCM takes no recovery action. Without lsass.exe or services.exe the system restarts in a
        minute, whatever the recovery actions say.
        """
        service = self.get(name)
        if service.state is ServiceState.STOPPED:
            return []
        victims = self._groups.members(service.pid) if service.pid else [service]
        critical = self._groups.critical(service.pid)
        self._groups.end(service.pid)
        self._bury(victims, recover)
        if critical and self._surroundings is not None:
            self._surroundings.reboot(CRITICAL_DELAY)
        return [victim.name for victim in victims]

    def _process_died(self, victims: list[Service]) -> None:
        self._bury(victims, recover=True)

    def _bury(self, victims: list[Service], recover: bool) -> None:
        for service in victims:
            self._disarm(service)
            service.waiting = False
            service.process_ended()
            service.exit_code = int(Win32.PROCESS_ABORTED)
            service.state = ServiceState.STOPPED
            service.behaviour.on_stopped(True)
        for service in victims:
            self._announce(service)
            self._answer_start(service, ServiceReturn.UNKNOWN_FAILURE)
        for service in victims:
            self._failures.failed(service, recover=recover)

    # ------------------------------------------------------------------ boot and shutdown

    def boot(self) -> None:
        """Start the Auto services, in the order their dependencies ask for; failure counts begin anew."""
        self._going_down = False
        for service in self:
            service.failures = 0
            service.exit_code = int(Win32.SERVICE_NEVER_STARTED)
            if service.driver and service.start_mode is not StartMode.DISABLED:
                service.exit_code = int(Win32.SUCCESS)
                service.state = ServiceState.RUNNING
        for service in self:
            if service.start_mode is StartMode.AUTO and service.state is ServiceState.STOPPED:
                refusal = self._start_refusal(service)
                if refusal:
                    service.exit_code = int(Win32.SERVICE_DEPENDENCY_FAIL)
                else:
                    self._begin_start(service)

    def shut_down(self) -> None:
        """Send the shutdown control: everything that can stop begins to, dependents first (ASSUMED order)."""
        self._failures.forget()
        self._going_down = True
        for service in self:
            for entry in [*self.all_dependents(service.name), service]:
                if entry.state in (ServiceState.RUNNING, ServiceState.PAUSED) and not entry.driver:
                    self._begin_stop(entry)

    def power_off(self) -> None:
        """The machine goes down: whatever still runs is cut off, without recovery and without a record."""
        self._failures.forget()
        self._going_down = True
        for service in self:
            if service.state is not ServiceState.STOPPED:
                self._disarm(service)
                service.waiting = False
                service.process_ended()
                service.state = ServiceState.STOPPED
                if not service.driver:
                    service.behaviour.on_stopped(True)
        self._groups.clear()
        self._dispatch.clear()

    def all_stopped(self) -> bool:
        """Whether no service (drivers aside) runs or is on its way."""
        return all(service.driver or service.state is ServiceState.STOPPED for service in self._services.values())
