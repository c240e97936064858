# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backups that appcmd makes of the configuration: folders of %windir%\\system32\\inetsrv\\backup.

They hold the host's own applicationHost.config, administration.config, redirection.config and the metabase of IIS 6.
They have a name, and neither versions nor passwords. What the history service made is listed among them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from ..._wsman.errors import Fault, OutcomeUnknown
from ..._wsman.values import Raw
from ..._wsman.wql import quote
from .. import codes
from ..context import CIMV2, Context
from ..model.backups import NEXT_VERSION, Backup, NewBackup
from ..outcome import IisError
from ..server import ConfigurationUnreadable
from ..waiting import Deadline
from ..windows.system import read_system
from .appcmd import LEAST, Noun, Verb
from .way import appcmd_of

_CONFIGURATION = "\\inetsrv\\config\\applicationHost.config"

#: The only version that a backup has.
_VERSION = 0


class Iis7Backups:
    """The backups of appcmd; see :class:`~..server.BackupStore`. It copies their files, whether WAS runs or not."""

    needs_root = False

    def read_all(self, context: Context, name: str = "") -> list[Backup]:
        """List them: one run of appcmd. Whether that needs a configuration that can be read isn't certain."""
        try:
            rows = appcmd_of(context).list(Noun.BACKUP)
        except ConfigurationUnreadable as failure:
            trouble = failure.message.removesuffix(codes.RESTORE_A_BACKUP).rstrip()
            raise IisError(
                f"{trouble} appcmd.exe can't run with it, so mend the file by hand, or copy the one of a backup over "
                "it: %windir%\\system32\\inetsrv\\backup\\<name>\\applicationHost.config to "
                "%windir%\\system32\\inetsrv\\config."
            ) from failure
        names = sorted(row["BACKUP.NAME"] for row in rows if "BACKUP.NAME" in row)
        return [Backup(each, _VERSION) for each in names if not name or each.casefold() == name.casefold()]

    def check(self, new: NewBackup, before: Collection[Backup]) -> None:
        """Refuse what these backups don't have. Raises IisError."""
        if new.name.endswith((".", " ")):
            raise IisError(
                f"No backup of IIS 7 and later can have the name {new.name!r}: each is a folder, and Windows drops the "
                "dots and blanks at the end of its name. Give it another name. Nothing was changed."
            )
        if new.password:
            raise IisError("The backups of IIS 7 and later have no password. Leave it out. Nothing was changed.")
        if new.version not in (NEXT_VERSION, _VERSION):
            raise IisError("The backups of IIS 7 and later have no versions. Leave version out. Nothing was changed.")
        if before and not new.overwrite:
            raise IisError(
                f"There is a backup '{new.name}' already, and the backups of IIS 7 and later have no versions. Give it "
                "another name, or replace it with overwrite=true and version=highest. Nothing was changed."
            )

    def make(
        self, context: Context, new: NewBackup, before: Collection[Backup], *, timeout: float
    ) -> tuple[Backup, list[Backup]]:
        """Run ``appcmd add backup``.

        appcmd replaces none and renames none. So where one is to be replaced, the same is made under another name
        first, and kept until it is there under its own: whatever fails on the way, one of them is left.
        """
        self.check(new, before)
        if not before:
            return self._add(context, new.name, timeout)
        spare, _all = self._add(context, self._free_name(context, new.name), timeout)
        try:
            for former in before:
                self.delete(context, former, timeout=timeout)
        except IisError:
            self._tidy(context, spare, timeout)
            raise
        try:
            made = self._add(context, new.name, timeout)
        except IisError as failure:
            words = f"{failure.message} The former one is deleted. What was to replace it is the backup '{spare.name}'."
            raise IisError(words, changed=True) from failure
        self._tidy(context, spare, timeout)
        return made

    def _add(self, context: Context, name: str, timeout: float) -> tuple[Backup, list[Backup]]:
        """Make a backup of a name that is free, and see it in the list."""
        answer = "appcmd.exe reported success"
        try:
            appcmd_of(context).order(Verb.ADD, Noun.BACKUP, name, timeout=max(LEAST, timeout))
        except Fault as fault:
            answer = f"the host answered {codes.describe_fault(fault)}"
        except OutcomeUnknown as unknown:
            answer = f"no answer came ({unknown})"
        now = self.read_all(context, name)
        if not now:
            raise IisError(f"Couldn't make the backup '{name}': {answer}, and it isn't among the backups.")
        return now[0], now

    def _free_name(self, context: Context, name: str) -> str:
        """A name that no backup has: ``nightly.replacing``."""
        taken = {backup.name.casefold() for backup in self.read_all(context)}
        free = f"{name}.replacing"
        while free.casefold() in taken:
            free += "-2"
        return free

    def _tidy(self, context: Context, spare: Backup, timeout: float) -> None:
        """Delete what was made in case of failure; one that stays is a warning."""
        try:
            self.delete(context, spare, timeout=timeout)
        except IisError as left:
            context.operator.warn(f"A backup that is no longer needed is left over. {left.message}")

    def delete(self, context: Context, backup: Backup, *, timeout: float) -> None:
        """Run ``appcmd delete backup``."""
        try:
            appcmd_of(context).order(Verb.DELETE, Noun.BACKUP, backup.name, timeout=max(LEAST, timeout))
        except OutcomeUnknown as unknown:
            if self.read_all(context, backup.name):
                raise IisError(f"Couldn't delete the backup '{backup.name}': no answer came ({unknown}).") from unknown
        except Fault as fault:
            if self.read_all(context, backup.name):
                answer = codes.describe_fault(fault)
                raise IisError(f"Couldn't delete the backup '{backup.name}': the host answered {answer}.") from fault

    def restoring(self, context: Context, backup: Backup, attempted: str) -> Iis7Restoring:  # noqa: ARG002
        """Note how applicationHost.config is now: two requests."""
        return Iis7Restoring(context, backup)


class Iis7Restoring:
    """A restore by appcmd, which stops IIS for it; see :class:`~..server.Restoring`."""

    def __init__(self, context: Context, backup: Backup) -> None:
        self._context = context
        self._backup = backup
        self._path = (read_system(context).directory or "C:\\Windows\\system32") + _CONFIGURATION
        self._before = self._look()

    def order(self, deadline: Deadline, password: str, is_seen: Callable[[], bool]) -> None:  # noqa: ARG002
        """Run ``appcmd restore backup``."""
        try:
            appcmd_of(self._context).order(
                Verb.RESTORE, Noun.BACKUP, self._backup.name, timeout=max(LEAST, deadline.left)
            )
        except Fault as fault:
            raise IisError(f"Couldn't {deadline.purpose}: the host answered {codes.describe_fault(fault)}.") from fault
        except OutcomeUnknown as unknown:
            if not is_seen():
                raise IisError(
                    f"Couldn't {deadline.purpose}: its answer got lost ({unknown}). In {deadline.seconds:g} s no "
                    "service stopped, and applicationHost.config wasn't written. Run the task again."
                ) from unknown

    def has_written(self) -> bool:
        """Whether applicationHost.config is another than before: one request."""
        return self._look() != self._before

    def _look(self) -> tuple[Raw, ...]:
        wql = f"SELECT FileSize, LastModified FROM CIM_DataFile WHERE Name={quote(self._path)}"
        return tuple(
            row.get(name) for row in self._context.host.query(CIMV2, wql) for name in ("FileSize", "LastModified")
        )
