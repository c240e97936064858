# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IIS 7 and later hold in memory: nothing, but for the virtual servers that are left in the metabase of IIS 6.

A change of applicationHost.config is on the disk when it is made. SMTP and NNTP virtual servers, and the FTP 6 of
Windows Server 2008, are in the metabase, which IISADMIN keeps in memory as IIS 6 does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..context import Context
from ..iis6.keeper import Iis6Keeper
from ..metabase.save import BackupMade
from ..model.backups import Backup, NewBackup
from ..server import Missing, Saved
from ..windows.services import Service, read_services
from .backups import Iis7Backups

_METABASE = Iis6Keeper()

#: The services (keys) whose virtual servers are in the metabase.
_IN_METABASE = ("smtpsvc", "nntpsvc", "msftpsvc")

_NOTHING = (
    "Nothing to save: IIS 7 and later hold no configuration in memory. A change is on the disk, in "
    "applicationHost.config, when it is made."
)


@dataclass(frozen=True)
class NothingToSave:
    """The configuration is on the disk already. ``backup`` is one that was made nevertheless."""

    backup: Backup | None = None

    changed = False

    def as_values(self) -> dict[str, Any]:
        """The report under the names of the return values of iis_metabase_save."""
        values: dict[str, Any] = {"needed": False, "before": {}, "after": {}, "msg": _NOTHING}
        if self.backup:
            values["backup"] = {"name": self.backup.name, "version": self.backup.version}
        return values


class Iis7Keeper:
    """Nothing to keep, or the metabase of IIS 6; see :class:`~..server.Keeper`."""

    name = "configuration"
    not_saved = _METABASE.not_saved

    def save(
        self,
        context: Context,
        *,
        timeout: float,
        backup: str | None = None,
        services: Mapping[str, Service] | None = None,
    ) -> Saved:
        """Save the metabase of IIS 6 where something is in it; one request where nothing is."""
        made = self._back_up(context, backup, timeout) if backup else None
        if _has_metabase(context):
            try:
                report = _METABASE.save(context, timeout=timeout, services=services)
                return replace(report, backup=BackupMade(made.name, made.version)) if made else report
            except Missing:
                context.operator.warn(
                    "What IISADMIN holds of SMTP, NNTP or FTP 6 in memory can't be saved from here, because the "
                    "Windows feature IIS 6 WMI Compatibility (Web-WMI) isn't installed. IISADMIN writes it when it "
                    "stops cleanly."
                )
        return NothingToSave(made)

    def is_unsaved(self, context: Context, *, timeout: float) -> bool | None:
        """Nothing is unsaved where nothing is in memory."""
        if not _has_metabase(context):
            return False
        try:
            return _METABASE.is_unsaved(context, timeout=timeout)
        except Missing:
            return None

    def losses(self, *, saved: bool, forced: bool) -> str:  # noqa: ARG002
        """Nothing is lost."""
        return ""

    @staticmethod
    def _back_up(context: Context, name: str, timeout: float) -> Backup | None:
        """Make a backup; in check mode, only look whether it can have the name."""
        store, new = Iis7Backups(), NewBackup(name)
        if context.check_mode:
            store.check(new, ())
            return None
        return store.make(context, new, store.read_all(context, name), timeout=timeout)[0]


def _has_metabase(context: Context) -> bool:
    """Whether IISADMIN is there, and virtual servers of which it is the only memory."""
    services = read_services(context, ["iisadmin", *_IN_METABASE])
    return "iisadmin" in services and len(services) > 1
