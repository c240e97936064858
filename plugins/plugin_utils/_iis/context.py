# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The narrow doors between the domain and the world: a host, a clock, an operator, notes.

The domain knows no XML, no WinRM library and no Ansible. It reads and changes a Windows host through
:class:`WindowsHost`, waits through :class:`Clock`, tells the operator what it is doing through :class:`Operator`, and
leaves word for the next run in :class:`Notes`, so each can be replaced by a plain model in a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from .._wsman.values import Argument, CommandResult, Instance, MethodResult, ObjectPath

T = TypeVar("T")

CIMV2 = "root/cimv2"
DEFAULT = "root/default"


class WindowsHost(Protocol):
    """WMI and a command shell on one Windows host.

    Every method may raise any :class:`~.._wsman.errors.WsManError`: HostUnreachable, OutcomeUnknown
    (only from put_property, invoke and run), Fault, MalformedAnswer. Reads are repeated on a lost
    connection by the implementation; changes never are.
    """

    def query(self, namespace: str, wql: str, *, limit: float | None = None) -> list[Instance]:
        """Run a WQL query and return all rows, following every Pull.

        A host that takes longer is asked once more, with all the time that hosts grant. With a ``limit`` (seconds) it
        is not: Fault 2150858793.
        """

    def get(self, path: ObjectPath) -> Instance:
        """Read one whole object."""

    def put_property(self, path: ObjectPath, name: str, value: Argument) -> None:
        """Write one property by a fragment Put (MS-WSMV 3.1.4.1.2)."""

    def invoke(self, path: ObjectPath, method: str, arguments: Mapping[str, Argument] | None = None) -> MethodResult:
        """Call a method of an object, or a static one when the path has no keys. It counts as a change."""

    def ask(self, path: ObjectPath, method: str, arguments: Mapping[str, Argument] | None = None) -> MethodResult:
        """Call a method that only reads (StdRegProv's Get…, GetCurrentMode, EnumBackups): repeated like any read."""

    def run(self, program: str, *arguments: str, timeout: float) -> CommandResult:
        """Run a program in a WinRS shell and wait for its end, at most ``timeout`` seconds.

        Arguments are quoted for cmd.exe; one that can't be quoted raises ValueError before anything is sent.
        Raises OutcomeUnknown when the program didn't end in time; the shell is then terminated.
        """

    def reconnect(self) -> None:
        """Drop the session, so that the next request authenticates on a new connection."""


class Clock(Protocol):
    """Time as the controller measures it."""

    def monotonic(self) -> float:
        """Seconds, from an arbitrary start, never going back."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Operator(Protocol):
    """The person or pipeline that watches."""

    def progress(self, message: str, reason: str = "") -> None:
        """One line about what is going on now, and why, shown while a long step runs."""

    def still(self, detail: str = "") -> None:
        """What :meth:`progress` said last goes on: shown from time to time, however often this is called."""

    def warn(self, message: str) -> None:
        """Something the operator should know although the task goes on."""


@dataclass(frozen=True)
class Note:
    """Services (keys) and sites (metabase keys) that ran before an outage, and have to run again after it.

    ``unsaved``: a change is in memory, and has to be saved. ``since`` is when it began, by the controller's clock;
    None is now.
    """

    services: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    since: datetime | None = None
    unsaved: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.services or self.sites or self.unsaved)


class Notes(Protocol):
    """What the controller remembers of a host between runs. Failing to is a warning, never an error."""

    def read(self) -> Note:
        """What a run that didn't end left here, as long as it counts; else an empty note."""

    def write(self, note: Note) -> None:
        """Keep a note instead of the former one; an empty one ends it."""


class NoNotes:
    """Nothing is remembered."""

    def read(self) -> Note:
        """Nothing."""
        return Note()

    def write(self, note: Note) -> None:
        """Keep nothing."""


class Memory:
    """What a task has found out about its host and what can't change meanwhile, each thing under a name of its own."""

    def __init__(self) -> None:
        self._things: dict[str, Any] = {}

    def recall(self, name: str) -> Any:
        """What was kept under a name, or None."""
        return self._things.get(name)

    def keep(self, name: str, thing: T) -> T:
        """Keep a thing, and return it."""
        self._things[name] = thing
        return thing


@dataclass(frozen=True)
class Context:
    """What every operation of the domain is given.

    ``over_tls`` says whether the host is reached over HTTPS, ``is_later`` whether an answer of this task said that its
    Windows is later than Server 2003: a hint that costs nothing, and that may be missing.
    """

    host: WindowsHost
    clock: Clock
    operator: Operator
    check_mode: bool = False
    over_tls: Callable[[], bool] = lambda: False
    is_later: Callable[[], bool] = lambda: False
    notes: Notes = field(default_factory=NoNotes)
    memory: Memory = field(default_factory=Memory)
