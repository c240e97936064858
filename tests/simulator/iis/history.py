# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The History folder: pairs of MetaBase and MBSchema files, named by version (cc738727, cc782923).

``MetaBase_0000000244_0000000003.xml``: major version 244, minor 3. The major version counts saves, the minor one
the edits while running since (cc783973). Only the newest ``MaxHistoryFiles`` pairs are kept; 0 keeps none (ms525692).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from simulator.iis.disk import InetsrvFolder
from simulator.iis.schema_file import render_schema

_NAME = re.compile(r"MetaBase_(\d{10})_(\d{10})\.xml", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class HistoryEntry:
    """A pair: its versions, and when it was written (aware, UTC)."""

    major: int
    minor: int
    time: datetime

    @property
    def file(self) -> str:
        """The MetaBase file's path below inetsrv."""
        return rf"History\MetaBase_{self.major:010}_{self.minor:010}.xml"

    @property
    def schema_file(self) -> str:
        """The MBSchema file's path below inetsrv."""
        return rf"History\MBSchema_{self.major:010}_{self.minor:010}.xml"


class History:
    """The History folder of one host."""

    def __init__(self, folder: InetsrvFolder) -> None:
        self._folder = folder

    def entries(self) -> list[HistoryEntry]:
        """The pairs, newest version first (ASSUMED as the order of EnumHistory)."""
        found = []
        for name in self._folder.names("History"):
            match = _NAME.fullmatch(name)
            if match:
                written = self._folder.modified(rf"History\{name}")
                found.append(HistoryEntry(int(match[1]), int(match[2]), written))
        return sorted(found, reverse=True)

    def add(self, major: int, minor: int, text: bytes, keep: int) -> None:
        """Write a pair, and remove the oldest beyond ``keep``. Raises IisError ERROR_DISK_FULL."""
        if keep == 0:
            return
        entry = HistoryEntry(major, minor, self._folder.now())
        self._folder.write(entry.file, text)
        self._folder.write(entry.schema_file, render_schema())
        for old in self.entries()[keep:]:
            self._folder.delete(old.file)
            self._folder.delete(old.schema_file)

    def newest_minor(self, major: int) -> int:
        """The highest minor version kept of a major one; 0 if there is none."""
        return max((entry.minor for entry in self.entries() if entry.major == major), default=0)

    def read(self, entry: HistoryEntry) -> bytes:
        """The MetaBase file of a pair."""
        return self._folder.read(entry.file)

    def add_error(self, text: bytes, keep: int) -> None:
        """Keep an edited file that could not be read, as MetabaseError_n.xml (cc738727, MaxErrorFiles)."""
        names = sorted(name for name in self._folder.names("History") if name.startswith("MetabaseError_"))
        number = int(names[-1][14:24]) + 1 if names else 0
        self._folder.write(rf"History\MetabaseError_{number:010}.xml", text)
        for old in names[: max(0, len(names) + 1 - keep)]:
            self._folder.delete(rf"History\{old}")
