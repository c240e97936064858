# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handles on metabase keys, and who has to wait for whom (MS-IMSA 3.1.4.28 OpenKey, ms525823 SaveData).

A key open for writing admits no other handle on it, above or below it; reading handles go together. SaveData
is refused while anybody holds a write handle anywhere.
"""

from __future__ import annotations

from simulator.clock import Clock
from simulator.iis.codes import ERROR_PATH_BUSY, IisError
from simulator.iis.metabase import split

#: ASSUMED: OpenKey's caller names the time to wait; this is what the WMI and ADSI providers would name, in seconds.
OPEN_TIMEOUT = 15.0
#: "the server waits a few seconds" before SaveData gives up (ms525823); how many is ASSUMED.
SAVE_TIMEOUT = 5.0
_POLL = 0.25


class Handle:
    """An open key. Close it."""

    def __init__(self, table: HandleTable, path: str, write: bool) -> None:
        self._table = table
        self.parts = tuple(part.lower() for part in split(path))
        self.write = write

    def close(self) -> None:
        """Give the key free; twice does no harm."""
        if self in self._table.open_handles:
            self._table.open_handles.remove(self)

    def conflicts(self, parts: tuple[str, ...], write: bool) -> bool:
        """Whether another handle on that path could not be open beside this one."""
        shorter = min(len(parts), len(self.parts))
        return (write or self.write) and parts[:shorter] == self.parts[:shorter]


class HandleTable:
    """All open handles of one metabase."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.open_handles: list[Handle] = []

    def open(self, path: str, write: bool) -> Handle:
        """Open a key at once. Raises IisError ERROR_PATH_BUSY."""
        handle = Handle(self, path, write)
        if any(other.conflicts(handle.parts, write) for other in self.open_handles):
            raise IisError(ERROR_PATH_BUSY)
        self.open_handles.append(handle)
        return handle

    async def open_waiting(self, path: str, write: bool, seconds: float = OPEN_TIMEOUT) -> Handle:
        """Open a key, waiting so many simulated seconds for others to close it. Raises IisError ERROR_PATH_BUSY."""
        deadline = self._clock.monotonic() + seconds
        while True:
            try:
                return self.open(path, write)
            except IisError:
                if self._clock.monotonic() >= deadline:
                    raise
            await self._clock.sleep(_POLL)

    @property
    def being_written(self) -> bool:
        """Whether anybody holds a write handle."""
        return any(handle.write for handle in self.open_handles)

    async def wait_until_unwritten(self, seconds: float = SAVE_TIMEOUT) -> None:
        """Wait for every write handle to close. Raises IisError ERROR_PATH_BUSY when the seconds are over."""
        deadline = self._clock.monotonic() + seconds
        while self.being_written:
            if self._clock.monotonic() >= deadline:
                raise IisError(ERROR_PATH_BUSY)
            await self._clock.sleep(_POLL)
