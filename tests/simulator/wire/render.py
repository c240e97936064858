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
from simulator.wire.epr import reference_content
from simulator.wire.markup import attribute, element, leaf
from simulator.wire.profile import Datetimes, Profile, References, WireOptions
from simulator.wmi.literals import interval_to_dmtf, to_dmtf
from simulator.wmi.model import Instance, ObjectPath, Property
from simulator.wmi.repository import Row

_NIL = ' xsi:nil="true"'


def class_attributes(uri: str, type_name: str | None = None) -> str:
    """The attributes of an instance's root element: its namespaces, and its type unless it is a method's answer."""
    declared = attribute("xmlns:xsi", names.XSI) + attribute("xmlns:p", uri) + attribute("xmlns:cim", names.CIM)
    return declared + (attribute("xsi:type", f"p:{type_name}_Type") if type_name else "")


def xml_fragment(content: str) -> str:
    """The wrapper of fragments, with the namespaces it declares."""
    declared = attribute("xmlns:xsi", names.XSI) + attribute("xmlns:w", names.WSMAN)
    return element("w:XmlFragment", content, declared)


class Renderer:
    """Writes instances in the shapes that a host's WinRM and its options ask for.

    The draft protocol has NULL arrays as nil, another element for datetimes, references without ``__cimnamespace``, and
    the reference of an instance within it (MS-WSMAN 2.2.5.1, 3.1.4.1.26, 3.1.4.1.27, 4.1; no type in its examples).
    """

    def __init__(self, profile: Profile, options: WireOptions) -> None:
        self._options = options
        self._draft = profile.draft
        self._nil_arrays = options.nil_arrays or profile.draft
        self._references = References.WITHOUT_NAMESPACE if profile.draft else options.references

    def instance(self, row: Row, uri: str) -> str:
        """``<p:Class …>``; ``uri`` is the class's resource URI as the request spelled it, which the answer keeps."""
        name = row.wmi_class.name
        namespace = uri[: -len(name) - 1]
        content = self._properties(row.wmi_class.properties, row.instance.values, namespace, "p:")
        if self._draft:
            location = self._reference(row.path)
            content += element("cim:Location", location, _reference_namespaces())
        return element(f"p:{name}", content, class_attributes(uri, None if self._draft else name))

    def columns(self, row: Row, columns: Sequence[str]) -> str:
        """``<w:XmlFragment>`` with some of an instance's properties."""
        wanted = set(columns)
        properties = [prop for prop in row.wmi_class.properties if prop.name in wanted]
        return xml_fragment(self._properties(properties, row.instance.values, "", ""))

    def epr(self, row: Row) -> str:
        """An item of EnumerateEPR: the reference, naming the instance's own class."""
        return element("a:EndpointReference", self._reference(row.path))

    def item(self, row: Row, content: str) -> str:
        """An item of EnumerateObjectAndEPR."""
        return element("w:Item", content + self.epr(row))

    def property(self, prop: Property, value: Any, namespace: str, prefix: str) -> str:
        """The elements of one property: one for a scalar, one for each value of an array; a NULL or empty array has
        none, or a single nil one (Microsoft's OMI; MS-WSMAN 3.1.4.1.26). ``prefix`` is ``p:``, or nothing within
        fragments."""
        name = f"{prefix}{prop.name}"
        if prop.array and value:
            return "".join(self.value(name, item, namespace, prefix) for item in value)
        if prop.array and not self._nil_arrays:
            return ""
        return self.value(name, None if prop.array else value, namespace, prefix)

    def value(self, name: str, value: Any, namespace: str, prefix: str) -> str:
        """One value in its element."""
        if value is None:
            return f"<{name}{_NIL}/>"
        if isinstance(value, Instance):
            return self._embedded(name, value, namespace, prefix)
        if isinstance(value, ObjectPath):
            content = self._reference(value)
            if self._options.wrapped_references:
                content = element("a:EndpointReference", content)
            return element(name, content, "" if prefix else _reference_namespaces())
        if isinstance(value, (datetime, timedelta)):
            return self._time(name, value, prefix)
        if isinstance(value, bool):
            word = "true" if value else "false"
            return leaf(name, word.upper() if self._options.upper_booleans else word)
        return leaf(name, str(value))

    # -- parts

    def _properties(
        self, properties: Sequence[Property], values: Mapping[str, Any], namespace: str, prefix: str
    ) -> str:
        """Property elements in alphabetical order."""
        ordered = sorted(properties, key=lambda prop: prop.name.casefold())
        return "".join(self.property(prop, values.get(prop.name), namespace, prefix) for prop in ordered)

    def _reference(self, path: ObjectPath) -> str:
        return reference_content(path, self._references)

    def _time(self, name: str, value: datetime | timedelta, prefix: str) -> str:
        """A moment or a span, in one of the forms that cim:cimDateTime has (DSP0230 6.1), or as plain text."""
        cim = "cim:" if prefix else ""
        if self._draft or self._options.datetimes is Datetimes.CIM_DATETIME:
            text = to_dmtf(value) if isinstance(value, datetime) else interval_to_dmtf(value)
            return element(name, leaf(f"{cim}{'CIM_DateTimeString' if self._draft else 'CIM_DateTime'}", text))
        moment = isinstance(value, datetime)
        text = format_datetime(value) if isinstance(value, datetime) else format_interval(value)
        if self._options.datetimes is Datetimes.TEXT:
            return leaf(name, text)
        return element(name, leaf(f"{cim}{'Datetime' if moment else 'Interval'}", text))

    def _embedded(self, name: str, value: Instance, namespace: str, prefix: str) -> str:
        """An embedded object. ASSUMED, by analogy with instances and as Microsoft's OMI does it: its class's namespace
        under a prefix of its own, and its type; within a fragment neither. No transcript of Windows is known."""
        inner = "q:" if prefix else ""
        attributes = ""
        if prefix:
            uri = f"{namespace}/{value.class_name}"
            attributes = attribute("xmlns:q", uri) + attribute("xsi:type", f"q:{value.class_name}_Type")
        return element(name, "".join(self._members(value, namespace, inner)), attributes)

    def _members(self, value: Instance, namespace: str, prefix: str) -> Iterator[str]:
        for member, member_value in sorted(value.values.items(), key=lambda pair: pair[0].casefold()):
            for item in member_value if isinstance(member_value, (list, tuple)) else [member_value]:
                yield self.value(f"{prefix}{member}", item, namespace, prefix)


def _reference_namespaces() -> str:
    """ASSUMED: a reference within a fragment keeps its namespaces, declared on the spot."""
    return attribute("xmlns:a", names.ADDRESSING) + attribute("xmlns:w", names.WSMAN)
