# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How IIS keeps its metabase on disk: history files, and edit-while-running.

All three are in /LM (IIsComputerSetting): EnableEditWhileRunning (id 9998, ms524694), EnableHistory (9996, ms525359)
and MaxHistoryFiles (9995, ms525692). Each has a default that IIS takes when the metabase has no value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..._wsman.values import Instance, ObjectPath
from ..context import Context
from ..iis6.provider import IISV2, iis_query
from ..outcome import IisError

SETTING = ObjectPath(IISV2, "IIsComputerSetting", {"Name": "LM"})

#: Pairs of history files that edit-while-running should have at least (ms525692).
ADVISED_HISTORY_FILES = 10
#: The property is a sint32.
MOST_HISTORY_FILES = 0x7FFFFFFF

PROPERTIES = {
    "edit_while_running": "EnableEditWhileRunning",
    "history": "EnableHistory",
    "max_history_files": "MaxHistoryFiles",
}
_WQL = f"SELECT Name, {', '.join(PROPERTIES.values())} FROM IIsComputerSetting WHERE Name='LM'"


@dataclass(frozen=True)
class MetabaseSettings:
    """The settings under the names of the module's options, by default as IIS has them that are not set.

    ``max_history_files`` counts pairs of files.
    """

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


def _parse(row: Instance) -> MetabaseSettings:
    numbers = {name: row.integer(column) for name, column in PROPERTIES.items()}
    default = MetabaseSettings()
    edit, history, files = numbers["edit_while_running"], numbers["history"], numbers["max_history_files"]
    return MetabaseSettings(
        edit_while_running=default.edit_while_running if edit is None else edit != 0,
        history=default.history if history is None else history != 0,
        max_history_files=default.max_history_files if files is None else files & 0xFFFFFFFF,
    )
