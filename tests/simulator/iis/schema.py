# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the metabase knows of its properties: the schema, read once from :mod:`simulator.iis.schema_table`."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from simulator.iis.schema_table import FLAGS, TABLE

#: A value in the metabase: DWORD as unsigned int, BOOL as bool, MULTISZ as a tuple.
Value = bool | int | str | tuple[str, ...]

DWORD_MAX = 0xFFFFFFFF


class DataType(enum.Enum):
    """Data types as MBSchema.xml and ADSI name them: (metabase type name, ADSI syntax)."""

    DWORD = ("DWORD", "Integer")
    BOOL = ("DWORD", "Boolean")
    STRING = ("STRING", "String")
    EXPANDSZ = ("EXPANDSZ", "ExpandSz")
    MULTISZ = ("MULTISZ", "List")
    BINARY = ("BINARY", "Binary")

    @property
    def syntax(self) -> str:
        """The ADSI syntax name, as adsutil.vbs prints it in capitals."""
        return self.value[1]


@dataclass(frozen=True)
class PropertyDef:
    """One property of the schema. ``identifier`` 0: not known from a public header."""

    name: str
    identifier: int
    type: DataType
    inherit: bool
    volatile: bool
    secure: bool
    default: Value


_TYPES = {
    "dword": DataType.DWORD,
    "bool": DataType.BOOL,
    "string": DataType.STRING,
    "expand": DataType.EXPANDSZ,
    "multi": DataType.MULTISZ,
    "binary": DataType.BINARY,
}


def parse_value(kind: DataType, text: str, name: str = "") -> Value:
    """A value from its text in MetaBase.xml or in the table; flags by name (``AccessRead | AccessScript``).

    Raises ValueError if the text is no value of that type.
    """
    if kind is DataType.BOOL:
        if text.strip().lower() not in ("true", "false", "0", "1", "-1"):
            raise ValueError(f"{text!r} is not a boolean")
        return text.strip().lower() in ("true", "1", "-1")
    if kind is DataType.DWORD:
        return _parse_dword(text.strip(), FLAGS.get(name, {}))
    if kind is DataType.MULTISZ:
        return tuple(line for line in (part.strip() for part in text.split("\n")) if line)
    return text


def _parse_dword(text: str, flags: Mapping[str, int]) -> int:
    total = 0
    for part in text.split("|"):
        word = part.strip()
        total |= flags[word] if word in flags else int(word or "0", 0) & DWORD_MAX
    return total


def format_value(definition: PropertyDef, value: Value) -> str:
    """A value as MetaBase.xml shows it; MULTISZ values stand on lines of their own."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, tuple):
        return "\r\n\t\t\t".join(value)
    if isinstance(value, int):
        flags = FLAGS.get(definition.name)
        if flags is None or value == 0:
            return str(value)
        names = [name for name, bit in sorted(flags.items()) if value & bit]
        rest = value & ~sum(flags.values()) & DWORD_MAX
        return " | ".join(names + ([str(rest)] if rest else []))
    return value


def _read_table() -> dict[str, PropertyDef]:
    table: dict[str, PropertyDef] = {}
    for line in TABLE.strip().splitlines():
        name, identifier, kind, attributes, *rest = line.split(" ", 4)
        data_type = _TYPES[kind]
        empty = "false" if data_type is DataType.BOOL else ""
        default = parse_value(data_type, rest[0] if rest else empty, name)
        flags = ("i" in attributes, "v" in attributes, "s" in attributes)
        table[name.lower()] = PropertyDef(name, int(identifier), data_type, *flags, default)
    return table


#: All properties by lower-case name.
PROPERTIES: Mapping[str, PropertyDef] = MappingProxyType(_read_table())

#: Named bits: lower-case bit name -> (property, bit).
BITS: Mapping[str, tuple[PropertyDef, int]] = MappingProxyType(
    {bit.lower(): (PROPERTIES[prop.lower()], mask) for prop, bits in FLAGS.items() for bit, mask in bits.items()}
)


def definition(name: str) -> PropertyDef:
    """The property of that name, in any case. Raises KeyError."""
    return PROPERTIES[name.lower()]
