# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metabase on the host's disk: the file, and the edits of it that IIS rejected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..._wsman.errors import Fault
from ..._wsman.wql import quote
from ..context import CIMV2, Context
from ..outcome import IisError
from ..windows.system import System


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


def locate_metabase(system: System) -> str:
    """Give the path of MetaBase.xml on a host: in inetsrv of its system directory, wherever Windows is installed."""
    if not system.directory:
        raise IisError(
            "Couldn't find the metabase file: Win32_OperatingSystem doesn't report the host's system directory."
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


def read_rejected_edit(context: Context, file: MetabaseFile) -> str | None:
    """Find the copy that IIS made of the file as it is, because it couldn't take over an edit of it.

    With edit-while-running on, IIS puts a file with a syntax error into its History folder (cc738727), and goes on with
    what it has in memory. A copy that is older than the file says nothing about it. Returns the path, or None, also
    when the folder can't be read.
    """
    folder = file.path.rpartition("\\")[0] + "\\History\\"
    drive, _colon, path = folder.partition(":")
    wql = f"SELECT Name, LastModified FROM CIM_DataFile WHERE Drive={quote(drive + ':')} AND Path={quote(path)}"
    try:
        rows = context.host.query(CIMV2, wql)
    except Fault:
        return None  # a folder that can't be read keeps nobody from saving
    copies = []
    for row in rows:
        name, made_at = row.text("Name") or "", row.timestamp("LastModified")
        is_copy = name.rpartition("\\")[2].casefold().startswith("metabaseerror")
        if is_copy and made_at and file.last_modified and made_at >= file.last_modified:
            copies.append((made_at, name))
    return max(copies)[1] if copies else None
