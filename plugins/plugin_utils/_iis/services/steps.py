# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change of services consists of: steps, the plan that they make up, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from ..context import Note
from ..windows.graph import ServiceGraph
from ..windows.services import ServiceState, StartMode


class WantedState(str, Enum):
    """What can be asked of services."""

    STARTED = "started"
    STOPPED = "stopped"
    RESTARTED = "restarted"
    PAUSED = "paused"

    def __str__(self) -> str:
        return self.value


class Method(str, Enum):
    """Who carries a change out: IISReset, or the service control manager."""

    IISRESET = "iisreset"
    SCM = "scm"

    def __str__(self) -> str:
        return self.value


class Action(str, Enum):
    """What one step does."""

    WAIT = "wait"
    SET_START_MODE = "set the start mode of"
    STOP = "stop"
    START = "start"
    START_REST = "start what iisreset leaves stopped:"
    PAUSE = "pause"
    RESUME = "resume"
    IISRESET_RESTART = "iisreset /restart"
    IISRESET_STOP = "iisreset /stop"
    IISRESET_START = "iisreset /start"

    def __str__(self) -> str:
        return self.value


IISRESET_ACTIONS = frozenset({Action.IISRESET_RESTART, Action.IISRESET_STOP, Action.IISRESET_START})
STOPPING_ACTIONS = frozenset({Action.STOP, Action.IISRESET_RESTART, Action.IISRESET_STOP})


@dataclass(frozen=True)
class Desired:
    """What is asked for. ``everything`` means that the targets are the ``roots`` of IIS and their direct dependents.

    ``noted`` is what an interrupted run left to be brought back.
    """

    targets: tuple[str, ...]
    state: WantedState | None
    everything: bool = False
    method: Method = Method.SCM
    start_mode: StartMode | None = None
    noted: Note = field(default_factory=Note)
    roots: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One action on the services (keys) that it can be done to at the same time."""

    action: Action
    services: tuple[str, ...]

    def words(self, graph: ServiceGraph) -> str:
        """Say the step to an administrator: ``stop W3SVC, MSFTPSVC``."""
        names = ", ".join(graph.services[key].name for key in self.services)
        if self.action is Action.WAIT:
            return f"wait until {names} is in a settled state"
        return f"run {self.action} ({names})" if self.action in IISRESET_ACTIONS else f"{self.action} {names}"


@dataclass(frozen=True)
class Plan:
    """The way from what is to what is wanted.

    ``refusals`` say why it can't be done; a plan with refusals has no steps. ``is_disabled`` says that one of them is a
    disabled service. ``notes`` are what an administrator should know beforehand. ``stops`` is what will be stopped,
    ``runs`` what has to run when all is done (of what the plan touches), ``tries`` what is started besides but need not
    run, and ``after`` every touched service's state then.
    """

    steps: tuple[Step, ...] = ()
    refusals: tuple[str, ...] = ()
    is_disabled: bool = False
    notes: tuple[str, ...] = ()
    stops: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()
    tries: frozenset[str] = frozenset()
    after: Mapping[str, ServiceState] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do, nor anything in the way."""
        return not self.steps and not self.refusals

    @property
    def waits(self) -> tuple[str, ...]:
        """The services that are on their way somewhere and have to arrive first."""
        return tuple(key for step in self.steps if step.action is Action.WAIT for key in step.services)

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that change something, in order."""
        return tuple(step for step in self.steps if step.action is not Action.WAIT)

    @property
    def uses_iisreset(self) -> bool:
        """Whether iisreset.exe has a part in it."""
        return any(step.action in IISRESET_ACTIONS for step in self.steps)


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
