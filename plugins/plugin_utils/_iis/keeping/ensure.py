# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeping the configuration: the doors of the modules iis_metabase_save and iis_metabase_settings."""

from __future__ import annotations

from ..context import Context
from ..model.backups import check_backup_name
from ..outcome import Outcome
from ..server import Feature, Metabase, Server
from ..versions import consult


def ensure_saved(context: Context, *, timeout: float, backup: str | None) -> Outcome:
    """Save what IIS holds in memory; ``backup`` names a backup to make first.

    Raises IisError, see :meth:`~..server.Keeper.save`.
    """
    if backup is not None:
        check_backup_name(backup)
    report = consult(context, lambda server: server.keeper.save(context, timeout=timeout, backup=backup))
    values = report.as_values()
    return Outcome(
        changed=report.changed or backup is not None,
        values=values,
        before=values["before"],
        after=values["after"],
    )


def ensure_metabase_settings(
    context: Context,
    *,
    edit_while_running: bool | None,
    history: bool | None,
    max_history_files: int | None,
) -> Outcome:
    """Bring the settings that are given (not None) to these values, leaving the others alone. Raises IisError."""
    return consult(
        context,
        lambda server: metabase_of(server).ensure_settings(
            context, edit_while_running=edit_while_running, history=history, max_history_files=max_history_files
        ),
    )


def metabase_of(server: Server) -> Metabase:
    """The metabase of an IIS. Raises IisError where it has none."""
    return server.metabase or server.refuse(Feature.METABASE_SETTINGS)
