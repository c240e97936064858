# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Saving the metabase from memory to disk, and knowing that it is there.

IIS 6 keeps its configuration in memory and writes it to MetaBase.xml 60 seconds after a change, or when it is
asked to (cc758342). A restart that kills the process before that loses the change (KB:Q286196).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..._wsman.errors import Fault, OutcomeUnknown
from .. import codes
from ..context import Context
from ..iis6.provider import IISADMIN, require_own_windows
from ..outcome import IisError
from ..server import Missing
from ..waiting import Deadline
from ..windows.services import Service, read_settled_service
from ..windows.system import System, read_system
from .disk import MetabaseFile, locate_metabase, read_metabase_file, read_rejected_edit
from .events import SaveFailure, of_this_process, quoted, read_save_failures
from .iiscnfg import save_by_script
from .metaback import list_backups, make_backup, order_backup
from .retry import COMPUTER, HELD, FileHeld, call_when_free, is_general
from .settings import read_metabase_settings

_AT_STAKE = "Until a save succeeds, a restart of IIS would load the older file and lose the changes made since."
_STALE = "IIS puts a copy into its History folder then, but MetaBase.xml itself is stale."
_CHANGE_SOMETHING = "make any change to the configuration, so that IIS writes all of it again, and save"

#: What edit-while-running means for the file (ms524694, aa670761).
_EDITING = {
    True: " Edit-while-running is on: IIS also takes over edits of the file.",
    False: " Edit-while-running is off: edits of the file while IIS runs get lost.",
}


@dataclass(frozen=True)
class BackupMade:
    """A backup that was made before the save. ``version`` is None when the host wouldn't list its backups."""

    name: str
    version: int | None


@dataclass(frozen=True)
class SaveReport:
    """What a save did, with MetaBase.xml as it was before and after.

    ``edit_while_running`` is None when IISADMIN doesn't run, ``explanation`` a sentence for the operator.
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


def save(context: Context, *, timeout: float, backup: str | None = None, admin: Service | None = None) -> SaveReport:
    """Write the metabase to disk (IIsComputer.SaveData) and verify that nothing went wrong.

    A busy metabase, and a file that another program holds, are waited for, at most ``timeout`` seconds. ``backup``
    names a metabase backup to make first, ``admin`` is IISADMIN where it was just read. Raises IisError when IIS
    refuses, when the host logged event 51228 meanwhile, or when MetaBase.xml is write-protected. In check mode nothing
    is saved, and what would make a save fail is reported as it would be.
    """
    deadline = Deadline.after(context, timeout, "save the metabase")
    if admin is None or admin.state.is_pending:
        admin = read_settled_service(context, IISADMIN, timeout)
    if admin is None:
        words = "Couldn't save the metabase: IIS isn't installed on this host, it has no IIS Admin service."
        raise Missing(lambda: words)
    system = read_system(context)
    require_own_windows(context, "save the metabase", system)
    before = read_metabase_file(context, locate_metabase(system))
    if not admin.state.is_up:
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
    rejected = read_rejected_edit(context, before) if edit_while_running else None
    if rejected:
        context.operator.warn(
            f"{before.path} was edited, and IIS rejected the edit, since the file isn't valid. A save writes what IIS "
            f"has in memory over it; IIS kept a copy of the edited file: {rejected}."
        )
    if context.check_mode:
        words = (
            "The metabase would be saved: the file can be written. Whether memory holds changes that the file lacks "
            f"can't be known beforehand.{_EDITING[edit_while_running]}"
        )
        return SaveReport(before, before, edit_while_running, words)
    context.operator.progress("Saving the metabase")
    backup_made = _back_up(context, backup, deadline.left) if backup else None
    try:
        after = _Save(context, system, before, deadline).carry_out(admin.process_id, rejected)
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
        context.operator.warn(f"The version of the metabase backup '{name}' can't be read. {trouble.message}")
        order_backup(context, name, lambda: False, timeout=timeout)
        return BackupMade(name, None)
    backup, _all = make_backup(context, name, before, timeout=timeout)
    return BackupMade(name, backup.version)


class _Save:
    """One save, and the proof of it: the file as it was before, and the failures that had been logged by then."""

    def __init__(self, context: Context, system: System, before: MetabaseFile, deadline: Deadline) -> None:
        self._context = context
        self._system = system
        self._before = self._after = before
        self._deadline = deadline
        self._refusal: Fault | None = None
        self._may_use_script = not system.is_newer_than_2003
        self._script_failure = ""
        # Searched once more only where it could be searched at all.
        self._known = read_save_failures(context, before.last_modified)
        self._logged = self._known or frozenset()

    def carry_out(self, process_id: int, rejected: str | None) -> MetabaseFile:
        """Save, and return the file as it is then. Raises IisError."""
        try:
            call_when_free(self._deadline, self._attempt)
        except IisError as error:
            self._look()
            stale = f" {quoted(self._new)} {_STALE}" if self._new else ""
            raise self._failed(f"{error.message}{self._script_failure}{stale} {_AT_STAKE}") from error
        written = self._after.moved_on_from(self._before)
        failures = {it for it in self._new if not written or it.is_since(self._after.last_modified)}
        if failures:
            raise self._failed(
                f"The metabase wasn't saved to {self._before.path}, although IIS accepted the request. "
                f"{quoted(failures)} {_STALE} {_AT_STAKE}"
            )
        if not written:
            self._check_unwritten(process_id, rejected)
        return self._after

    def _check_unwritten(self, process_id: int, rejected: str | None) -> None:
        """IIS left the file alone, since it has nothing new. Raises IisError if the file isn't what memory holds."""
        since = {it for it in self._logged if it.is_since(self._before.last_modified)}
        older = of_this_process(self._context, since, process_id)
        if older:
            raise self._failed(
                f"IIS has nothing new to save, but its last attempt to write {self._before.path} failed after the file "
                f"was last written, so the file lacks changes that memory holds. {quoted(older)} {_STALE} {_AT_STAKE} "
                f"Fix the cause, {_CHANGE_SOMETHING}."
            )
        if rejected:
            raise self._failed(
                f"IIS has nothing new to save, and {self._before.path} holds an edit that IIS rejected, since the file "
                f"isn't valid (IIS kept a copy: {rejected}). IIS couldn't start from it. Correct the file, or "
                f"{_CHANGE_SOMETHING}."
            )

    def _attempt(self) -> bool:
        try:
            self._order()
        except OutcomeUnknown:
            return self._look()
        # IIS may accept the request, and report a failure to the event log only.
        if not self._look() and self._new and all(failure.codes <= HELD for failure in self._new):
            raise FileHeld(f"IIS accepted the request, but {quoted(self._new)}")
        return True

    def _order(self) -> None:
        """Call SaveData, or run the script where it can't be called or its refusal says nothing.

        After such a refusal the script waits for the next attempt: events have whole seconds.
        """
        refusal = self._refusal if self._may_use_script else None
        if refusal is None:
            try:
                self._context.host.invoke(COMPUTER, "SaveData")
                return
            except Fault as fault:
                refusal = fault
                self._refusal = fault if fault.has(*codes.NOT_CALLABLE) or is_general(fault) else None
                if not (self._may_use_script and fault.has(*codes.NOT_CALLABLE)):
                    raise
        try:
            save_by_script(self._context, self._system, self._deadline.left)
        except IisError as error:
            self._may_use_script = False
            self._script_failure = f" It couldn't be saved by iiscnfg.vbs either: {error.message}"
            raise refusal from error

    def _look(self) -> bool:
        """Read the file and the log. Returns whether the file was written."""
        self._after = read_metabase_file(self._context, self._before.path)
        if self._known is not None:
            self._logged = read_save_failures(self._context, self._before.last_modified) or frozenset()
        return self._after.moved_on_from(self._before)

    @property
    def _new(self) -> frozenset[SaveFailure]:
        """What was logged since the save began."""
        return self._logged - (self._known or frozenset())

    def _failed(self, message: str) -> IisError:
        before, after = self._before, self._after
        return IisError(
            message,
            values={"path": before.path, "before": before.as_values(), "after": after.as_values()},
            changed=after.moved_on_from(before),
        )
