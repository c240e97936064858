# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process table: what Win32_Process shows, and whose death takes services with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

SYSTEM_PROCESSES = ("System", "smss.exe", "csrss.exe", "winlogon.exe", "services.exe", "lsass.exe")
"""Processes that run from boot to shutdown and that nobody may terminate."""


def program_name(command_line: str) -> str:
    """The file name that a command line starts: quotes and folders off, arguments off."""
    text = command_line.strip()
    path = text[1:].partition('"')[0] if text.startswith('"') else text.partition(" ")[0]
    return path.replace("/", "\\").rpartition("\\")[2]


@dataclass(slots=True)
class ProcessEntry:
    """A running process. ``on_kill`` is told when somebody terminates it (not when it ends by itself).

    ``ending``: it runs no more, and is listed until the last of it is gone.
    """

    pid: int
    name: str
    command_line: str
    created: datetime
    parent: int = 0
    critical: bool = False
    on_kill: Callable[[], None] | None = None
    ending: bool = False


class ProcessTable:
    """All processes of one machine. Process ids are multiples of four, as on Windows."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._entries: dict[int, ProcessEntry] = {}
        self._next = 448
        self.boot()

    def boot(self) -> None:
        """Start the processes of the system."""
        self._next = 448
        self._entries[4] = ProcessEntry(4, "System", "", self._now(), critical=True)
        for name in SYSTEM_PROCESSES[1:]:
            self.spawn(f"C:\\WINDOWS\\system32\\{name}", parent=4, critical=True)

    def clear(self) -> None:
        """Everything ends: the machine goes off."""
        entries, self._entries = self._entries, {}
        for entry in entries.values():
            if entry.on_kill is not None:
                entry.on_kill()

    def __iter__(self) -> Iterator[ProcessEntry]:
        return iter(list(self._entries.values()))

    def __len__(self) -> int:
        return len(self._entries)

    def spawn(
        self,
        command_line: str,
        *,
        name: str = "",
        parent: int = 0,
        critical: bool = False,
        on_kill: Callable[[], None] | None = None,
    ) -> ProcessEntry:
        """Start a process: a line in the table, nothing more. Its name is taken from the command line unless given."""
        entry = ProcessEntry(
            self._next, name or program_name(command_line), command_line, self._now(), parent, critical, on_kill
        )
        self._next += 4
        self._entries[entry.pid] = entry
        return entry

    def get(self, pid: int) -> ProcessEntry | None:
        """The process with this id, if it runs."""
        return self._entries.get(pid)

    def named(self, name: str) -> list[ProcessEntry]:
        """The processes of this program, oldest first."""
        return [entry for entry in self._entries.values() if entry.name.lower() == name.lower()]

    def end(self, pid: int) -> None:
        """The process leaves by itself."""
        self._entries.pop(pid, None)

    def begin_end(self, pid: int) -> Callable[[], None]:
        """The process runs no more, but still is listed until what is returned is called."""
        entry = self._entries.get(pid)
        if entry is not None:
            entry.ending, entry.on_kill = True, None

        def gone() -> None:
            if self._entries.get(pid) is entry:
                self.end(pid)

        return gone

    def kill(self, pid: int) -> bool:
        """Terminate the process from outside; False if there is none or it is critical to the system."""
        entry = self._entries.get(pid)
        if entry is None or entry.critical:
            return False
        del self._entries[pid]
        if entry.on_kill is not None:
            entry.on_kill()
        return True
