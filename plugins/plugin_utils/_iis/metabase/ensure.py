# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Setting how IIS keeps its metabase: what the module iis_metabase_settings does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ..context import Context
from ..outcome import IisError, Outcome
from .settings import PROPERTIES, SETTING, MetabaseSettings, read_metabase_settings
from .write import write_property

#: Pairs of history files that edit-while-running should have at least (ms525692).
ADVISED_HISTORY_FILES = 10

#: The property is a sint32.
MOST_HISTORY_FILES = 0x7FFFFFFF


def ensure_metabase_settings(
    context: Context,
    *,
    edit_while_running: bool | None,
    history: bool | None,
    max_history_files: int | None,
) -> Outcome:
    """Bring the settings that are given (not None) to these values, leaving the others alone.

    Refuses what IIS wouldn't keep, before anything is written: edit-while-running without history. Raises IisError.
    """
    if max_history_files is not None and not 0 <= max_history_files <= MOST_HISTORY_FILES:
        raise IisError(f"max_history_files has to be between 0 and {MOST_HISTORY_FILES}, not {max_history_files}.")
    options: dict[str, Any] = {
        "edit_while_running": edit_while_running,
        "history": history,
        "max_history_files": max_history_files,
    }
    asked = {name: value for name, value in options.items() if value is not None}
    _refuse_contradictions(asked, replace(MetabaseSettings(), **asked))
    before = read_metabase_settings(context)
    wanted = replace(before, **asked)
    _refuse_contradictions(asked, wanted)
    if wanted.edit_while_running and wanted.max_history_files < ADVISED_HISTORY_FILES:
        context.operator.warn(
            f"Only {wanted.max_history_files} history files are kept while edit-while-running is on. IIS needs older "
            f"ones to find out what was edited: keep at least {ADVISED_HISTORY_FILES} (max_history_files)."
        )
    if wanted != before and not context.check_mode:
        _write(context, before, wanted)
    return Outcome(
        changed=wanted != before,
        values=wanted.as_values(),
        before=before.as_values(),
        after=wanted.as_values(),
    )


def _refuse_contradictions(asked: Mapping[str, Any], wanted: MetabaseSettings) -> None:
    """Refuse settings that IIS wouldn't keep, or that say two things about history."""

    def said(name: str) -> str:
        value = str(wanted.as_values()[name]).lower()
        return f"{name}={value}" + ("" if name in asked else " (as it is on the host)")

    if wanted.edit_while_running and not wanted.history:
        raise IisError(
            f"{said('edit_while_running')} and {said('history')} can't go together: edit-while-running works by "
            "history files, and IIS would switch history on again by itself. Set history=true, or "
            "edit_while_running=false. Nothing was changed."
        )
    if wanted.edit_while_running and not wanted.keeps_history:
        raise IisError(
            f"{said('edit_while_running')} and {said('max_history_files')} can't go together: edit-while-running works "
            f"by history files, and 0 means that none are kept. Set max_history_files={ADVISED_HISTORY_FILES} or more, "
            "or edit_while_running=false. Nothing was changed."
        )
    if asked.get("history") and not wanted.keeps_history:
        raise IisError(
            f"{said('history')} and {said('max_history_files')} can't go together: 0 means that no history files are "
            f"kept. Set max_history_files={ADVISED_HISTORY_FILES} or more, or history=false. Nothing was changed."
        )


def _write(context: Context, before: MetabaseSettings, wanted: MetabaseSettings) -> None:
    """Write what differs, in an order in which IIS never sees edit-while-running without history."""
    names = ["history", "max_history_files"]
    names.insert(len(names) if wanted.edit_while_running else 0, "edit_while_running")
    now = before
    for name in names:
        value = wanted.as_values()[name]
        if value == before.as_values()[name]:
            continue
        try:
            write_property(context, SETTING, PROPERTIES[name], int(value), partial(_read_number, context, name))
        except IisError as failure:
            failure.values = now.as_values()
            failure.changed = now != before
            raise
        now = replace(now, **{name: value})
    seen = read_metabase_settings(context)
    if seen != wanted:
        raise IisError(
            f"IIS took the settings of the metabase, but then changed them: {_words(seen)} instead of {_words(wanted)}."
            " Look into the host's System event log.",
            values=seen.as_values(),
            changed=seen != before,
        )


def _read_number(context: Context, name: str) -> int:
    return int(read_metabase_settings(context).as_values()[name])


def _words(settings: MetabaseSettings) -> str:
    return ", ".join(f"{name}={str(value).lower()}" for name, value in settings.as_values().items())
