# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came over the wire: one entry for each HTTP request of a host, in memory and in its state folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One HTTP request. ``action`` is ``Auth`` for the legs of authentication and ``Refused`` for what got no further.

    ``time`` is the machine's clock (ISO 8601, UTC), ``seconds`` how long the answer took in real time, ``status`` 0 if
    the connection was cut instead of an answer. ``bytes_in`` and ``bytes_out`` count bodies as they travelled.
    """

    time: str
    connection: int
    action: str
    user: str = ""
    resource_uri: str = ""
    class_name: str = ""
    method: str = ""
    query: str = ""
    bytes_in: int = 0
    bytes_out: int = 0
    status: int = 0
    fault_code: int = 0
    sealed: bool = False
    seconds: float = 0.0


@dataclass
class Journal:
    """The entries of one host, oldest first. With a path, each is also appended there as a line of JSON."""

    path: Path | None = None
    entries: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Note an entry."""
        self.entries.append(entry)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(entry)) + "\n")

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self.entries))

    def __len__(self) -> int:
        return len(self.entries)

    def clear(self) -> None:
        """Begin a new count; the file keeps everything."""
        self.entries.clear()

    def requests(self) -> Sequence[Entry]:
        """The WS-Management requests, without authentication: what request budgets count."""
        return [entry for entry in self.entries if entry.action not in ("Auth", "Refused")]

    def actions(self) -> Sequence[str]:
        """The short actions of :meth:`requests`, e.g. ``["Enumerate", "Invoke"]``."""
        return [entry.action for entry in self.requests()]

    def as_json(self) -> list[dict[str, Any]]:
        """All entries as plain values."""
        return [asdict(entry) for entry in self.entries]
