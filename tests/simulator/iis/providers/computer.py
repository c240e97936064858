# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IIsComputer: saving, backing up and restoring the metabase, and its history (ms525462).

All its methods answer without a value; failure is the HRESULT of the call. EnumBackups (ms526033) ends with
0x80070103 (iisback.vbs), EnumHistory with 0x800CC801 (ms525297). MD_BACKUP_FORCE_BACKUP makes the backup although
saving first failed (MS-IMSA 3.3.4.1).

ASSUMED: RestoreHistory stops and restarts the dependent services as RestoreWithPassword does (ms525448); during a
restore the method returns when they run again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.iis.backups import FORCE_BACKUP, NEXT_VERSION, SAVE_FIRST
from simulator.iis.codes import ERROR_INVALID_DATA, MD_ERROR_DATA_NOT_FOUND, IisError
from simulator.iis.host import Iis
from simulator.iis.metabase_file import BadMetabase, parse
from simulator.iis.providers.base import NAME, IisProvider, number, text
from simulator.iis.restore import restore
from simulator.wmi.model import CimType, Method, Property, WmiClass

_S, _N = CimType.STRING, CimType.SINT32


def _parameters(*pairs: tuple[str, CimType]) -> tuple[Property, ...]:
    return tuple(Property(name, kind) for name, kind in pairs)


_BACKUP = (("BackupLocation", _S), ("BackupVersion", _N))
_SECRET = (("BackupFlags", _N), ("Password", _S))
_VERSION = (("MDHistoryLocation", _S), ("MajorVersion", _N), ("MinorVersion", _N))

COMPUTER = WmiClass(
    "IIsComputer",
    (Property("Caption"), Property("Description"), NAME, Property("Status")),
    (
        Method("SaveData", returns=False),
        Method("BackupWithPassword", _parameters(*_BACKUP, *_SECRET), returns=False),
        Method("RestoreWithPassword", _parameters(*_BACKUP, *_SECRET), returns=False),
        Method("DeleteBackup", _parameters(*_BACKUP), returns=False),
        Method(
            "EnumBackups",
            _parameters(("BackupLocation", _S), ("IndexIn", _N)),
            _parameters(("BackupLocation", _S), ("BackupVersionOut", _N), ("BackupDateTimeOut", CimType.DATETIME)),
            returns=False,
        ),
        Method(
            "EnumHistory",
            _parameters(("MDHistoryLocation", _S), ("EnumIndex", _N)),
            _parameters(*_VERSION, ("HistoryTime", CimType.DATETIME)),
            returns=False,
        ),
        Method("RestoreHistory", _parameters(*_VERSION, ("MDFlags", _N)), returns=False),
    ),
    bases=("CIM_ApplicationSystem", "CIM_System"),
)


class ComputerProvider(IisProvider):
    """Serves IIsComputer='LM'."""

    def __init__(self, iis: Iis) -> None:
        super().__init__(iis, COMPUTER, lambda: ["LM"])

    async def call(self, name: str, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """One of the methods."""
        location = text(arguments, "backuplocation")
        version = number(arguments, "backupversion", NEXT_VERSION) & 0xFFFFFFFF
        backups = self.iis.backups
        if method == "SaveData":
            await self.iis.save_data()
        elif method == "BackupWithPassword":
            flags = number(arguments, "backupflags", 0)
            if flags & SAVE_FIRST:
                await self._save_first(forced=bool(flags & FORCE_BACKUP))
            backups.create(location, version, flags, text(arguments, "password"))
        elif method == "RestoreWithPassword":
            await restore(self.iis, *backups.open(location, version, text(arguments, "password")))
        elif method == "DeleteBackup":
            backups.delete(location, version)
        elif method == "EnumBackups":
            backup = backups.enumerate(location, number(arguments, "indexin", 0))
            return {
                "BackupLocation": backup.location,
                "BackupVersionOut": backup.version,
                "BackupDateTimeOut": backup.time,
            }
        elif method == "EnumHistory":
            return self._history(number(arguments, "enumindex", 0))
        else:
            await self._restore_history(arguments)
        return {}

    async def _save_first(self, *, forced: bool) -> None:
        try:
            await self.iis.save_data()
        except IisError:
            if not forced:
                raise

    def _history(self, index: int) -> dict[str, Any]:
        entries = self.iis.store.history.entries()
        if index >= len(entries):
            raise IisError(MD_ERROR_DATA_NOT_FOUND)
        entry = entries[index]
        return {
            "MDHistoryLocation": "",
            "MajorVersion": entry.major,
            "MinorVersion": entry.minor,
            "HistoryTime": entry.time,
        }

    async def _restore_history(self, arguments: Mapping[str, Any]) -> None:
        wanted = number(arguments, "majorversion", -1), number(arguments, "minorversion", -1)
        history = self.iis.store.history
        for entry in history.entries():
            if (entry.major, entry.minor) == wanted:
                try:
                    root, version = parse(history.read(entry).decode("utf-8", "replace"))
                except BadMetabase as error:
                    raise IisError(ERROR_INVALID_DATA) from error
                await restore(self.iis, root, version)
                return
        raise IisError(MD_ERROR_DATA_NOT_FOUND)
