# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How IIS keeps its metabase on disk: history files, and edit-while-running (module iis_metabase_settings).

All three are in /LM (IIsComputerSetting): EnableEditWhileRunning (id 9998, ms524694), EnableHistory (9996, ms525359)
and MaxHistoryFiles (9995, ms525692). Each has a default that IIS takes when the metabase has no value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ..._wsman.values import Instance, ObjectPath
from ..context import IISV2, Context
from ..outcome import IisError, Outcome
from ..provider import iis_query
from .write import write_property

SETTING = ObjectPath(IISV2, "IIsComputerSetting", {"Name": "LM"})

#: Pairs of history files that edit-while-running should have at least (ms525692).
ADVISED_HISTORY_FILES = 10
#: The property is a sint32.
MOST_HISTORY_FILES = 0x7FFFFFFF

_PROPERTIES = {
    "edit_while_running": "EnableEditWhileRunning",
    "history": "EnableHistory",
    "max_history_files": "MaxHistoryFiles",
}
_WQL = f"SELECT Name, {', '.join(_PROPERTIES.values())} FROM IIsComputerSetting WHERE Name='LM'"


@dataclass(frozen=True)
class MetabaseSettings:
    """The settings under the names of the module's options; ``max_history_files`` counts pairs of files."""

    edit_while_running: bool = False
    history: bool = True
    max_history_files: int = 10

    @property
    def keeps_history(self) -> bool:
        """Whether history files are written at all: none of them allowed is as good as history off (ms525692)."""
        return self.history and self.max_history_files > 0

    def as_values(self) -> dict[str, Any]:
        """The settings under the names of the module's return values."""
        return {
            "edit_while_running": self.edit_while_running,
            "history": self.history,
            "max_history_files": self.max_history_files,
        }


def read_metabase_settings(context: Context) -> MetabaseSettings:
    """Read the settings in one request. Raises IisError when the IIS provider refuses or has none."""
    rows = iis_query(context, _WQL, "read the settings of the metabase")
    if not rows:
        raise IisError("Couldn't read the settings of the metabase: the host has no IIsComputerSetting 'LM'.")
    return _parse(rows[0])


def ensure_metabase_settings(
    context: Context,
    *,
    edit_while_running: bool | None = None,
    history: bool | None = None,
    max_history_files: int | None = None,
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
            f"ones to find out what somebody edited: keep at least {ADVISED_HISTORY_FILES} (max_history_files)."
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
            write_property(context, SETTING, _PROPERTIES[name], int(value), partial(_read_number, context, name))
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


def _parse(row: Instance) -> MetabaseSettings:
    numbers = {name: row.integer(column) for name, column in _PROPERTIES.items()}
    default = MetabaseSettings()
    edit, history, files = numbers["edit_while_running"], numbers["history"], numbers["max_history_files"]
    return MetabaseSettings(
        edit_while_running=default.edit_while_running if edit is None else edit != 0,
        history=default.history if history is None else history != 0,
        max_history_files=default.max_history_files if files is None else files & 0xFFFFFFFF,
    )


def _words(settings: MetabaseSettings) -> str:
    return ", ".join(f"{name}={str(value).lower()}" for name, value in settings.as_values().items())
