# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Win32_Directory: the folders of the C: drive (CIMWin32Prov, win32-directory)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from simulator.windows.files import FileInfo
from simulator.windows.providers.base import ReadOnlyProvider, not_found, properties, sorted_properties
from simulator.wmi.model import CimType, Instance, WmiClass


class DirectoryProvider(ReadOnlyProvider):
    """Win32_Directory; the key Name is the full path, in lower case as CIM_DataFile has it."""

    wmi_class = WmiClass(
        "Win32_Directory",
        sorted_properties(
            properties("Caption CSName Description Drive Extension FileName FileType Name Path Status", keys=("Name",)),
            properties("Hidden Readable System Writeable", CimType.BOOLEAN),
            properties("CreationDate LastModified", CimType.DATETIME),
        ),
        bases=("CIM_Directory", "CIM_LogicalFile", "CIM_LogicalElement"),
    )

    def instances(self) -> Sequence[Instance]:
        """Every folder below the root."""
        return [self._instance(info) for info in self._entries()]

    def get(self, keys: Mapping[str, str]) -> Instance:
        """The folder of this path."""
        wanted = keys.get("Name", "").lower()
        for info in self._entries():
            if info.path.lower() == wanted:
                return self._instance(info)
        raise not_found()

    def _entries(self) -> Iterator[FileInfo]:
        return (entry for entry in self.machine.files.walk("C:\\") if entry.folder)

    def _instance(self, info: FileInfo) -> Instance:
        path = info.path.lower()
        drive, _colon, rest = path.partition(":")
        folder, _sep, name = rest.rpartition("\\")
        return Instance(
            "Win32_Directory",
            {
                "Caption": path,
                "CreationDate": info.created,
                "CSName": self.machine.name,
                "Description": path,
                "Drive": f"{drive}:",
                "Extension": "",
                "FileName": name,
                "FileType": "File Folder",
                "Hidden": False,
                "LastModified": info.modified,
                "Name": path,
                "Path": f"{folder}\\",
                "Readable": True,
                "Status": "OK",
                "System": False,
                "Writeable": True,
            },
        )
