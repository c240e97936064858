# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving services from state to state through the service control manager (Win32_Service).

A return code of 0 means that the request was accepted, nothing more: the state is read until the service has
arrived. A service that doesn't take the control just now (return code 5, Win32 0x425) is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..._wsman.errors import Fault, OutcomeUnknown
from .. import codes
from ..context import Context
from ..waiting import Deadline, TimedOut, patiently, persistently, wait_until
from .graph import ServiceGraph
from .services import Service, ServiceState, StartMode, read_services, service_path

#: Return codes after which the state shows what happened: cannot accept control now, not active, no answer in time,
#: already running, database locked, already paused.
_LOOK_AGAIN = frozenset({5, 6, 7, 10, 11, 24})
_ACCEPTED = 0
_MOST_TRIES = 3

#: How often a service has to be seen in its old state after an accepted start, to say that the start failed.
_FELL_BACK = 2

_MODE_NAMES = {StartMode.AUTO: "Automatic", StartMode.MANUAL: "Manual", StartMode.DISABLED: "Disabled"}


@dataclass(frozen=True)
class Move:
    """A way to a state: which method to call in which state."""

    verb: str
    goal: ServiceState
    methods: Mapping[ServiceState, str]


STOP = Move(
    "stop",
    ServiceState.STOPPED,
    {ServiceState.STARTED: "StopService", ServiceState.PAUSED: "StopService"},
)
#: A paused service is resumed, not started (StartService refuses it).
START = Move(
    "start",
    ServiceState.STARTED,
    {ServiceState.STOPPED: "StartService", ServiceState.PAUSED: "ResumeService"},
)
PAUSE = Move("pause", ServiceState.PAUSED, {ServiceState.STARTED: "PauseService"})


@dataclass
class Moved:
    """How a move ended: the services as last read, and for each that didn't arrive the reason in words."""

    services: dict[str, Service]
    failures: dict[str, str]


def move_services(context: Context, graph: ServiceGraph, keys: Iterable[str], move: Move, deadline: Deadline) -> Moved:
    """Bring services to a state, all at once, and wait until each has arrived or failed, or the deadline is there."""
    drive = _Drive(context, graph, tuple(keys), move, deadline)
    try:
        wait_until(context, drive.advance, bool, deadline.left, words=lambda _done: _states(drive.unsettled()))
    except TimedOut as late:
        drive.give_up(late.waited)
    return Moved(drive.services, drive.failures)


def wait_for_services(
    context: Context, names: Iterable[str], arrived: Callable[[dict[str, Service]], bool], deadline: Deadline
) -> dict[str, Service]:
    """Read services, in one request at a time, until ``arrived`` accepts them; at the deadline as they are.

    A host that can't be reached or refuses is asked again until then. Raises Fault or HostUnreachable when it does so
    to the end.
    """
    wanted = list(names)
    if not wanted:
        return {}
    try:
        return wait_until(
            context,
            lambda: persistently(context, deadline, lambda: read_services(context, wanted)),
            arrived,
            deadline.left,
            words=lambda now: _states(service for service in now.values() if service.state.is_pending),
        )
    except TimedOut as late:
        services: dict[str, Service] = late.last
        return services


def settle_services(
    context: Context, graph: ServiceGraph, keys: Iterable[str], deadline: Deadline
) -> dict[str, Service]:
    """Wait until none of the services is pending any more, and return them as last read, settled or not."""
    names = [graph.services[key].name for key in keys]
    return wait_for_services(
        context, names, lambda now: not any(service.state.is_pending for service in now.values()), deadline
    )


def change_start_mode(context: Context, service: Service, mode: StartMode) -> str | None:
    """Set a service's start mode. Returns None when it is so now, or why it isn't, in words."""
    answer = ""
    try:
        result = context.host.invoke(service_path(service.name), "ChangeStartMode", {"StartMode": _MODE_NAMES[mode]})
        if result.return_value not in (_ACCEPTED, None):
            answer = codes.describe_service_return(result.return_value)
    except OutcomeUnknown:
        answer = "the answer was lost"
    except Fault as fault:
        answer = codes.describe_fault(fault)
    now = read_services(context, [service.name]).get(service.key)
    if now is not None and now.start_mode is mode:
        return None
    return answer or f"the host accepted the change, but the start mode still is {now.start_mode if now else 'unknown'}"


def _states(services: Iterable[Service]) -> str:
    return ", ".join(f"{service.name} is {service.state}" for service in services)


class _Drive:
    def __init__(
        self, context: Context, graph: ServiceGraph, keys: tuple[str, ...], move: Move, deadline: Deadline
    ) -> None:
        self.context = context
        self.graph = graph
        self.move = move
        self.deadline = deadline
        self.services: dict[str, Service] = {}
        self.failures: dict[str, str] = {}
        self.left = list(keys)
        self.tries: dict[str, int] = {}
        self.answers: dict[str, int | None] = {}
        self.refusals: dict[str, str] = {}
        self.fallen_back: dict[str, int] = {}

    def advance(self) -> bool:
        """Read the states once, ask what has to be asked, and return whether nothing is left to wait for."""
        if not self.left:
            return True
        names = [self.graph.services[key].name for key in self.left]
        fresh = persistently(self.context, self.deadline, lambda: read_services(self.context, names))
        self.services.update(fresh)
        for key in list(self.left):
            service = fresh.get(key)
            if service is None:
                self.fail(key, "isn't installed any more")
            elif service.state is self.move.goal:
                self.left.remove(key)
            elif not service.state.is_pending:
                self.consider(service)
        return not self.left

    def unsettled(self) -> list[Service]:
        """The services that have not arrived, as last read."""
        return [self.services[key] for key in self.left]

    def consider(self, service: Service) -> None:
        key, method = service.key, self.move.methods.get(service.state)
        if method is None:
            self.fail(key, f"is {service.state}, so it can't be asked to {self.move.verb}")
        elif key not in self.answers:
            self.ask(service, method)
        elif self.answers[key] == _ACCEPTED:
            self.has_fallen_back(service)
        elif self.tries[key] < _MOST_TRIES:
            self.ask(service, method)
        else:
            answer = self.answers[key]
            words = "its answers were lost" if answer is None else codes.describe_service_return(answer)
            refused = f"refused to {self.move.verb} {_MOST_TRIES} times: {words}"
            self.fail(key, self.refusals.get(key, refused))

    def has_fallen_back(self, service: Service) -> None:
        if self.move is not START:
            return
        seen = self.fallen_back[service.key] = self.fallen_back.get(service.key, 0) + 1
        if seen >= _FELL_BACK:
            code = f" with {service.exit_words}" if service.exit_code else ""
            self.fail(service.key, f"was started, but stopped again{code}; check the event log of the host")

    def ask(self, service: Service, method: str) -> None:
        key = service.key
        self.tries[key] = self.tries.get(key, 0) + 1
        try:
            answer = patiently(
                self.context,
                self.deadline,
                lambda: self.context.host.invoke(service_path(service.name), method).return_value,
            )
        except OutcomeUnknown:
            self.answers[key] = None
            return
        except Fault as fault:
            # Busy, at its limits: asking again does no harm, and giving up would leave other services down.
            self.answers[key] = None
            self.refusals[key] = f"could not be asked to {self.move.verb}: {codes.describe_fault(fault)}"
            return
        self.answers[key] = answer
        self.refusals.pop(key, None)
        if answer is not None and answer != _ACCEPTED and answer not in _LOOK_AGAIN:
            self.fail(key, f"refused to {self.move.verb}: {codes.describe_service_return(answer)}")

    def fail(self, key: str, words: str) -> None:
        self.failures[key] = words
        self.left.remove(key)

    def give_up(self, waited: float) -> None:
        for key in list(self.left):
            service = self.services[key]
            process = f"; its process is {service.process_id}" if service.process_id else ""
            self.fail(key, f"still is {service.state} after {waited:.0f} s{process}")
