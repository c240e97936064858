# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances as XML. Every shape here is that of the Server 2003 captures unless it says otherwise.

Scalar NULL: ``xsi:nil``; NULL array: no element; array: the element repeated; properties in alphabetical order whatever
their case; a property list gives ``w:XmlFragment`` rows, without namespaces, class or keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from simulator.wire import names
from simulator.wire.durations import format_datetime, format_interval
from simulator.wire.epr import class_uri, reference_content
from simulator.wire.markup import attribute, element, leaf
from simulator.wmi.model import Instance, ObjectPath, Property
from simulator.wmi.repository import Row

_NIL = ' xsi:nil="true"'


def class_attributes(uri: str, type_name: str | None = None) -> str:
    """The attributes of an instance's root element: its namespaces, and its type unless it is a method's answer."""
    declared = attribute("xmlns:xsi", names.XSI) + attribute("xmlns:p", uri) + attribute("xmlns:cim", names.CIM)
    return declared + (attribute("xsi:type", f"p:{type_name}_Type") if type_name else "")


def instance_xml(row: Row, uri: str) -> str:
    """``<p:Class …>``; ``uri`` is the class's resource URI as the request spelled it, which the answer keeps."""
    name = row.wmi_class.name
    namespace = uri[: -len(name) - 1]
    return element(
        f"p:{name}",
        properties_xml(row.wmi_class.properties, row.instance.values, namespace, "p:"),
        class_attributes(uri, name),
    )


def fragment_xml(row: Row, columns: Sequence[str]) -> str:
    """``<w:XmlFragment>`` with some of an instance's properties."""
    wanted = set(columns)
    properties = [prop for prop in row.wmi_class.properties if prop.name in wanted]
    content = properties_xml(properties, row.instance.values, "", "")
    return xml_fragment(content)


def xml_fragment(content: str) -> str:
    """The wrapper of fragments, with the namespaces it declares."""
    declared = attribute("xmlns:xsi", names.XSI) + attribute("xmlns:w", names.WSMAN)
    return element("w:XmlFragment", content, declared)


def item_xml(row: Row, content: str) -> str:
    """An item of EnumerateObjectAndEPR."""
    return element("w:Item", content + epr_xml(row))


def epr_xml(row: Row) -> str:
    """An item of EnumerateEPR: the reference, naming the instance's own class."""
    return element("a:EndpointReference", reference_content(row.path))


def properties_xml(properties: Sequence[Property], values: Mapping[str, Any], namespace: str, prefix: str) -> str:
    """Property elements in alphabetical order. ``prefix`` is ``p:``, or nothing within fragments."""
    ordered = sorted(properties, key=lambda prop: prop.name.casefold())
    return "".join("".join(property_xml(prop, values.get(prop.name), namespace, prefix)) for prop in ordered)


def property_xml(prop: Property, value: Any, namespace: str, prefix: str) -> Iterator[str]:
    """The elements of one property: none for a NULL or empty array, one for a scalar, one for each of an array."""
    if prop.array:
        for item in value or ():
            yield value_xml(f"{prefix}{prop.name}", item, namespace, prefix)
    else:
        yield value_xml(f"{prefix}{prop.name}", value, namespace, prefix)


def value_xml(name: str, value: Any, namespace: str, prefix: str) -> str:
    """One value in its element."""
    if value is None:
        return f"<{name}{_NIL}/>"
    if isinstance(value, Instance):
        return _embedded(name, value, namespace, prefix)
    if isinstance(value, ObjectPath):
        return element(name, reference_content(value), "" if prefix else _reference_namespaces())
    if isinstance(value, datetime):
        return element(name, leaf("cim:Datetime" if prefix else "Datetime", format_datetime(value)))
    if isinstance(value, timedelta):
        return element(name, leaf("cim:Interval" if prefix else "Interval", format_interval(value)))
    if isinstance(value, bool):
        return leaf(name, "true" if value else "false")
    return leaf(name, str(value))


def _embedded(name: str, value: Instance, namespace: str, prefix: str) -> str:
    """An embedded object. ASSUMED, by analogy with instances: its class's namespace under the prefix q, and its type;
    within a fragment neither. No transcript of one is known."""
    inner = "q:" if prefix else ""
    attributes = ""
    if prefix:
        uri = f"{namespace}/{value.class_name}"
        attributes = attribute("xmlns:q", uri) + attribute("xsi:type", f"q:{value.class_name}_Type")
    ordered = sorted(value.values.items(), key=lambda pair: pair[0].casefold())
    parts: list[str] = []
    for member, member_value in ordered:
        items = member_value if isinstance(member_value, (list, tuple)) else [member_value]
        parts += [value_xml(f"{inner}{member}", item, namespace, inner) for item in items]
    return element(name, "".join(parts), attributes)


def _reference_namespaces() -> str:
    """ASSUMED: a reference within a fragment keeps its namespaces, declared on the spot."""
    return attribute("xmlns:a", names.ADDRESSING) + attribute("xmlns:w", names.WSMAN)


def row_uri(row: Row) -> str:
    """The resource URI of a row's own class."""
    return class_uri(row.path.namespace, row.wmi_class.name)
