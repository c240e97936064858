# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backups that IIS 6 makes of its metabase."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ..._wsman.errors import OutcomeUnknown
from ..context import Context
from ..metabase.disk import MetabaseFile, locate_metabase, read_metabase_file
from ..metabase.metaback import FORCE_BACKUP, OVERWRITE, SAVE_FIRST, delete_backup, list_backups, make_backup
from ..metabase.retry import COMPUTER, call_when_free
from ..model.backups import Backup, NewBackup
from ..outcome import IisError
from ..waiting import Deadline
from ..windows.system import read_system
from .provider import require_own_windows


class Iis6Backups:
    """The backups in MetaBack; see :class:`~..server.BackupStore`."""

    needs_root = True

    def read_all(self, context: Context, name: str = "") -> list[Backup]:
        """See :func:`~..metabase.metaback.list_backups`."""
        backups = list_backups(context, name)
        require_own_windows(context, "list the metabase backups")
        return backups

    def check(self, new: NewBackup, before: Collection[Backup]) -> None:
        """IIS 6.0 has versions and passwords: nothing is refused."""

    def make(
        self, context: Context, new: NewBackup, before: Collection[Backup], *, timeout: float
    ) -> tuple[Backup, list[Backup]]:
        """See :func:`~..metabase.metaback.make_backup`."""
        flags = OVERWRITE if new.overwrite else 0
        if new.save_first:
            flags |= SAVE_FIRST | (FORCE_BACKUP if new.force else 0)
        return make_backup(
            context, new.name, before, version=new.version, flags=flags, password=new.password, timeout=timeout
        )

    def delete(self, context: Context, backup: Backup, *, timeout: float) -> None:
        """See :func:`~..metabase.metaback.delete_backup`."""
        delete_backup(context, backup, timeout=timeout)

    def restoring(self, context: Context, backup: Backup, attempted: str) -> Iis6Restoring:
        """Look whether MetaBase.xml can be written."""
        file = _read_file(context)
        if not file.writeable:
            raise IisError(
                f"Couldn't {attempted}: {file.path} is write-protected (read-only), so IIS couldn't bring to disk "
                f"what it restores. Nothing was touched. Clear the attribute on the host: attrib -r {file.path}",
                values={"backup": backup.as_values()},
            )
        return Iis6Restoring(context, backup, file)


class Iis6Restoring:
    """A restore of the metabase; see :class:`~..server.Restoring`."""

    def __init__(self, context: Context, backup: Backup, before: MetabaseFile) -> None:
        self._context = context
        self._backup = backup
        self._before = before

    def order(self, deadline: Deadline, password: str, is_seen: Callable[[], bool]) -> None:
        """Call RestoreWithPassword, once the metabase is free."""
        lost: list[OutcomeUnknown] = []

        def call() -> bool:
            try:
                self._context.host.invoke(
                    COMPUTER,
                    "RestoreWithPassword",
                    {
                        "BackupLocation": self._backup.name,
                        "BackupVersion": self._backup.version,
                        "BackupFlags": 0,
                        "Password": password,
                    },
                )
            except OutcomeUnknown as unknown:
                lost.append(unknown)
            return True

        call_when_free(deadline, call, repeatable=False)
        if lost and not is_seen():
            raise IisError(
                f"Couldn't {deadline.purpose}: its answer got lost ({lost[0]}). In {deadline.seconds:g} s no "
                "service stopped, and MetaBase.xml wasn't written. Run the task again."
            )

    def has_written(self) -> bool:
        """Whether MetaBase.xml is another than before: two requests."""
        return _read_file(self._context).moved_on_from(self._before)


def _read_file(context: Context) -> MetabaseFile:
    return read_metabase_file(context, locate_metabase(read_system(context)))
