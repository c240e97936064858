# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The folders of the configuration: backups of appcmd, and the history that AppHostSvc keeps.

A backup is a folder below ``inetsrv\backup``; appcmd's list shows the snapshots of the history, too. AppHostSvc takes
a snapshot *after* it has noticed a change, at the end of each period (iis/configuration, configHistory).

ASSUMED: the files in a backup that this host doesn't have otherwise (the schema) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from simulator.clock import Clock, Timer
from simulator.iis7.apphost import FILE, FOLDER, AppHostConfig
from simulator.iis7.codes import ERROR_ALREADY_EXISTS, ERROR_NOT_FOUND, Refused
from simulator.windows.files import FileSystem, WindowsFileError

BACKUPS = r"C:\Windows\System32\inetsrv\backup"
SAVED = ("applicationHost.config", "administration.config", "redirection.config", "metabase.xml", "mbschema.xml")
_SNAPSHOT = re.compile(r"CFGHISTORY_(\d{10})", re.IGNORECASE)


class ConfigFiles:
    """Backups and history of one host."""

    def __init__(
        self,
        files: FileSystem,
        config: AppHostConfig,
        clock: Clock,
        history_runs: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._files = files
        self._config = config
        self._clock = clock
        self._runs = history_runs
        self._now = now
        self._timer: Timer | None = None
        self._seen = b""

    # ------------------------------------------------------------------ backups

    def backups(self) -> list[str]:
        """The backups by name."""
        return self._folders(BACKUPS)

    def snapshots(self) -> list[str]:
        """The snapshots of the history, oldest first."""
        return [name for name in self._folders(self._history_folder()) if _SNAPSHOT.fullmatch(name)]

    def add(self, name: str) -> str:
        """Make a backup of the local files; its name. Raises Refused: the name is taken, or the files can't be had."""
        chosen = name or self._now().strftime("%Y%m%dT%H%M%S")
        if self._find(chosen) is not None:
            raise Refused(ERROR_ALREADY_EXISTS, chosen)
        self._copy(rf"{BACKUPS}\{chosen}")
        return chosen

    def delete(self, name: str) -> str:
        """Delete a backup; its name. Raises Refused."""
        folder = self._require(name)
        for info in self._files.list(folder):
            self._files.delete(info.path)
        self._files.remove_folder(folder)
        return folder.rpartition("\\")[2]

    def restore(self, name: str) -> None:
        """Put the files of a backup in place. Raises Refused."""
        folder = self._require(name)
        for info in self._files.list(folder):
            try:
                self._files.write(_place(info.path.rpartition("\\")[2]), self._files.read(info.path))
            except WindowsFileError as error:
                raise Refused(int(error.code), info.path) from error

    def require(self, name: str) -> None:
        """Raise Refused if there is no backup or snapshot of this name."""
        self._require(name)

    def _require(self, name: str) -> str:
        found = self._find(name)
        if found is None:
            raise Refused(ERROR_NOT_FOUND, name)
        return found

    def _find(self, name: str) -> str | None:
        for folder in (BACKUPS, self._history_folder()):
            for known in self._folders(folder):
                if known.lower() == name.lower():
                    return rf"{folder}\{known}"
        return None

    def _folders(self, folder: str) -> list[str]:
        try:
            entries = self._files.list(folder)
        except WindowsFileError:
            return []
        return [info.path.rpartition("\\")[2] for info in entries if info.folder]

    def _copy(self, folder: str) -> None:
        for name in SAVED:
            source = _place(name)
            if not self._files.exists(source):
                continue
            try:
                self._files.write(rf"{folder}\{name}", self._files.read(source))
            except WindowsFileError as error:
                raise Refused(int(error.code), source) from error

    # ------------------------------------------------------------------ history

    def watch(self) -> None:
        """AppHostSvc runs: look at the end of each period whether the file has changed."""
        self.forget()
        self._seen = self._data()
        self._plan()

    def forget(self) -> None:
        """AppHostSvc is down."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _plan(self) -> None:
        try:
            seconds = self._config.history().seconds("period")
        except Refused:
            seconds = 120.0
        self._timer = self._clock.call_later(seconds, self._look)

    def _look(self) -> None:
        data = self._data()
        if data != self._seen and self._runs() and self._enabled():
            self._seen = data
            numbers = [int(match[1]) for name in self.snapshots() if (match := _SNAPSHOT.fullmatch(name))]
            self._copy(rf"{self._history_folder()}\CFGHISTORY_{max(numbers, default=0) + 1:010d}")
            self._prune()
        self._plan()

    def _prune(self) -> None:
        surplus = len(self.snapshots()) - self._config.history().number("maxHistories")
        for name in self.snapshots()[: max(0, surplus)]:
            self.delete(name)

    def _enabled(self) -> bool:
        try:
            return self._config.history().flag("enabled")
        except Refused:
            return False

    def _history_folder(self) -> str:
        try:
            path = self._config.history().text("path")
        except Refused:
            path = r"%SystemDrive%\inetpub\history"
        return path.replace("%SystemDrive%", "C:")

    def _data(self) -> bytes:
        try:
            return self._files.read(FILE)
        except WindowsFileError:
            return b""


def _place(name: str) -> str:
    r"""Where a file of a backup belongs: the metabase lies in inetsrv itself."""
    folder = FOLDER.rpartition("\\")[0] if name.lower().startswith(("metabase", "mbschema")) else FOLDER
    return rf"{folder}\{name}"
