# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When memory reaches disk by itself (cc758342).

Sixty seconds after a change. If more than thirty further changes came meanwhile, sixty seconds later, but not more
than five times in a row. Nothing is written if nothing changed.
"""

from __future__ import annotations

from simulator.clock import Clock, Timer
from simulator.iis.codes import IisError
from simulator.iis.handles import HandleTable
from simulator.iis.store import MetabaseStore

INTERVAL = 60.0
BUSY_CHANGES = 30
MAX_POSTPONEMENTS = 5


class Flusher:
    """Saves a store's changes in the background."""

    def __init__(self, clock: Clock, store: MetabaseStore, handles: HandleTable) -> None:
        self._clock = clock
        self._store = store
        self._handles = handles
        self._timer: Timer | None = None
        self._changes = 0
        self._postponed = 0
        store.on_change = self.note_change

    def note_change(self) -> None:
        """Something changed: count it, and start the sixty seconds if they don't run."""
        if self._timer is None:
            self._changes = 0
            self._postponed = 0
            self._timer = self._clock.call_later(INTERVAL, self._due)
        else:
            self._changes += 1

    def stop(self) -> None:
        """inetinfo.exe ends: no more background saves."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        if self._store.unsaved == 0:
            return
        if self._changes > BUSY_CHANGES and self._postponed < MAX_POSTPONEMENTS:
            self._postpone()
            return
        if self._handles.being_written:
            self._postpone()  # ASSUMED: as with SaveData, a writer keeps the file from being written
            return
        try:
            self._store.save()
        except IisError:
            self._timer = self._clock.call_later(INTERVAL, self._due)  # ASSUMED: logged, and tried again later

    def _postpone(self) -> None:
        self._postponed += 1
        self._changes = 0
        self._timer = self._clock.call_later(INTERVAL, self._due)
