# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metabase's two sides: what memory holds, what MetaBase.xml and the History folder hold, and the way between.

Writing follows cc758342: determine the major version, write a temporary file, copy it to History as
``MetaBase_major_minor.xml`` (with its MBSchema twin), look whether MetaBase.xml may be written, overwrite it.
A locked MetaBase.xml thus leaves a new pair in History, a stale MetaBase.xml and the temporary file behind, and
event 51228 in the System log; the configuration stays unsaved.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.iis.codes import ERROR_FILE_NOT_FOUND, ERROR_INVALID_DATA, ERROR_SHARING_VIOLATION, IisError, hresult
from simulator.iis.disk import InetsrvFolder
from simulator.iis.history import History
from simulator.iis.metabase import Key, Metabase, snapshot
from simulator.iis.metabase_file import BadMetabase, FileVersion, parse, render
from simulator.iis.schema_file import render_schema

METABASE = "MetaBase.xml"
SCHEMA = "MBSchema.xml"
#: ASSUMED: the name of the temporary file; cc758342 says only that there is one.
TEMPORARY = "MetaBase.xml.tmp"

#: Writes event 51228: the HRESULT that the save ended with.
SaveFailed = Callable[[int], None]


class MetabaseStore:
    """Loads and saves the metabase of one host, and counts what is not saved yet."""

    def __init__(self, folder: InetsrvFolder, on_failure: SaveFailed) -> None:
        self.folder = folder
        self.metabase = Metabase()
        self.version = FileVersion()
        self.minor = 0
        self.loaded = False
        self.unsaved = 0
        self.history = History(folder)
        self._on_failure = on_failure
        self.on_change: Callable[[], None] = lambda: None
        self.after_save: Callable[[], None] = lambda: None
        self.saving = False

    def adopt(self, metabase: Metabase) -> None:
        """Take a tree as the one in memory, with nothing unsaved."""
        self.metabase = metabase
        self.loaded = True
        self.unsaved = 0
        metabase.on_change = self._changed

    def _changed(self) -> None:
        self.unsaved += 1
        self.on_change()

    def load(self) -> None:
        """Read MetaBase.xml, as IISADMIN does when it starts.

        Raises IisError: ERROR_FILE_NOT_FOUND if a file is missing (ma_khan), and for a corrupt one
        ERROR_INVALID_DATA (ASSUMED: the public sources give error 2 for "missing or corrupted" alike).
        """
        if not self.folder.exists(METABASE) or not self.folder.exists(SCHEMA):
            raise IisError(ERROR_FILE_NOT_FOUND)
        try:
            root, version = self.on_disk()
        except BadMetabase as error:
            raise IisError(ERROR_INVALID_DATA) from error
        metabase = Metabase()
        metabase.root = root
        self.version = version
        self.minor = self.history.newest_minor(version.major)
        self.adopt(metabase)

    def forget(self) -> None:
        """inetinfo.exe is gone, and with it everything that was only in memory."""
        self.adopt(Metabase())
        self.loaded = False

    def on_disk(self) -> tuple[Key, FileVersion]:
        """MetaBase.xml as it stands. Raises BadMetabase, and IisError if it cannot be read."""
        return parse(self.folder.read(METABASE).decode("utf-8", "replace"))

    def equals_disk(self) -> bool:
        """Whether a restart now would bring back exactly what is in memory."""
        try:
            root, _version = self.on_disk()
        except (BadMetabase, IisError):
            return False
        return snapshot(root) == snapshot(self.metabase.root)

    def save(self) -> bool:
        """Write memory to disk if anything changed since the last save; True if the file was written.

        Raises IisError ERROR_SHARING_VIOLATION, ERROR_ACCESS_DENIED or ERROR_DISK_FULL after event 51228.
        """
        if not self.loaded or self.unsaved == 0:
            return False
        self.version.major += 1
        self.version.change_number += 1
        self.minor = 0
        text = render(self.metabase, self.version).encode("utf-8")
        self.saving = True
        try:
            self.folder.write(TEMPORARY, text)
            if self.number("EnableHistory"):
                self.history.add(self.version.major, self.minor, text, self.number("MaxHistoryFiles"))
            self._overwrite(text)
        except IisError as error:
            self._on_failure(error.hresult)
            raise
        finally:
            self.saving = False
        self.unsaved = 0
        self.after_save()
        return True

    def _overwrite(self, text: bytes) -> None:
        try:
            self.folder.write(METABASE, text)
        except IisError as error:
            if error.hresult != hresult(ERROR_SHARING_VIOLATION):
                self.folder.delete(TEMPORARY)  # it is left behind only when the file is locked (cc758342)
            raise
        self.folder.delete(TEMPORARY)

    def number(self, name: str) -> int:
        """A DWORD of /LM: EnableHistory, MaxHistoryFiles, EnableEditWhileRunning."""
        value = self.metabase.get("/LM", name) if self.metabase.find("/LM") is not None else 0
        return int(value) if isinstance(value, int) else 0

    def create_files(self) -> None:
        """What setup leaves: both files, and the first History pair."""
        text = render(self.metabase, self.version).encode("utf-8")
        self.saving = True
        self.folder.write(SCHEMA, render_schema())
        self.folder.write(METABASE, text)
        self.history.add(self.version.major, self.minor, text, self.number("MaxHistoryFiles"))
        self.saving = False
        self.unsaved = 0
