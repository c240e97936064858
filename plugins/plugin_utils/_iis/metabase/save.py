# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Saving the metabase from memory to disk, and knowing that it is there.

IIS 6 keeps its configuration in memory and writes it to MetaBase.xml 60 seconds after a change, or when it is
told to (cc758342). A restart that kills the process before that loses the change (KB:Q286196).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..._wsman.errors import OutcomeUnknown
from ..context import Context
from ..outcome import IisError, Outcome
from ..windows.services import ServiceState, read_settled_service
from ..windows.system import read_system
from .backups import check_backup_name, list_backups, make_backup, order_backup
from .call import COMPUTER, call_when_free
from .disk import MetabaseFile, SaveFailure, locate_metabase, read_metabase_file, read_save_failures
from .settings import read_metabase_settings

_AT_STAKE = "Until a save succeeds, a restart of IIS would load the older file and lose the changes made since."
_STALE = "IIS puts a copy into its History folder then, but MetaBase.xml itself is stale."

#: What edit-while-running means for the file (ms524694, aa670761).
_EDITING = {
    True: " Edit-while-running is on: IIS also takes over what somebody edits in the file.",
    False: " Edit-while-running is off: what somebody edits in the file while IIS runs gets lost.",
}


@dataclass(frozen=True)
class BackupMade:
    """A backup that was made before the save. ``version`` is None when the host wouldn't list its backups."""

    name: str
    version: int | None


@dataclass(frozen=True)
class SaveReport:
    """What a save did, with MetaBase.xml as it was before and after.

    ``edit_while_running`` is None when the host doesn't tell, ``explanation`` a sentence for the operator.
    """

    before: MetabaseFile
    after: MetabaseFile
    edit_while_running: bool | None
    explanation: str
    backup: BackupMade | None = None

    @property
    def changed(self) -> bool:
        """Whether the file on the disk was written; with nothing to save IIS leaves it alone (MS-IMSA 3.1.4.30)."""
        return self.after.moved_on_from(self.before)

    @property
    def path(self) -> str:
        """Where MetaBase.xml is on the host."""
        return self.before.path

    def as_values(self) -> dict[str, Any]:
        """The report under the names of the return values of iis_metabase_save."""
        values: dict[str, Any] = {
            "path": self.path,
            "edit_while_running": self.edit_while_running,
            "before": self.before.as_values(),
            "after": self.after.as_values(),
            "msg": self.explanation,
        }
        if self.backup:
            values["backup"] = {"name": self.backup.name, "version": self.backup.version}
        return values


def save(context: Context, *, timeout: float = 30.0) -> SaveReport:
    """Write the metabase to disk (IIsComputer.SaveData) and verify that nothing went wrong.

    ERROR_PATH_BUSY is tried again for ``timeout`` seconds. Raises IisError when IIS refuses, when the host
    logged event 51228 meanwhile, or when MetaBase.xml is write-protected. In check mode nothing is saved, and
    what would make a save fail is reported as it would be.
    """
    return _save(context, timeout, backup=None)


def ensure_saved(context: Context, *, timeout: float = 30.0, backup: str | None = None) -> Outcome:
    """Save the metabase for the module iis_metabase_save; ``backup`` names a metabase backup to make first."""
    if backup is not None:
        check_backup_name(backup)
    report = _save(context, timeout, backup)
    values = report.as_values()
    return Outcome(
        changed=report.changed or backup is not None,
        values=values,
        before=values["before"],
        after=values["after"],
    )


def _save(context: Context, timeout: float, backup: str | None) -> SaveReport:
    admin = read_settled_service(context, "IISADMIN", timeout)
    if admin is None:
        raise IisError("Couldn't save the metabase: IIS isn't installed on this host, it has no IIS Admin service.")
    before = read_metabase_file(context, locate_metabase(read_system(context)))
    if admin.state is not ServiceState.STARTED:
        if backup is not None:
            raise IisError(
                f"Couldn't make the metabase backup '{backup}': IISADMIN, which makes it, is {admin.state}. Start it "
                "first, for instance with fleetops.iis.iis_service."
            )
        words = f"Nothing to save: IISADMIN is {admin.state}, so no metabase is in memory."
        return SaveReport(before, before, None, words)
    if not before.writeable:
        raise IisError(
            f"Couldn't save the metabase: {before.path} is write-protected (read-only). IIS would keep the changes in "
            f"memory, put a copy into its History folder and leave the file as it is. {_AT_STAKE} Clear the read-only "
            f"attribute on the host: attrib -r {before.path}",
            values={"path": before.path, "before": before.as_values()},
        )
    edit_while_running = read_metabase_settings(context).edit_while_running
    if context.check_mode:
        words = (
            "The metabase would be saved: the file can be written. Whether memory holds changes that the file lacks "
            f"can't be known beforehand.{_EDITING[edit_while_running]}"
        )
        return SaveReport(before, before, edit_while_running, words)
    backup_made = _back_up(context, backup, timeout) if backup else None
    try:
        after = _save_and_verify(context, before, timeout)
    except IisError as error:
        error.changed = error.changed or backup_made is not None
        raise
    written = after.moved_on_from(before)
    words = "The metabase was written to disk." if written else "Memory held nothing that the file lacked."
    words += _EDITING[edit_while_running]
    return SaveReport(before, after, edit_while_running, words, backup_made)


def _back_up(context: Context, name: str, timeout: float) -> BackupMade:
    try:
        before = list_backups(context, name)
    except IisError as trouble:
        context.operator.warn(f"The version of the metabase backup '{name}' can't be told. {trouble.message}")
        order_backup(context, name, lambda: False, timeout=timeout)
        return BackupMade(name, None)
    backup, _all = make_backup(context, name, before, timeout=timeout)
    return BackupMade(name, backup.version)


def _save_and_verify(context: Context, before: MetabaseFile, timeout: float) -> MetabaseFile:
    failures_before = read_save_failures(context)

    def save_data() -> bool:
        try:
            context.host.invoke(COMPUTER, "SaveData")
        except OutcomeUnknown:
            return read_metabase_file(context, before.path).moved_on_from(before)
        return True

    try:
        call_when_free(context, f"save the metabase to {before.path}", save_data, timeout)
    except IisError as error:
        after = read_metabase_file(context, before.path)
        failures = read_save_failures(context) - failures_before
        stale = f"{_logged(failures)} {_STALE}" if failures else ""
        raise _failed(f"{error.message}{stale} {_AT_STAKE}", before, after) from error
    after = read_metabase_file(context, before.path)
    failures = read_save_failures(context) - failures_before
    if failures:
        raise _failed(
            f"The metabase wasn't saved to {before.path}, although IIS accepted the request.{_logged(failures)} "
            f"{_STALE} {_AT_STAKE}",
            before,
            after,
        )
    older = _since(before, failures_before)
    if older and not after.moved_on_from(before):
        raise _failed(
            f"IIS has nothing new to save, but its last attempt to write {before.path} failed after the file was last "
            f"written, so the file lacks changes that memory holds.{_logged(older)} {_STALE} {_AT_STAKE} Put the cause "
            "right, make any change to the configuration, so that IIS writes all of it again, and save.",
            before,
            after,
        )
    return after


def _since(file: MetabaseFile, failures: set[SaveFailure]) -> set[SaveFailure]:
    """The failures that were logged after the file was written."""
    written = file.last_modified
    return {it for it in failures if written is not None and it.logged_at is not None and it.logged_at > written}


def _logged(failures: set[SaveFailure]) -> str:
    if not failures:
        return ""
    newest = max(failures, key=lambda failure: failure.record or 0)
    return f" The host logged event 51228: {newest.message or '(no text)'}"


def _failed(message: str, before: MetabaseFile, after: MetabaseFile) -> IisError:
    return IisError(
        message,
        values={"path": before.path, "before": before.as_values(), "after": after.as_values()},
        changed=after.moved_on_from(before),
    )
