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

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Union

from .errors import MalformedAnswer
from .object_path import ObjectPath
from .timestamps import parse_timestamp

__all__ = ["Argument", "CommandResult", "Instance", "MethodResult", "ObjectPath", "Raw", "Scalar"]

#: One value as read from the wire: text, NULL, a parsed datetime or interval, an embedded object, a
#: reference, or the repetitions of an element, in order.
Scalar = Union[None, str, datetime, timedelta, "Instance", ObjectPath]
Raw = Union[Scalar, list[Scalar]]

#: What may be sent: Python's own types; a list is written as a repeated element.
Argument = Union[
    None, bool, int, str, datetime, timedelta, ObjectPath, "Instance", list[str], list[int], list["Instance"]
]


class Instance(Mapping[str, Raw]):
    """One WMI object, an embedded object, or a row of a property-list query.

    Property names compare without case, as in WMI. ``class_name`` is None for a row of a property-list
    query, whose answer doesn't name the class.

    The accessors say what the caller knows of the schema. A property that is absent or NULL is None, or an
    empty list; a value that can't be what the caller asks for raises :class:`~.errors.MalformedAnswer`.
    """

    class_name: str | None

    def __init__(self, values: Mapping[str, Raw], class_name: str | None = None) -> None:
        self._values = dict(values)
        self._names = {name.lower(): name for name in self._values}
        self.class_name = class_name

    def __getitem__(self, name: str) -> Raw:
        return self._values[self._names[name.lower()]]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Instance({self._values!r}, class_name={self.class_name!r})"

    def text(self, name: str) -> str | None:
        """A string, or any simple value as it was written."""
        value = self._scalar(name)
        if value is None or isinstance(value, str):
            return value
        raise self._mismatch(name, value, "a text")

    def integer(self, name: str) -> int | None:
        """A whole number of any width and sign."""
        text = self.text(name)
        if text is None:
            return None
        if _INTEGER.fullmatch(text.strip()):
            return int(text)
        raise self._mismatch(name, text, "a whole number")

    def boolean(self, name: str) -> bool | None:
        """A truth value."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return _BOOLEANS[text.strip().lower()]
        except KeyError:
            raise self._mismatch(name, text, "true or false") from None

    def timestamp(self, name: str) -> datetime | None:
        """A point in time, aware, in UTC; a string in DMTF form is understood as well."""
        value = self._scalar(name)
        if value is None or isinstance(value, datetime):
            return value
        moment = parse_timestamp(value) if isinstance(value, str) else None
        if moment is None:
            raise self._mismatch(name, value, "a time")
        return moment

    def strings(self, name: str) -> list[str]:
        """An array of strings, in order; NULL elements are left out."""
        result: list[str] = []
        for value in self._elements(name):
            if not isinstance(value, str):
                raise self._mismatch(name, value, "an array of texts")
            result.append(value)
        return result

    def instances(self, name: str) -> list[Instance]:
        """An array of embedded objects, in order; empty elements are left out."""
        result: list[Instance] = []
        for value in self._elements(name):
            if isinstance(value, Instance):
                result.append(value)
            elif value != "":
                raise self._mismatch(name, value, "an array of objects")
        return result

    def _scalar(self, name: str) -> Scalar:
        value = self.get(name)
        if not isinstance(value, list):
            return value
        if len(value) == 1:
            return value[0]
        raise self._mismatch(name, value, "a single value")

    def _elements(self, name: str) -> list[Scalar]:
        value = self.get(name)
        return [element for element in (value if isinstance(value, list) else [value]) if element is not None]

    def _mismatch(self, name: str, value: Raw, wanted: str) -> MalformedAnswer:
        owner = self.class_name or "the answer"
        shown = repr(value)
        shown = shown if len(shown) <= 80 else shown[:77] + "..."
        return MalformedAnswer(f"property {name} of {owner} should be {wanted}, but is {shown}")


_INTEGER = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


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
    """A finished command of a WinRS shell. Exit codes are unsigned 32-bit, as on the wire.

    ``output_complete`` is False when an answer was lost while the command ran: it ended with this exit code,
    but a part of what it wrote may be missing.
    """

    exit_code: int
    stdout: str
    stderr: str
    output_complete: bool = True
