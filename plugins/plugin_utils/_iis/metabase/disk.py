# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host tells about the metabase on its disk: the file, and the errors of writing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..._wsman.errors import Fault
from ..._wsman.wql import quote
from .. import codes
from ..context import CIMV2, Context
from ..outcome import IisError
from ..windows.system import System

#: Logged in the System log when the metabase couldn't be written (KB902161).
SAVE_FAILED_EVENT = 51228


@dataclass(frozen=True)
class MetabaseFile:
    """MetaBase.xml at one moment. ``size`` is in bytes, ``last_modified`` in UTC."""

    path: str
    size: int | None
    last_modified: datetime | None
    writeable: bool

    def moved_on_from(self, earlier: MetabaseFile) -> bool:
        """Whether the file was written since it was seen as ``earlier``."""
        return (self.size, self.last_modified) != (earlier.size, earlier.last_modified)

    def as_values(self) -> dict[str, object]:
        """The file in the words of a module's result."""
        return {
            "size": self.size,
            "last_modified": self.last_modified.isoformat() if self.last_modified else None,
        }


@dataclass(frozen=True)
class SaveFailure:
    """One event 51228. Record numbers start anew when the log is cleared, so the time belongs to the identity."""

    record: int | None
    logged_at: datetime | None
    message: str


def locate_metabase(system: System) -> str:
    """Tell where MetaBase.xml is on a host: in inetsrv of its system directory, wherever Windows is installed."""
    if not system.directory:
        raise IisError(
            "Couldn't find the metabase file: Win32_OperatingSystem doesn't tell the host's system directory."
        )
    return system.directory.rstrip("\\") + "\\inetsrv\\MetaBase.xml"


def read_metabase_file(context: Context, path: str) -> MetabaseFile:
    """Read size, time and write protection of MetaBase.xml. Raises IisError when there is none."""
    wql = f"SELECT Name, FileSize, LastModified, Writeable FROM CIM_DataFile WHERE Name={quote(path)}"
    for row in context.host.query(CIMV2, wql):
        return MetabaseFile(
            path=path,
            size=row.integer("FileSize"),
            last_modified=row.timestamp("LastModified"),
            writeable=row.boolean("Writeable") is not False,
        )
    raise IisError(f"There is no metabase file {path} on this host. Is IIS 6.0 installed?")


def read_save_failures(context: Context) -> set[SaveFailure]:
    """Read every event of the System log that reports a metabase which couldn't be written.

    A log that can't be read (too large for the time that a query has, say) is a warning: the file still tells whether
    it was written.
    """
    wql = (
        "SELECT RecordNumber, TimeGenerated, Message FROM Win32_NTLogEvent "
        f"WHERE Logfile='System' AND EventCode={SAVE_FAILED_EVENT}"
    )
    try:
        rows = context.host.query(CIMV2, wql)
    except Fault as fault:
        context.operator.warn(
            f"The System event log can't be searched for event {SAVE_FAILED_EVENT}, by which IIS "
            f"reports a metabase that it couldn't write: {codes.describe_fault(fault)}. Only the file itself tells now "
            "whether a save succeeded."
        )
        return set()
    return {
        SaveFailure(
            row.integer("RecordNumber"),
            row.timestamp("TimeGenerated"),
            " ".join((row.text("Message") or "").split()),
        )
        for row in rows
    }
