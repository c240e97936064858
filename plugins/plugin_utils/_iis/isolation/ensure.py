# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuring the isolation mode: the module iis_isolation_mode."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from ..._wsman.errors import Fault, MalformedAnswer
from ..context import Context
from ..interruptions import note_saved
from ..model.isolation import IsolationMode, Mode
from ..outcome import IisError, Outcome
from ..server import IsolationModes
from ..versions import assumed
from ..windows.services import SERVICE_NAMES
from .read import modes_of, read_isolation_mode


def ensure_isolation_mode(context: Context, *, mode: str) -> Outcome:
    """Configure the isolation mode for the module iis_isolation_mode.

    ``changed`` is true when the configured mode was changed or a service still runs in the other one, so that a run
    that died between the change and the restart is finished by the next one. Raises IisError.
    """
    wanted = Mode(mode)
    before = read_isolation_mode(context)
    must_write = before.configured is not wanted
    if must_write:
        modes = modes_of(assumed(context))
        modes.check(context)
        if not context.check_mode:
            _configure(context, modes, wanted, before.configured)
    after = replace(before, configured=wanted)
    return Outcome(
        changed=must_write or bool(after.services_to_restart),
        values={
            "mode": wanted.value,
            "configured_mode_before": before.configured.value,
            **after.as_values(),
            "check_mode": context.check_mode,
            "msg": f"{_what_was_done(context, before, wanted)} {_when_it_takes_effect(after)}",
        },
        before=before.as_values(),
        after=after.as_values(),
    )


def _configure(context: Context, modes: IsolationModes, wanted: Mode, former: Mode) -> None:
    """Configure a mode, and have it noted that it isn't saved until it is. Raises IisError."""
    was_unsaved = context.notes.read().unsaved
    note_saved(context, is_saved=False)
    try:
        modes.configure(context, wanted)
    except IisError:
        with suppress(Fault, IisError, MalformedAnswer):
            if not was_unsaved and read_isolation_mode(context).configured is former:
                note_saved(context, is_saved=True)
        raise


def _what_was_done(context: Context, before: IsolationMode, wanted: Mode) -> str:
    if before.configured is wanted:
        return f"{wanted.value} mode is configured."
    if context.check_mode:
        return f"{wanted.value} mode would be configured instead of {before.configured.value} mode."
    return (
        f"{wanted.value} mode is configured now instead of {before.configured.value} mode, in memory only: save the "
        "metabase (fleetops.iis.iis_metabase_save) before IIS is restarted."
    )


def _when_it_takes_effect(after: IsolationMode) -> str:
    restarts = " and ".join(SERVICE_NAMES[key] for key in after.services_to_restart)
    when = [f"{restarts} {'are' if ' ' in restarts else 'is'} restarted"] if restarts else []
    when += ["W3SVC, which is stopped, starts"] if after.running is None else []
    return f"It takes effect when {' and '.join(when)}." if when else "IIS runs in it."
