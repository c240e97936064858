# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of requests: the XML of Put bodies and method arguments, decoded by declared type.

Names of elements compare with case, unlike URIs (winrm resource-uris documentation).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

from simulator.wire import names
from simulator.wire.durations import parse_datetime, parse_duration
from simulator.wire.epr import read_reference
from simulator.wire.fault import INVALID_NAMESPACE, INVALID_VALUES, SCHEMA_VALIDATION, WsFault
from simulator.wire.markup import local_name, namespace_of
from simulator.wmi.model import CimType, Instance, Property

_RANGES = {
    CimType.UINT8: (0, 2**8 - 1),
    CimType.UINT16: (0, 2**16 - 1),
    CimType.SINT32: (-(2**31), 2**31 - 1),
    CimType.UINT32: (0, 2**32 - 1),
    CimType.UINT64: (0, 2**64 - 1),
}


def read_root(node: ET.Element, name: str, uri: str) -> ET.Element:
    """A body's root element, which must have this name, with case, and this namespace, without; raises WsFault."""
    if namespace_of(node).casefold() != uri.casefold():
        raise WsFault(INVALID_NAMESPACE)
    if local_name(node) != name:
        raise WsFault(SCHEMA_VALIDATION)
    return node


def read_properties(nodes: Iterable[ET.Element], declared: Sequence[Property], namespace: str) -> dict[str, Any]:
    """The values of property elements; ``namespace`` is theirs, empty within fragments. Raises WsFault.

    An array is its element repeated; a single nil element is the NULL array.
    """
    by_name = {prop.name: prop for prop in declared}
    values: dict[str, Any] = {}
    for node in nodes:
        prop = by_name.get(local_name(node))
        if prop is None or namespace_of(node).casefold() != namespace.casefold():
            raise WsFault(SCHEMA_VALIDATION)
        value = read_value(node, prop)
        if not prop.array:
            if prop.name in values:
                raise WsFault(SCHEMA_VALIDATION)
            values[prop.name] = value
        elif value is None:
            values[prop.name] = None
        else:
            values[prop.name] = [*(values.get(prop.name) or []), value]
    return values


def read_value(node: ET.Element, prop: Property) -> Any:
    """One value; raises WsFault INVALID_VALUES if it is not of the property's type."""
    if node.get(f"{{{names.XSI}}}nil") in ("true", "1"):
        return None
    if prop.type is CimType.REFERENCE:
        return read_reference(node)
    if prop.type is CimType.OBJECT:
        return _embedded(node)
    if prop.type is CimType.DATETIME:
        return _moment(node)
    if len(node):
        raise WsFault(INVALID_VALUES)
    given = node.text or ""
    return given if prop.type is CimType.STRING else _plain(given.strip(), prop.type)


def _plain(given: str, cim_type: CimType) -> bool | int:
    if cim_type is CimType.BOOLEAN:
        if given.casefold() not in ("true", "false", "1", "0"):
            raise WsFault(INVALID_VALUES)
        return given.casefold() in ("true", "1")
    try:
        number = int(given)
    except ValueError as error:
        raise WsFault(INVALID_VALUES) from error
    low, high = _RANGES[cim_type]
    if not low <= number <= high:
        raise WsFault(INVALID_VALUES)
    return number


def _moment(node: ET.Element) -> Any:
    """A datetime or an interval, in its cim:Datetime or cim:Interval element or as plain text."""
    inner = next(iter(node), node)
    given = inner.text or ""
    value: Any = parse_datetime(given)
    seconds = parse_duration(given) if local_name(inner) == "Interval" else None
    if seconds is not None:
        value = timedelta(seconds=seconds)
    if value is None:
        raise WsFault(INVALID_VALUES)
    return value


def _embedded(node: ET.Element) -> Instance:
    """An embedded object: class from xsi:type; members as text, since its class may not be registered."""
    type_name = (node.get(f"{{{names.XSI}}}type") or "").rpartition(":")[2]
    if not type_name.endswith("_Type") or (node.text or "").strip():
        raise WsFault(INVALID_VALUES)
    values: dict[str, Any] = {}
    for member in node:
        nil = member.get(f"{{{names.XSI}}}nil") in ("true", "1")
        values[local_name(member)] = None if nil else member.text or ""
    return Instance(type_name.removesuffix("_Type"), values)
