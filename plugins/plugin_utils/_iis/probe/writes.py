# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The writes of the collection, tried only where that is asked for. Each puts back what it changed, or changes nothing.

Not tried, because nothing could take them back: stopping, starting and pausing services, restoring backups and
recycling pools.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from ..._wsman.errors import Fault, OutcomeUnknown
from ..._wsman.values import Argument, ObjectPath, Raw
from ..iis6.isolation import PROPERTY, SETTING
from ..iis6.kinds import KINDS
from ..metabase import settings as metabase
from ..metabase.metaback import delete_backup, list_backups, make_backup
from ..metabase.retry import COMPUTER
from ..metabase.save import save
from ..model.sites import Order, Site, SiteState
from ..outcome import IisError
from ..sites.change import SiteChange
from ..versions import assumed
from ..waiting import Deadline, patiently
from ..windows.control import change_start_mode
from .attempts import Probe
from .reads import Found

#: The backup that is made and deleted again.
BACKUP_NAME = "fleetops-iis-probe"

#: Seconds for a site to settle, and for the metabase to be free.
_TIMEOUT = 30.0

_NUMBER = "MaxHistoryFiles"


def probe_writes(probe: Probe, found: Found, *, refused_because: str = "") -> None:
    """Try the writes, or skip them all for the given reason."""
    writes = _Writes(probe, found)
    shapes: list[tuple[str, str, Callable[[], None]]] = [
        (f"put {PROPERTY}", f"fragment Put {PROPERTY} of {SETTING}", writes.put_boolean),
        (f"put {_NUMBER}", f"fragment Put {_NUMBER} of {metabase.SETTING}", writes.put_number),
        ("invoke ChangeStartMode", "ChangeStartMode of Win32_Service W3SVC", writes.change_start_mode),
        ("invoke SaveData", f"SaveData of {COMPUTER}", writes.save),
        ("invoke BackupWithPassword", f"BackupWithPassword and DeleteBackup of {COMPUTER}", writes.back_up),
    ]
    why = refused_because or _why_not(found)
    for shape, request, write in shapes:
        if why:
            probe.skip(shape, request, why)
        else:
            probe.attempt(write)
    for kind in (KINDS["web"], KINDS["ftp"]):
        site = found.started.get(kind.name)
        request = f"Pause and Continue of {kind.server_class}"
        if why or site is None:
            probe.skip("invoke Pause", request, why or "no site of this kind is started")
        elif no_pause := assumed(probe.context).sites.orders[Order.PAUSE]:
            probe.skip("invoke Pause", request, no_pause)
        else:
            probe.attempt(partial(_pause_and_continue, probe, site))


def _why_not(found: Found) -> str:
    """Why nothing can be written, or an empty text."""
    if found.later is not None and not found.has_metabase_classes:
        return "IIS 7 and later are only read"
    return "" if found.runs("iisadmin") else "IISADMIN doesn't run"


class _Writes:
    """The writes that leave everything as it was."""

    def __init__(self, probe: Probe, found: Found) -> None:
        self._probe = probe
        self._context = probe.context
        self._found = found

    def put_boolean(self) -> None:
        self._put(SETTING, PROPERTY, self._probe.host.get(SETTING).boolean(PROPERTY))

    def put_number(self) -> None:
        self._put(metabase.SETTING, _NUMBER, self._probe.host.get(metabase.SETTING).integer(_NUMBER))

    def change_start_mode(self) -> None:
        service = self._found.services["w3svc"]
        if trouble := change_start_mode(self._context, service, service.start_mode):
            raise IisError(trouble)

    def save(self) -> None:
        save(self._context, timeout=_TIMEOUT)

    def back_up(self) -> None:
        before = list_backups(self._context, BACKUP_NAME)
        made, _all = make_backup(self._context, BACKUP_NAME, before, timeout=_TIMEOUT)
        delete_backup(self._context, made, timeout=_TIMEOUT)

    def _put(self, path: ObjectPath, name: str, value: Argument) -> None:
        """Write what is there, and see that no property of the object is another afterwards; else write it back."""
        host = self._probe.host
        before = dict(host.get(path))
        host.put_property(path, name, value)
        changed = _differences(before, dict(host.get(path)))
        if not changed:
            return
        for other in changed:
            try:
                host.put_property(path, other, _argument(before.get(other)))
            except (Fault, OutcomeUnknown):
                continue  # what is left is reported below
        left = _differences(before, dict(host.get(path)))
        if left:
            values = ", ".join(f"{name}={before.get(name)!r}" for name in left)
            self._probe.operator.warn(
                f"The probe's Put of {path} changed properties that couldn't be written back. They were: {values}"
            )
        raise IisError(f"The Put changed {', '.join(changed)}; {'not all' if left else 'all'} written back")


def _pause_and_continue(probe: Probe, site: Site) -> None:
    """Pause a started site and continue it, whatever happens in between. Warns when it can't be seen started."""
    context = probe.context
    change = SiteChange(context, site, Deadline.after(context, _TIMEOUT, f"pause the {site.title}"))
    try:
        change.begin(Order.PAUSE)
        waits = change.look() is SiteState.PAUSED
        change.finish(Order.PAUSE)
        probe.host.remark("invoke Pause", f"answered {'after' if waits else 'before'} the site was paused")
    finally:
        deadline = Deadline.after(context, 2 * _TIMEOUT, f"continue the {site.title}")
        back = SiteChange(context, change.site, deadline)
        try:
            patiently(context, deadline, back.resume)
        finally:
            if back.site.state is not SiteState.STARTED:
                probe.operator.warn(
                    f"The probe paused the {site.title}, and it wasn't seen to continue. Check it, and continue it "
                    f"with fleetops.iis.iis_site, service={site.kind.name} id={site.id} state=started."
                )


def _differences(before: Mapping[str, Raw], after: Mapping[str, Raw]) -> list[str]:
    return sorted(name for name in {*before, *after} if repr(before.get(name)) != repr(after.get(name)))


def _argument(value: Raw) -> Argument:
    """A value as it was read, as one that can be written."""
    if isinstance(value, list):
        return [each for each in value if isinstance(each, str)]
    return value
