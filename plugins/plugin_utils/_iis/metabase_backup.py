# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that IIS makes of its own metabase, in system32\\inetsrv\\MetaBack."""

from __future__ import annotations

from dataclasses import dataclass

from .._wsman.errors import Fault, OutcomeUnknown
from .._wsman.values import Argument, ObjectPath
from . import codes
from .host import Context
from .metabase_call import call_when_free
from .outcome import IisError

#: Characters in the name of a backup, at most (MD_BACKUP_MAX_LEN, ms525387).
LONGEST_NAME = 100

#: Give the backup the next free version (MD_BACKUP_NEXT_VERSION, 0xFFFFFFFF as the sint32 that WMI takes).
NEXT_VERSION = -1
#: Save the metabase first, so that the backup holds what is in memory (MD_BACKUP_SAVE_FIRST).
SAVE_FIRST = 2
#: Versions are 0 to 9999 (MD_BACKUP_MAX_VERSION), so a list can't be longer.
MOST_VERSIONS = 10_000

# EnumBackups is documented with IndexIn (ms526033), its sister EnumHistory with EnumIndex (ms525297), and names are
# case-sensitive on the wire: whichever the host takes.
_INDEX_NAMES = ("IndexIn", "EnumIndex")

_FORBIDDEN = '<>:"/\\|?*'


@dataclass(frozen=True)
class BackupMade:
    """A backup. ``version`` is None when the host wouldn't list its backups."""

    name: str
    version: int | None


def check_backup_name(name: str) -> None:
    """Refuse a name that can't be one: a backup is a file, so the rules are those of file names."""
    if not name.strip():
        raise IisError("The name of a metabase backup can't be empty.")
    if len(name) > LONGEST_NAME:
        raise IisError(
            f"The name of a metabase backup has {len(name)} characters, but at most {LONGEST_NAME} are allowed."
        )
    bad = sorted({character for character in name if character in _FORBIDDEN or ord(character) < 32})
    if bad:
        shown = " ".join(repr(character) for character in bad)
        raise IisError(f"The name of a metabase backup can't contain {shown}: {name!r}")


def make_backup(context: Context, computer: ObjectPath, name: str, timeout: float) -> BackupMade:
    """Make a backup of the metabase under the next version of ``name``, without a password."""
    versions_before = _list_versions(context, computer, name)

    def backup() -> bool:
        try:
            context.host.invoke(
                computer,
                "BackupWithPassword",
                {"BackupLocation": name, "BackupVersion": NEXT_VERSION, "BackupFlags": SAVE_FIRST, "Password": ""},
            )
        except OutcomeUnknown:
            now = _list_versions(context, computer, name)
            return now is not None and now != versions_before
        return True

    call_when_free(context, f"make the metabase backup '{name}'", backup, timeout)
    versions = _list_versions(context, computer, name)
    if versions is None or versions_before is None:
        context.operator.warn(f"The metabase backup '{name}' was made, but the host doesn't tell its version.")
        return BackupMade(name, None)
    new = versions - versions_before
    if not new:
        raise IisError(f"IIS accepted the metabase backup '{name}', but it isn't among its backups.")
    return BackupMade(name, max(new))


def _list_versions(context: Context, computer: ObjectPath, name: str) -> set[int] | None:
    """List the versions of a backup, or None when the host can't."""
    for index_name in _INDEX_NAMES:
        versions: set[int] = set()
        try:
            for index in range(MOST_VERSIONS):
                arguments: dict[str, Argument] = {"BackupLocation": name, index_name: index}
                row = context.host.invoke(computer, "EnumBackups", arguments).outputs
                version = row.integer("BackupVersionOut" if "BackupVersionOut" in row else "BackupVersion")
                if version is not None:
                    versions.add(version)
        except Fault as fault:
            if fault.has(codes.NO_MORE_ITEMS, codes.MD_DATA_NOT_FOUND):
                return versions
        except OutcomeUnknown:
            return None
    return None
