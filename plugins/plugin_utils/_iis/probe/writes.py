# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request shapes that write. Each writes what is there already, or takes back what it did.

Not tried, because nothing could take them back: stopping services, iisreset, a restore, a reboot, ``sc failure``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from ..._wsman.errors import Fault, HostUnreachable, OutcomeUnknown
from ..._wsman.values import Argument, ObjectPath, Raw
from ..context import IISV2
from ..isolation.mode import PROPERTY, SETTING
from ..metabase.backups import NEXT_VERSION, delete_backup, list_backups
from ..metabase.call import COMPUTER
from ..outcome import IisError
from ..sites.kinds import KINDS
from ..sites.read import read_state
from ..sites.states import Order, SiteState
from ..waiting import PATIENCE, Deadline, TimedOut, patiently, wait_until
from ..windows.services import service_path
from .findings import Probe, Unlike, tell_result
from .iis import StartedSites
from .windows import Windows

#: The backup that is made and deleted again.
BACKUP_NAME = "fleetops-iis-probe"

#: Seconds for a site to settle, and for the metabase to be free.
_SETTLE_TIMEOUT = 30.0

_COMPUTER_SETTING = ObjectPath(IISV2, "IIsComputerSetting", {"Name": "LM"})
_NUMBER = "MaxHistoryFiles"
#: What ChangeStartMode takes for what StartMode reads as.
_START_MODES = {"Auto": "Automatic", "Manual": "Manual", "Disabled": "Disabled"}


def probe_writes(probe: Probe, windows: Windows, sites: StartedSites, *, refused_because: str = "") -> None:
    """Try the writes, or skip them all for the given reason."""
    writes = _Writes(probe, windows)
    shapes: list[tuple[str, str, Callable[[], str]]] = [
        ("fragment-put", f"fragment Put {PROPERTY} of {SETTING}", writes.put_boolean),
        ("fragment-put-number", f"fragment Put {_NUMBER} of {_COMPUTER_SETTING}", writes.put_number),
        ("change-start-mode", "ChangeStartMode of Win32_Service W3SVC", writes.change_start_mode),
        ("save", f"SaveData of {COMPUTER}", writes.save),
        ("backup", f"BackupWithPassword and DeleteBackup of {COMPUTER}", writes.back_up),
    ]
    why = refused_because or ("" if windows.runs("IISADMIN") else "IISADMIN doesn't run")
    for shape, request, write in shapes:
        if why:
            probe.skip(shape, request, why)
        else:
            probe.attempt(shape, request, write, str)
    for kind in ("web", "ftp"):
        shape, request = f"pause-continue-{kind}", f"Pause and Continue of {KINDS[kind].server_class}"
        number = sites.started.get(kind)
        if why or number is None:
            probe.skip(shape, request, why or "no site of this kind is started")
        else:
            probe.attempt(shape, request, _Pause(probe, kind, number).try_it, str)


class _Writes:
    """The writes that leave everything as it was."""

    def __init__(self, probe: Probe, windows: Windows) -> None:
        self._probe = probe
        self._host = probe.context.host
        self._windows = windows

    def put_boolean(self) -> str:
        value = self._host.get(SETTING).boolean(PROPERTY)
        return self._put_and_compare(SETTING, lambda: self._host.put_property(SETTING, PROPERTY, value))

    def put_number(self) -> str:
        value = self._host.get(_COMPUTER_SETTING).integer(_NUMBER)
        return self._put_and_compare(
            _COMPUTER_SETTING, lambda: self._host.put_property(_COMPUTER_SETTING, _NUMBER, value)
        )

    def change_start_mode(self) -> str:
        row = self._windows.services.get("w3svc")
        mode = _START_MODES.get((row.text("StartMode") or "") if row is not None else "")
        if mode is None:
            raise Unlike("the start mode of W3SVC isn't known")
        result = self._host.invoke(service_path("W3SVC"), "ChangeStartMode", {"StartMode": mode})
        if result.return_value != 0:
            raise Unlike(tell_result(result))
        return tell_result(result)

    def save(self) -> str:
        return tell_result(self._host.invoke(COMPUTER, "SaveData"))

    def back_up(self) -> str:
        context = self._probe.context
        there = list_backups(context, BACKUP_NAME)
        arguments: Mapping[str, Argument] = {
            "BackupLocation": BACKUP_NAME,
            "BackupVersion": NEXT_VERSION,
            "BackupFlags": 0,
            "Password": "",
        }
        result = self._host.invoke(COMPUTER, "BackupWithPassword", arguments)
        made = [backup for backup in list_backups(context, BACKUP_NAME) if backup not in there]
        if not made:
            raise Unlike("accepted, but no backup is listed")
        for backup in made:
            delete_backup(context, backup, timeout=_SETTLE_TIMEOUT)
        return f"{tell_result(result)}; listed and deleted again"

    def _put_and_compare(self, path: ObjectPath, put: Callable[[], None]) -> str:
        """Write, and see that no property of the object is another afterwards; one that is, is written back."""
        before = dict(self._host.get(path))
        put()
        changed = _differences(before, dict(self._host.get(path)))
        if not changed:
            return "accepted, and every property as before"
        for name in changed:
            try:
                self._host.put_property(path, name, _argument(before.get(name)))
            except (Fault, OutcomeUnknown):
                continue  # what is left is told below
        left = _differences(before, dict(self._host.get(path)))
        if left:
            values = ", ".join(f"{name}={before.get(name)!r}" for name in left)
            self._probe.context.operator.warn(
                f"The probe's Put of {path} changed properties that couldn't be written back. They were: {values}"
            )
        raise Unlike(f"the Put changed {', '.join(changed)}; " + ("not all" if left else "all") + " written back")


class _Pause:
    """Pause and Continue of one site."""

    def __init__(self, probe: Probe, kind: str, number: int) -> None:
        self._context = probe.context
        self._kind = kind
        self._service = KINDS[kind]
        self._number = number
        self._path = self._service.server(number)

    def try_it(self) -> str:
        try:
            told = tell_result(self._context.host.invoke(self._path, Order.PAUSE.value))
            at_once = self._read()
            self._settle(SiteState.PAUSED, _SETTLE_TIMEOUT)
        except (Fault, OutcomeUnknown, HostUnreachable, IisError, Unlike):
            self._bring_back()
            raise
        before = "after" if at_once is SiteState.PAUSED else "before"
        return f"Pause: {told}, answered {before} the site was paused; Continue: {self._bring_back()}"

    def _bring_back(self) -> str:
        """See the site started again, and ask it to continue if it isn't. Raises when it can't be seen started."""
        deadline = Deadline.after(self._context, 2 * _SETTLE_TIMEOUT, f"continue the {self._title()}")
        try:
            return patiently(self._context, deadline, self._continue)
        except HostUnreachable as lost:
            raise HostUnreachable(f"{lost}. {self._remedy()}") from lost
        except (Fault, OutcomeUnknown, IisError, Unlike):
            self._context.operator.warn(self._remedy())
            raise

    def _continue(self) -> str:
        try:
            self._settle(SiteState.PAUSED, PATIENCE)
        except Unlike:
            if self._read() is SiteState.STARTED:
                return "not needed"
        told = "its answer was lost"
        with suppress(OutcomeUnknown):
            told = tell_result(self._context.host.invoke(self._path, Order.CONTINUE.value))
        self._settle(SiteState.STARTED, _SETTLE_TIMEOUT)
        return told

    def _read(self) -> SiteState | None:
        return read_state(self._context, self._service, self._number)

    def _settle(self, state: SiteState, timeout: float) -> None:
        try:
            wait_until(self._context, self._read, lambda seen: seen is state, timeout)
        except TimedOut as late:
            seen = late.last.word if late.last else "gone"
            raise Unlike(f"the site is {seen}, not {state.word}, after {timeout:g} s") from None

    def _title(self) -> str:
        return f"{self._service.noun} {self._service.key(self._number)}"

    def _remedy(self) -> str:
        return (
            f"The probe paused the {self._title()} and couldn't see it continue. Look at it, and continue it with "
            f"fleetops.iis.iis_site, service={self._kind} id={self._number} state=started."
        )


def _differences(before: Mapping[str, Raw], after: Mapping[str, Raw]) -> list[str]:
    return sorted(name for name in {*before, *after} if repr(before.get(name)) != repr(after.get(name)))


def _argument(value: Raw) -> Argument:
    """A value as it was read, as one that can be written."""
    if isinstance(value, list):
        return [each for each in value if isinstance(each, str)]
    return value
