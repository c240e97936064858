# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that IIS makes of its own metabase, in system32\\inetsrv\\MetaBack: list, make and delete them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from ..._wsman.errors import Fault, MalformedAnswer, OutcomeUnknown
from ..._wsman.values import Argument, Instance
from ..._wsman.wql import quote
from .. import codes
from ..context import CIMV2, Context
from ..iis6.provider import explain_refusal
from ..model.backups import HIGHEST_VERSION, NEXT_VERSION, Backup
from ..outcome import IisError
from ..waiting import Deadline, TimedOut, wait_until
from ..windows.system import is_newer_than_2003, read_system
from .disk import locate_metabase
from .retry import COMPUTER, call_when_free, is_general

#: BackupFlags (MS-IMSA 3.3.4.1): replace a backup of the same name and version; save the metabase first, so that the
#: backup holds what is in memory; make the backup even if that save fails.
OVERWRITE, SAVE_FIRST, FORCE_BACKUP = 1, 2, 4

#: Versions are 0 to 9999, so the list of one name can't be longer; a list of all names ends there as well.
MOST_LISTED = HIGHEST_VERSION + 1

#: Seconds that a backup whose answer got lost is given to appear, before it is asked for again.
APPEARANCE_TIMEOUT = 10.0

# EnumBackups is documented with IndexIn (ms526033), its sister EnumHistory with EnumIndex (ms525297), and names are
# case-sensitive on the wire: whichever the host takes.
_INDEX_NAMES = ("IndexIn", "EnumIndex")

#: Where the backups are, below the folder of MetaBase.xml.
_FOLDER = "\\MetaBack\\"


def list_backups(context: Context, name: str = "") -> list[Backup]:
    """List the backups of a name, or all, by name and version: EnumBackups (ms526033), one request for each and one.

    Raises IisError when the host doesn't list them.
    """
    found = []
    enumeration = _Enumeration(context, name)
    for index in range(MOST_LISTED):
        row = enumeration.read(index)
        if row is None:
            break
        version = row.integer("BackupVersionOut" if "BackupVersionOut" in row else "BackupVersion")
        if version is None:
            raise MalformedAnswer("EnumBackups returned a backup without a version")
        found.append(Backup(row.text("BackupLocation") or name, version, row.timestamp("BackupDateTimeOut")))
    return sorted(found, key=lambda backup: (backup.name.casefold(), backup.version))


def make_backup(
    context: Context,
    name: str,
    before: Collection[Backup],
    *,
    version: int = NEXT_VERSION,
    flags: int = SAVE_FIRST,
    password: str = "",
    timeout: float,
) -> tuple[Backup, list[Backup]]:
    """Make a backup and see it in the list. ``before`` are the backups of the name as they are.

    Returns the new backup and all of the name. Raises IisError when the host refuses, when the metabase stays busy
    for ``timeout`` seconds, or when the backup isn't there afterwards.
    """

    def look() -> list[Backup]:
        now = list_backups(context, name)
        return [backup for backup in now if version in (NEXT_VERSION, backup.version) and backup not in before]

    order_backup(context, name, look, version=version, flags=flags, password=password, timeout=timeout)
    now = list_backups(context, name)
    # One that replaced another within the same second looks like it, and IIS did say that it was made.
    made = [backup for backup in now if backup not in before] or [it for it in now if it.version == version]
    if not made:
        raise IisError(
            f"IIS accepted the metabase backup {_title(name, version)}, but it isn't among its backups."
            f"{_newer(context)}"
        )
    return made[-1], now


def order_backup(
    context: Context,
    name: str,
    look: Callable[[], object],
    *,
    version: int = NEXT_VERSION,
    flags: int = SAVE_FIRST,
    password: str = "",
    timeout: float,
) -> None:
    """Have IIS make a backup (BackupWithPassword, ms525387), without looking whether it is there.

    After a lost answer ``look`` finds out whether it was made; if not, it is asked for once more. Raises IisError.
    """
    arguments: dict[str, Argument] = {
        "BackupLocation": name,
        "BackupVersion": version,
        "BackupFlags": flags,
        "Password": password,
    }
    lost = False

    def back_up() -> bool:
        nonlocal lost
        try:
            context.host.invoke(COMPUTER, "BackupWithPassword", arguments)
        except OutcomeUnknown:
            lost = True
            return _appears(context, look)
        except Fault as fault:
            if not (lost and fault.has(codes.FILE_EXISTS)):
                raise
        return True

    call_when_free(Deadline.after(context, timeout, f"make the metabase backup {_title(name, version)}"), back_up)


def delete_backup(context: Context, backup: Backup, *, timeout: float) -> None:
    """Delete one backup. Raises IisError; one that is gone already is no error."""

    def is_gone() -> bool:
        return backup.version not in {other.version for other in list_backups(context, backup.name)}

    def delete() -> bool:
        try:
            context.host.invoke(
                COMPUTER, "DeleteBackup", {"BackupLocation": backup.name, "BackupVersion": backup.version}
            )
        except OutcomeUnknown:
            return is_gone()
        except Fault as fault:
            if not fault.has(codes.PATH_BUSY) and is_gone():
                return True
            raise
        return True

    call_when_free(Deadline.after(context, timeout, f"delete the metabase backup {backup.title}"), delete)


class _Enumeration:
    """The list of backups, row by row."""

    def __init__(self, context: Context, name: str) -> None:
        self._context = context
        self._name = name
        self._index_names = list(_INDEX_NAMES)

    def read(self, index: int) -> Instance | None:
        """Read one row, or None behind the end."""
        while True:
            try:
                return self._ask(index)
            except Fault as fault:
                if fault.has(codes.NO_MORE_ITEMS, codes.MD_DATA_NOT_FOUND):
                    return None
                if is_general(fault) and count_backup_files(self._context, self._name) == index:
                    return None
                if index or len(self._index_names) == 1 or codes.is_access_denied(fault):
                    raise explain_refusal(self._context, fault, "list the metabase backups") from fault
                del self._index_names[0]

    def _ask(self, index: int) -> Instance:
        arguments: dict[str, Argument] = {"BackupLocation": self._name, self._index_names[0]: index}
        return self._context.host.ask(COMPUTER, "EnumBackups", arguments).outputs


def count_backup_files(context: Context, name: str) -> int | None:
    """Count the backups by their files, ``MetaBack\\name.MDn``; None when they can't be listed.

    That shows the end of the list on a host whose faults don't carry the code for it.
    """
    drive, _colon, inetsrv = locate_metabase(read_system(context)).rpartition("\\")[0].partition(":")
    wql = f"SELECT Name FROM CIM_DataFile WHERE Drive={quote(drive + ':')} AND Path={quote(inetsrv + _FOLDER)}"
    try:
        rows = context.host.query(CIMV2, wql)
    except Fault:
        return None
    stem = re.escape(name.casefold()) if name else ".+"
    pattern = re.compile(rf".*\\{stem}\.md\d+")
    return sum(1 for row in rows if pattern.fullmatch((row.text("Name") or "").casefold()))


def _appears(context: Context, look: Callable[[], object]) -> bool:
    try:
        wait_until(context, look, bool, APPEARANCE_TIMEOUT)
    except TimedOut:
        return False
    return True


def _title(name: str, version: int) -> str:
    return f"'{name}'" if version == NEXT_VERSION else f"'{name}' version {version}"


def _newer(context: Context) -> str:
    if is_newer_than_2003(context):
        return " IIS 7 and later have no metabase backups: back up with 'appcmd add backup' on the host."
    return ""
