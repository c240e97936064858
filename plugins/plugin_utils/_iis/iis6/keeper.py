# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IIS 6 holds in memory: saving the metabase, and the settings by which IIS keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..context import Context
from ..interruptions import note_saved
from ..metabase.disk import locate_metabase, read_metabase_file
from ..metabase.ensure import ensure_metabase_settings
from ..metabase.events import of_this_process, read_save_failures
from ..metabase.save import SaveReport, save
from ..metabase.settings import read_metabase_settings
from ..outcome import Outcome
from ..windows.services import CORE_SERVICES, Service, ServiceState, read_services
from ..windows.system import System
from .provider import IISADMIN

_SAVED = {
    True: "saved before anything stops",
    False: "not saved first: IISADMIN writes it when it stops cleanly",
}
_FORCED = "; force kills what doesn't stop in time, and what memory holds unsaved is lost then"


class Iis6Keeper:
    """The metabase in memory; see :class:`~..server.Keeper`."""

    name = "metabase"
    not_saved = "Nothing was stopped, because the metabase could not be saved first."

    def save(
        self,
        context: Context,
        *,
        timeout: float,
        backup: str | None = None,
        services: Mapping[str, Service] | None = None,
    ) -> SaveReport:
        """See :func:`~..metabase.save.save`."""
        report = save(context, timeout=timeout, backup=backup, admin=(services or {}).get(IISADMIN))
        note_saved(context, is_saved=True)
        return report

    def is_unsaved(self, context: Context, *, timeout: float) -> bool | None:
        """Without IISADMIN nothing is in memory; after a save that failed, something is."""
        admin = read_services(context, CORE_SERVICES).get(IISADMIN)
        if admin is None:
            return None  # IIS isn't installed, which the restart will say
        written = save(replace(context, check_mode=True), timeout=timeout, admin=admin).before.last_modified
        if admin.state is ServiceState.STOPPED:
            return False
        failures = read_save_failures(context, written) or frozenset()
        return True if of_this_process(context, failures, admin.process_id) else None

    def losses(self, *, saved: bool, forced: bool) -> str:
        """Say what becomes of what is in memory."""
        return _SAVED[saved] + (_FORCED if forced else "")


class Iis6Metabase:
    """The metabase on disk, and its settings; see :class:`~..server.Metabase`."""

    def describe(self, context: Context, system: System) -> dict[str, Any]:
        """Read the file and the settings: two requests."""
        settings = read_metabase_settings(context)  # first: it tells an IIS that has no metabase
        file = read_metabase_file(context, locate_metabase(system))
        return {"path": file.path, **file.as_values(), "writeable": file.writeable, **settings.as_values()}

    def ensure_settings(
        self, context: Context, *, edit_while_running: bool | None, history: bool | None, max_history_files: int | None
    ) -> Outcome:
        """See :func:`~..metabase.ensure.ensure_metabase_settings`."""
        return ensure_metabase_settings(
            context, edit_while_running=edit_while_running, history=history, max_history_files=max_history_files
        )
