# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads plain values (from YAML or JSON) into dataclasses, and says clearly where something doesn't fit."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from typing import Any, TypeVar, Union, get_args, get_origin

T = TypeVar("T")


class SpecError(ValueError):
    """A description that doesn't fit; the message begins with where: ``hosts[1].iis.sites[0].state: ...``."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}" if where else what)


def read(cls: type[T], data: object, where: str = "") -> T:
    """An instance of a dataclass from a mapping. Raises :class:`SpecError`."""
    value = _convert(cls, data, where)
    if not isinstance(value, cls):
        raise SpecError(where, f"expected {cls.__name__}")
    return value


def _convert(wanted: Any, data: object, where: str) -> Any:
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        return _union(arguments, data, where)
    if is_dataclass(wanted) and isinstance(wanted, type):
        return _dataclass(wanted, data, where)
    if isinstance(wanted, type) and issubclass(wanted, enum.Enum):
        return _enum(wanted, data, where)
    if origin is dict or origin is Mapping:
        if not isinstance(data, Mapping):
            raise SpecError(where, f"expected a mapping, not {_kind(data)}")
        return {str(key): _convert(arguments[1], value, f"{where}.{key}") for key, value in data.items()}
    if origin in (list, tuple, Sequence):
        if isinstance(data, str) or not isinstance(data, Sequence):
            raise SpecError(where, f"expected a list, not {_kind(data)}")
        return [_convert(arguments[0], item, f"{where}[{index}]") for index, item in enumerate(data)]
    return _scalar(wanted, data, where)


def _scalar(wanted: Any, data: object, where: str) -> Any:
    if wanted is Any:
        return data
    if wanted is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if not isinstance(data, wanted) or (isinstance(data, bool) and wanted is not bool):
        raise SpecError(where, f"expected {wanted.__name__}, not {_kind(data)}")
    return data


def _union(arguments: tuple[Any, ...], data: object, where: str) -> Any:
    if data is None and types.NoneType in arguments:
        return None
    (other,) = (argument for argument in arguments if argument is not types.NoneType)
    return _convert(other, data, where)


def _dataclass(wanted: type, data: object, where: str) -> Any:
    if not isinstance(data, Mapping):
        raise SpecError(where, f"expected a mapping, not {_kind(data)}")
    hints = typing.get_type_hints(wanted)
    known = {field.name: field for field in fields(wanted)}
    for key in data:
        if key not in known:
            near = get_close_matches(str(key), known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}"
            raise SpecError(_join(where, str(key)), f"unknown; {hint}")
    for name, field in known.items():
        if name not in data and field.default is MISSING and field.default_factory is MISSING:
            raise SpecError(_join(where, name), "missing")
    values = {str(key): _convert(hints[str(key)], value, _join(where, str(key))) for key, value in data.items()}
    try:
        return wanted(**values)
    except SpecError:
        raise
    except ValueError as error:
        raise SpecError(where, str(error)) from error


def _enum(wanted: type[enum.Enum], data: object, where: str) -> enum.Enum:
    if isinstance(data, wanted):
        return data
    for member in wanted:
        if isinstance(data, str) and data.lower() in (member.name.lower(), str(member.value).lower()):
            return member
    raise SpecError(where, f"expected one of {', '.join(member.name.lower() for member in wanted)}, not {data!r}")


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _kind(data: object) -> str:
    return "nothing" if data is None else f"{type(data).__name__} {data!r}"
