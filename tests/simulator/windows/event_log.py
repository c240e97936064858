# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event log: System, Application and Security, with record numbers and insertion strings."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.windows.texts import Texts

CAPACITY = 4096
"""Records kept per machine; the oldest go first, as in a log that overwrites as needed."""


class EventType(enum.IntEnum):
    """Win32_NTLogEvent.EventType; the name in ``Type`` is English here as everywhere in WMI of an English host."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 3


TYPE_NAMES = {EventType.ERROR: "error", EventType.WARNING: "warning", EventType.INFORMATION: "information"}
"""Win32_NTLogEvent.Type of Server 2003 (CIMWin32Prov, win32-ntlogevent: Type)."""

_SEVERITY = {EventType.ERROR: 0xC0000000, EventType.WARNING: 0x80000000, EventType.INFORMATION: 0x40000000}


@dataclass(frozen=True, slots=True)
class Event:
    """One record. ``generated`` is the machine's own time, aware, in UTC."""

    logfile: str
    record_number: int
    source: str
    code: int
    type: EventType
    strings: tuple[str, ...]
    message: str
    generated: datetime
    category: int = 0
    category_text: str | None = None
    user: str | None = None
    data: bytes = b""

    @property
    def identifier(self) -> int:
        """EventIdentifier: the code with the severity bits (ASSUMED: no customer bit, facility 0)."""
        return _SEVERITY[self.type] | self.code


class EventLog:
    """All logs of one machine. ``stopped`` (the Eventlog service is down): nothing is recorded."""

    def __init__(self, now: Callable[[], datetime], texts: Texts) -> None:
        self._now = now
        self.texts = texts
        self._events: deque[Event] = deque(maxlen=CAPACITY)
        self._records: dict[str, int] = {}

        self.old_seconds = 0.0
        """How many seconds it takes to read what was there before this machine's first event (the log of a real host
        holds hundreds of thousands of records)."""
        self.old_days = 365.0
        """How many days those records go back; they are spread evenly."""

    def __iter__(self) -> Iterator[Event]:
        return iter(list(self._events))

    def __len__(self) -> int:
        return len(self._events)

    def write(
        self,
        source: str,
        code: int,
        type: EventType = EventType.INFORMATION,
        strings: Sequence[str] = (),
        *,
        message: str | None = None,
        logfile: str = "System",
        category: int = 0,
        category_text: str | None = None,
        user: str | None = None,
        data: bytes = b"",
    ) -> Event:
        """Record an event. Without ``message`` the text comes from the table of texts, strings filled in."""
        number = self._records.get(logfile, 0) + 1
        self._records[logfile] = number
        text = message if message is not None else self.texts.event(source, code, strings)
        event = Event(
            logfile,
            number,
            source,
            code,
            type,
            tuple(strings),
            text,
            self._now(),
            category,
            category_text,
            user,
            data,
        )
        self._events.append(event)
        return event

    def seconds_to_read(self, since: datetime | None) -> float:
        """How long it takes to read the log back to a moment; None: all of it."""
        if since is None:
            return self.old_seconds
        days = (self._now() - since) / timedelta(days=1)
        return self.old_seconds * min(1.0, max(0.0, days / self.old_days))

    def find(self, code: int, source: str | None = None) -> list[Event]:
        """The events with this code (and source), oldest first."""
        return [
            event
            for event in self._events
            if event.code == code and (source is None or event.source.lower() == source.lower())
        ]
