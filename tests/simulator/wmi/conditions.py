# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conditions of a WQL WHERE clause, and what they say of an instance.

Strings compare without case; a comparison with NULL other than ``= NULL`` and ``<> NULL`` is never true; a literal is
converted to the property's type, and one that cannot be is an invalid query (WmiSdk/wql-operators).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.wmi.literals import from_query_datetime, key_text
from simulator.wmi.model import CimType, Instance, Property, WmiClass
from simulator.wmi.wql_lexer import invalid_query

Literal = str | int | float | bool | None
_INTEGERS = (CimType.UINT8, CimType.UINT16, CimType.SINT32, CimType.UINT32, CimType.UINT64)
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Comparison:
    """``name operator literal``; the operator is one of ``= <> < > <= >= LIKE``."""

    name: str
    operator: str
    literal: Literal

    def names(self) -> Iterator[str]:
        """The properties that the condition looks at."""
        yield self.name

    def holds(self, instance: Instance, wmi_class: WmiClass) -> bool:
        """Whether the condition is true of an instance; raises WmiError INVALID_QUERY."""
        prop = find_property(wmi_class, self.name)
        value = instance.values.get(prop.name)
        if self.literal is None:
            if self.operator not in ("=", "<>"):
                raise invalid_query("NULL is compared with = or <> only.")
            return (value is None) == (self.operator == "=")
        if prop.array:
            raise invalid_query(f"{prop.name} is an array.")
        if self.operator == "LIKE":
            if prop.type is not CimType.STRING:
                raise invalid_query(f"{prop.name} is not a string.")
            return value is not None and like(str(value), str(self.literal))
        literal = _converted(prop, self.literal)
        if value is None:
            return False
        return _OPERATORS[self.operator](_comparable(value), literal)


@dataclass(frozen=True)
class Is:
    """``name IS NULL``, ``name IS NOT NULL``."""

    name: str
    negated: bool

    def names(self) -> Iterator[str]:
        """The properties that the condition looks at."""
        yield self.name

    def holds(self, instance: Instance, wmi_class: WmiClass) -> bool:
        """Whether the condition is true of an instance."""
        value = instance.values.get(find_property(wmi_class, self.name).name)
        return (value is None) is not self.negated


@dataclass(frozen=True)
class Isa:
    """``name ISA "class"``, for embedded objects; ``__this`` is the instance itself."""

    name: str
    class_name: str

    def names(self) -> Iterator[str]:
        """The properties that the condition looks at."""
        if self.name.casefold() != "__this":
            yield self.name

    def holds(self, instance: Instance, wmi_class: WmiClass) -> bool:
        """Whether the condition is true of an instance."""
        if self.name.casefold() == "__this":
            families = [wmi_class.name, *wmi_class.bases]
            return self.class_name.casefold() in (family.casefold() for family in families)
        value = instance.values.get(find_property(wmi_class, self.name).name)
        return isinstance(value, Instance) and value.class_name.casefold() == self.class_name.casefold()


@dataclass(frozen=True)
class Not:
    """``NOT condition``."""

    part: Condition

    def names(self) -> Iterator[str]:
        """The properties that the condition looks at."""
        yield from self.part.names()

    def holds(self, instance: Instance, wmi_class: WmiClass) -> bool:
        """Whether the condition is true of an instance."""
        return not self.part.holds(instance, wmi_class)


@dataclass(frozen=True)
class And:
    """``a AND b …``."""

    parts: tuple[Condition, ...]

    def names(self) -> Iterator[str]:
        """The properties that the condition looks at."""
        for part in self.parts:
            yield from part.names()

    def holds(self, instance: Instance, wmi_class: WmiClass) -> bool:
        """Whether the condition is true of an instance."""
        return all(part.holds(instance, wmi_class) for part in self.parts)


@dataclass(frozen=True)
class Or:
    """``a OR b …``."""

    parts: tuple[Condition, ...]

    def names(self) -> Iterator[str]:
        """The properties that the condition looks at."""
        for part in self.parts:
            yield from part.names()

    def holds(self, instance: Instance, wmi_class: WmiClass) -> bool:
        """Whether the condition is true of an instance."""
        return any(part.holds(instance, wmi_class) for part in self.parts)


Condition = Comparison | Is | Isa | Not | And | Or


def earliest(condition: Condition | None, names: Sequence[str]) -> datetime | None:
    """The moment before which no datetime of these names can fulfil the condition; None if it sets no such bound."""
    if isinstance(condition, Comparison):
        named = condition.name.casefold() in (name.casefold() for name in names)
        if named and condition.operator in (">", ">=", "=") and isinstance(condition.literal, str):
            return from_query_datetime(condition.literal)
    elif isinstance(condition, And):
        return max((bound for part in condition.parts if (bound := earliest(part, names))), default=None)
    elif isinstance(condition, Or):
        bounds = [earliest(part, names) for part in condition.parts]
        known = [bound for bound in bounds if bound is not None]
        return min(known) if len(known) == len(bounds) else None
    return None


def find_property(wmi_class: WmiClass, name: str) -> Property:
    """A property by its name, whatever its case; raises WmiError INVALID_QUERY if the class has none of that name."""
    for prop in wmi_class.properties:
        if prop.name.casefold() == name.casefold():
            return prop
    raise invalid_query(f"{wmi_class.name} has no property {name}.")


def like(text: str, pattern: str) -> bool:
    """LIKE: ``%`` any run, ``_`` any character, ``[a-f]`` one of, ``[^a-f]`` none of (WmiSdk/like-operator)."""
    regex, position = "", 0
    while position < len(pattern):
        char = pattern[position]
        if char == "[":
            end = pattern.find("]", position + 1)
            if end < 0:
                raise invalid_query("A set in LIKE is not closed.")
            inside = pattern[position + 1 : end]
            negated = inside.startswith("^")
            members = re.escape(inside[1:] if negated else inside).replace(r"\-", "-")
            regex += f"[{'^' if negated else ''}{members}]" if members else ""
            position = end
        else:
            regex += {"%": ".*", "_": "."}.get(char, re.escape(char))
        position += 1
    return re.fullmatch(regex, text, re.IGNORECASE | re.DOTALL) is not None


def _comparable(value: Any) -> Any:
    if isinstance(value, (bool, int, datetime)):
        return value
    return key_text(value).casefold()


def _converted(prop: Property, literal: str | float | bool) -> Any:
    """The literal as a value of the property's type. ASSUMED: a string property takes no number, a number property
    takes a string of digits."""
    converted: Any
    if prop.type is CimType.BOOLEAN:
        converted = {"true": True, "false": False, "1": True, "0": False}.get(str(literal).casefold())
    elif prop.type in _INTEGERS:
        converted = _number(literal)
    elif prop.type is CimType.DATETIME:
        converted = from_query_datetime(literal) if isinstance(literal, str) else None
    else:
        converted = literal.casefold() if isinstance(literal, str) else None
    if converted is None:
        raise invalid_query(f"{prop.name} is not compared with {literal!r}.")
    return converted


def _number(literal: str | float | bool) -> Any:
    if isinstance(literal, str):
        return int(literal) if re.fullmatch(r"[+-]?\d+", literal.strip()) else None
    return literal
