# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM_DataFile: the files of the C: drive.

A query of the whole class walks the whole drive on a real host, for minutes; here it walks the folders that hold the
simulated files. Names come in lower case, as the class gives them (CIMWin32Prov, cim-datafile).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulator.windows.files import FileInfo, WindowsFileError
from simulator.windows.providers.base import ReadOnlyProvider, not_found, properties, sorted_properties
from simulator.wmi.model import CimType, Instance, Method, Property, WmiClass

_ACCESS_DENIED, _INVALID_NAME, _EXISTS = 2, 9, 10


class DataFileProvider(ReadOnlyProvider):
    """CIM_DataFile; the key Name is the full path."""

    wmi_class = WmiClass(
        "CIM_DataFile",
        sorted_properties(
            properties(
                "Caption CreationClassName CSName Description Drive EightDotThreeFileName Extension FileName FileType "
                "FSName Name Path Status",
                keys=("Name",),
            ),
            properties("Archive Compressed Encrypted Hidden Readable System Writeable", CimType.BOOLEAN),
            properties("FileSize", CimType.UINT64),
            properties("CreationDate InstallDate LastAccessed LastModified", CimType.DATETIME),
        ),
        methods=(Method("Copy", inputs=(Property("FileName"),)),),
        bases=("CIM_LogicalFile", "CIM_LogicalElement", "CIM_ManagedSystemElement"),
    )

    def instances(self) -> Sequence[Instance]:
        """Every file."""
        return [self._instance(info) for info in self._entries()]

    def get(self, keys: Mapping[str, str]) -> Instance:
        """The file of this path; folders and what is not there are not found."""
        try:
            info = self.machine.files.info(keys.get("Name", ""))
        except WindowsFileError:
            raise not_found() from None
        if info.folder:
            raise not_found()
        return self._instance(info)

    async def invoke(
        self, keys: Mapping[str, str] | None, method: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Copy: 0, 2 access denied, 10 the object exists (it can't overwrite), 9 the name is invalid
        (copy-method-in-class-cim-datafile)."""
        if method != "Copy" or keys is None:
            return await super().invoke(keys, method, arguments)
        self.get(keys)
        return {"ReturnValue": self._copy(keys.get("Name", ""), str(arguments.get("FileName") or ""))}

    def _copy(self, source: str, target: str) -> int:
        files = self.machine.files
        if not target:
            return _INVALID_NAME
        if files.exists(target):
            return _EXISTS
        try:
            files.write(target, files.read(source))
        except WindowsFileError:
            return _ACCESS_DENIED
        return 0

    def _entries(self) -> Iterator[FileInfo]:
        return (entry for entry in self.machine.files.walk("C:\\") if not entry.folder)

    def _instance(self, info: FileInfo) -> Instance:
        path = info.path.lower()
        drive, _colon, rest = path.partition(":")
        folder, _sep, name = rest.rpartition("\\")
        stem, _dot, extension = name.rpartition(".")
        return Instance(
            "CIM_DataFile",
            {
                "Archive": True,
                "Caption": path,
                "Compressed": False,
                "CreationClassName": "CIM_LogicalFile",
                "CreationDate": info.created,
                "CSName": self.machine.name,
                "Description": path,
                "Drive": f"{drive}:",
                "EightDotThreeFileName": path,
                "Encrypted": False,
                "Extension": extension if stem else "",
                "FileName": stem or name,
                "FileSize": info.size,
                "FSName": "NTFS",
                "Hidden": False,
                "InstallDate": info.created,
                "LastAccessed": info.modified,
                "LastModified": info.modified,
                "Name": path,
                "Path": f"{folder}\\",
                "Readable": True,
                "Status": "OK",
                "System": False,
                "Writeable": not info.read_only,
            },
        )
