# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metabase backups: MetaBack\\name.MDn and name.SCn (ms525387, ms525448; MS-IMSA 3.1.4.1, iisback.vbs).

ASSUMED: the password is kept as a hash beside the copy (really it encrypts the session key); names compare without
case; versions of a name go on from the highest one there is; EnumBackups lists by name, newest version first.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from simulator.iis.codes import (
    ERROR_FILE_EXISTS,
    ERROR_FILE_NOT_FOUND,
    ERROR_INVALID_DATA,
    ERROR_INVALID_NAME,
    ERROR_INVALID_PARAMETER,
    ERROR_NO_MORE_ITEMS,
    ERROR_WRONG_PASSWORD,
    IisError,
)
from simulator.iis.metabase import Key
from simulator.iis.metabase_file import BadMetabase, FileVersion, parse, render
from simulator.iis.schema_file import render_schema
from simulator.iis.store import MetabaseStore

FOLDER = "MetaBack"
NEXT_VERSION = 0xFFFFFFFF
HIGHEST_VERSION = 0xFFFFFFFE
MAX_VERSION = 9999
MAX_NAME = 100
OVERWRITE, SAVE_FIRST, FORCE_BACKUP = 1, 2, 4
_FILE = re.compile(r"(.+)\.MD(\d+)", re.IGNORECASE)
_BAD_NAME = re.compile(r'[\\/:*?"<>|]')
_SEAL = re.compile(rb"<!--BackupSeal ([0-9a-f]*)-->")


@dataclass(frozen=True)
class Backup:
    """One backup: location (its name), version, and when it was made (aware, UTC)."""

    location: str
    version: int
    time: datetime

    @property
    def file(self) -> str:
        """The metabase's copy, below inetsrv."""
        return rf"{FOLDER}\{self.location}.MD{self.version}"

    @property
    def schema_file(self) -> str:
        """The schema's copy, below inetsrv."""
        return rf"{FOLDER}\{self.location}.SC{self.version}"


class Backups:
    """The MetaBack folder of one host."""

    def __init__(self, store: MetabaseStore) -> None:
        self._store = store
        self._folder = store.folder

    def entries(self, location: str = "") -> list[Backup]:
        """All backups, or those of one name."""
        found = []
        for name in self._folder.names(FOLDER):
            match = _FILE.fullmatch(name)
            if match and (not location or match[1].lower() == location.lower()):
                found.append(Backup(match[1], int(match[2]), self._folder.modified(rf"{FOLDER}\{name}")))
        return sorted(found, key=lambda backup: (backup.location.lower(), -backup.version))

    def enumerate(self, location: str, index: int) -> Backup:
        """The n-th backup, from 0. Raises IisError ERROR_NO_MORE_ITEMS (MS-IMSA 3.1.4.12)."""
        entries = self.entries(location)
        if index >= len(entries):
            raise IisError(ERROR_NO_MORE_ITEMS)
        return entries[index]

    def create(self, location: str, version: int, flags: int, password: str) -> Backup:
        """Back up what is in memory (ASSUMED: in memory, as the call goes to the running metabase).

        Raises IisError: bad name, version too big, or ERROR_FILE_EXISTS without OVERWRITE.
        """
        name = location or "MDBackUp"
        if len(name) > MAX_NAME or _BAD_NAME.search(name):
            raise IisError(ERROR_INVALID_NAME)
        entries = self.entries(name)
        highest = entries[0].version if entries else -1
        number = {NEXT_VERSION: highest + 1, HIGHEST_VERSION: max(highest, 0)}.get(version, version)
        if number > MAX_VERSION or (flags & FORCE_BACKUP and not flags & SAVE_FIRST):
            raise IisError(ERROR_INVALID_PARAMETER)
        backup = Backup(name, number, self._folder.now())
        if self._folder.exists(backup.file) and not flags & OVERWRITE:
            raise IisError(ERROR_FILE_EXISTS)
        text = render(self._store.metabase, self._store.version)
        self._folder.write(backup.file, f"{text}<!--BackupSeal {_seal(password)}-->\r\n".encode())
        self._folder.write(backup.schema_file, render_schema())
        return backup

    def find(self, location: str, version: int) -> Backup:
        """A backup by name and version, the highest if asked for. Raises IisError ERROR_FILE_NOT_FOUND."""
        entries = self.entries(location or "MDBackUp")
        for backup in entries:
            if version in (HIGHEST_VERSION, NEXT_VERSION, backup.version):
                return backup
        raise IisError(ERROR_FILE_NOT_FOUND)

    def open(self, location: str, version: int, password: str) -> tuple[Key, FileVersion]:
        """Read a backup. Raises IisError: no such backup, wrong password, ERROR_INVALID_DATA."""
        data = self._folder.read(self.find(location, version).file)
        seal = _SEAL.search(data)
        if (seal[1].decode() if seal else "") != _seal(password):
            raise IisError(ERROR_WRONG_PASSWORD)
        try:
            return parse(data.decode("utf-8", "replace"))
        except BadMetabase as error:
            raise IisError(ERROR_INVALID_DATA) from error

    def delete(self, location: str, version: int) -> None:
        """Delete a backup. Raises IisError ERROR_FILE_NOT_FOUND."""
        backup = self.find(location, version)
        self._folder.delete(backup.file)
        self._folder.delete(backup.schema_file)


def _seal(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest() if password else ""
