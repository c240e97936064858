# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows the death of a service's process: the failure is counted, and the recovery action taken in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from simulator.clock import Clock
from simulator.windows import scm_events
from simulator.windows.event_log import EventLog
from simulator.windows.recovery import INFINITE, ActionType
from simulator.windows.service import Service


class Surroundings(Protocol):
    """What recovery actions need of the machine."""

    def run_recovery_command(self, command_line: str) -> None:
        """Start the program of a recovery action."""

    def reboot(self, delay: float = 0.0) -> None:
        """Restart the machine."""


class FailureActions:
    """Carries out the recovery actions of one machine's services."""

    def __init__(
        self, clock: Clock, events: EventLog, start: Callable[[str], int], surroundings: Surroundings | None
    ) -> None:
        self._clock = clock
        self._events = events
        self._start = start
        self._surroundings = surroundings
        self._generation = 0

    def forget(self) -> None:
        """The machine goes down: actions that are due later don't happen."""
        self._generation += 1

    def failed(self, service: Service, *, recover: bool) -> None:
        """Count a failure, record it (7031 or 7034), and schedule the action that it calls for."""
        now = self._clock.monotonic()
        period = service.recovery.reset_seconds
        if service.failures and period != INFINITE and now - service.last_failure > period > 0:
            service.failures = 0
        service.failures += 1
        service.last_failure = now
        action = service.recovery.action_for(service.failures)
        if not recover or action.type is ActionType.NONE:
            scm_events.died(self._events, service)
            return
        scm_events.died(self._events, service, action)
        count, generation = service.failures, self._generation
        self._clock.call_later(action.delay / 1000, lambda: self._act(service, action.type, count, generation))

    def _act(self, service: Service, kind: ActionType, count: int, generation: int) -> None:
        if generation != self._generation:
            return
        if kind is ActionType.RESTART:
            refusal = self._start(service.name)
            if refusal:
                scm_events.recovery_failed(self._events, service, kind, refusal)
        elif self._surroundings is not None and kind is ActionType.RUN_COMMAND:
            self._surroundings.run_recovery_command(service.recovery.command.replace("%1%", str(count)))
        elif self._surroundings is not None and kind is ActionType.REBOOT:
            self._surroundings.reboot()
