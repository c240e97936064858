# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WMI values as they are read from and written to the wire.

WS-Man carries no types in a WQL answer: ``<ServerState>2</ServerState>`` may be a number or a string, an
array of one looks like a scalar, a NULL array is simply absent (see MS-WSMV 2.2.4, and the Server 2003
captures). So an :class:`Instance` keeps what was read, and its typed accessors say what the caller
knows of the schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Union

#: One value as read from the wire: text, NULL, a parsed datetime or interval, an embedded object, a
#: reference, or the repetitions of an element, in order.
Scalar = Union[None, str, datetime, timedelta, "Instance", "ObjectPath"]
Raw = Union[Scalar, list[Scalar]]

#: What may be sent: Python's own types; a list is written as a repeated element.
Argument = Union[None, bool, int, str, datetime, "ObjectPath", "Instance", list[str], list[int], list["Instance"]]


@dataclass(frozen=True)
class ObjectPath:
    """A WMI object path: namespace (``root/MicrosoftIISv2``), class and key values.

    ``keys`` is empty for a class itself (static methods) and for a singleton.
    """

    namespace: str
    class_name: str
    keys: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        keys = ",".join(f'{name}="{value}"' for name, value in self.keys.items())
        return f"{self.namespace}:{self.class_name}" + (f".{keys}" if keys else "")


class Instance(Mapping[str, Raw]):
    """One WMI object, an embedded object, or a row of a property-list query.

    Property names compare without case, as in WMI. ``class_name`` is None for a row of a property-list
    query, whose answer doesn't name the class. The accessors raise
    :class:`~.errors.MalformedAnswer` when a value can't be what the caller asks for.
    """

    class_name: str | None

    # The accessors (implemented with the parser):
    #   text(name) -> str | None              integer(name) -> int | None
    #   boolean(name) -> bool | None          timestamp(name) -> datetime | None  (aware, UTC)
    #   strings(name) -> list[str]            instances(name) -> list[Instance]
    #   reference(name) -> ObjectPath | None
    # A property that is absent or nil is None, or an empty list.

    def __init__(self, values: Mapping[str, Raw], class_name: str | None = None) -> None:
        self._values = dict(values)
        self._names = {name.lower(): name for name in self._values}
        self.class_name = class_name

    def __getitem__(self, name: str) -> Raw:
        return self._values[self._names[name.lower()]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True)
class MethodResult:
    """What a WMI method gave back.

    ``return_value`` is None for a method that has none (IIsWebServer.Start, IIsComputer.SaveData);
    ``outputs`` holds the out parameters.
    """

    return_value: int | None
    outputs: Instance


@dataclass(frozen=True)
class CommandResult:
    """A finished command of a WinRS shell. Exit codes are unsigned 32-bit, as on the wire."""

    exit_code: int
    stdout: str
    stderr: str
