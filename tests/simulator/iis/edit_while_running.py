# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edit-while-running: MetaBase.xml edited under a running IISADMIN is read in (aa670761, cc783973).

Works only with ``EnableEditWhileRunning`` and history on. What differs between the edited file and the History copy of
its major version is taken over into memory, and a new History pair with the next minor version records it. A file that
can't be read is kept as History\\MetabaseError_n.xml (cc738727), and memory stays as it was; the edited MetaBase.xml
lies there until the next save writes over it, or until IISADMIN is to start from it and can't. Edits of MBSchema.xml
count for nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from simulator.iis.codes import IisError
from simulator.iis.history import HistoryEntry
from simulator.iis.metabase import Key, Metabase, snapshot, split
from simulator.iis.metabase_file import BadMetabase, FileVersion, parse
from simulator.iis.store import METABASE, MetabaseStore


class EditWatcher:
    """Notices edits of one host's MetaBase.xml."""

    def __init__(self, store: MetabaseStore, on_bad_edit: Callable[[str], None]) -> None:
        self._store = store
        self._on_bad_edit = on_bad_edit
        self._seen: bytes | None = None

    @property
    def enabled(self) -> bool:
        """EnableEditWhileRunning, which needs EnableHistory (ms524694)."""
        store = self._store
        return store.loaded and bool(store.number("EnableEditWhileRunning")) and bool(store.number("EnableHistory"))

    def saved(self) -> None:
        """IIS itself has written or read the file."""
        self._seen = self._bytes()

    def check(self) -> bool:
        """Look whether the file was edited, and take the edit over; True if one was."""
        if not self.enabled:
            return False
        data = self._bytes()
        if data is None or data == self._seen:
            return False
        self._seen = data
        try:
            root, version = parse(data.decode("utf-8", "replace"))
        except BadMetabase as error:
            self._store.history.add_error(data, self._store.number("MaxErrorFiles"))
            self._on_bad_edit(str(error))
            return False
        self._merge(root, version)
        self._record(data, version)
        return True

    def _bytes(self) -> bytes | None:
        try:
            return self._store.folder.read(METABASE)
        except IisError:
            return None

    def _base(self, version: FileVersion) -> Key | None:
        entries = [entry for entry in self._store.history.entries() if entry.major == version.major]
        return self._parsed(entries[0]) if entries else None

    def _parsed(self, entry: HistoryEntry) -> Key | None:
        try:
            return parse(self._store.history.read(entry).decode("utf-8", "replace"))[0]
        except (BadMetabase, IisError):
            return None

    def _merge(self, edited: Key, version: FileVersion) -> None:
        """Take over what the editor changed; what is unsaved in memory and not edited stays."""
        base = self._base(version)
        if base is None:
            return  # ASSUMED: without the History copy there is nothing to compare with, and the edit is ignored
        before, after = snapshot(base), snapshot(edited)
        metabase = self._store.metabase
        pending = self._store.unsaved
        for path in before.keys() - after.keys():
            if metabase.find(path) is not None:
                metabase.delete(path)
        for path in after:
            _take_over(metabase, path, before.get(path), after[path])
        self._store.unsaved = pending  # what came from the file is on disk already

    def _record(self, data: bytes, version: FileVersion) -> None:
        store = self._store
        store.minor = store.history.newest_minor(version.major) + 1
        with suppress(IisError):  # ASSUMED: without room for the pair the edit counts all the same
            store.history.add(version.major, store.minor, data, store.number("MaxHistoryFiles"))


_Node = tuple[str, dict[str, bool | int | str | tuple[str, ...]], dict[str, str]]


def _take_over(metabase: Metabase, path: str, before: _Node | None, after: _Node) -> None:
    if before == after:
        return
    key = metabase.find(path)
    if key is None and split(path):
        key = metabase.create(path, after[0])
    old = before[1] if before is not None else {}
    for name, value in after[1].items():
        if old.get(name) != value or name not in old:
            metabase.set(path, name, value)
    for name in old.keys() - after[1].keys():
        metabase.unset(path, name)
