# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From XML to WMI values (MS-WSMV 2.2.4, DSP0230, and the Server 2003 captures).

Everything is found by local name: a host answers in the namespace case of the request, rows of a
property-list query carry no namespace at all, and an instance of a subclass has its own.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ..object_path import ObjectPath
from ..timestamps import parse_interval, parse_timestamp
from ..values import Instance, Raw, Scalar
from .namespaces import CIM, WSMAN, XSI
from .resource_uris import split_class_uri
from .xml_reader import child, children, local_name, namespace_of, text_of

_NIL = f"{{{XSI}}}nil"
_TYPE = f"{{{XSI}}}type"
_TYPE_SUFFIX = "_Type"
_TIMES = frozenset({"Datetime", "Interval", "CIM_DateTime", "Date", "Time"})


def read_item(element: ET.Element, namespace: str) -> Instance:
    """Read one row of an enumeration: a ``w:XmlFragment``, whose class is not known, or a whole instance."""
    if local_name(element) == "XmlFragment" and namespace_of(element).lower() == WSMAN:
        return Instance(read_properties(element, namespace))
    return read_instance(element, namespace)


def read_instance(element: ET.Element, namespace: str) -> Instance:
    """Read an object whose class is the name of its element.

    ``namespace`` is the WMI namespace of the object, and so of the objects that it refers to without naming another.
    """
    return Instance(read_properties(element, namespace), _type_name(element) or local_name(element))


def read_properties(element: ET.Element, namespace: str) -> dict[str, Raw]:
    """Read the children of an object, of an ``_OUTPUT``, or of an XmlFragment; repeated ones are an array."""
    found: dict[str, list[Scalar]] = {}
    for item in element:
        found.setdefault(local_name(item), []).append(_read_value(item, namespace))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _read_value(element: ET.Element, namespace: str) -> Scalar:
    """Read one value. A time or interval that can't be parsed stays a text, so that it spoils no other value."""
    if element.get(_NIL, "").strip() in ("true", "1"):
        return None
    embedded_class = _type_name(element)
    if len(element) == 0:
        return Instance({}, embedded_class) if embedded_class and not element.text else element.text or ""
    if embedded_class is None:
        special = _read_time(element) if len(element) == 1 else None
        if special is None:
            special = _read_reference(element, namespace)
        if special is not None:
            return special
    return Instance(read_properties(element, namespace), embedded_class or _class_of_children(element))


def _read_reference(element: ET.Element, object_namespace: str) -> ObjectPath | None:
    """Read an endpoint reference, with or without its ``a:EndpointReference`` wrapper; None when it isn't one.

    One that names no WMI namespace (Microsoft's OMI) is about the namespace of the object that it stands in.
    """
    holder = child(element, "EndpointReference")
    parameters = child(element if holder is None else holder, "ReferenceParameters")
    resource = split_class_uri(text_of(child(parameters, "ResourceURI")))
    if resource is None:
        return None
    namespace, class_name = resource
    keys: dict[str, str] = {}
    for selector in children(child(parameters, "SelectorSet"), "Selector"):
        name = selector.get("Name", "")
        nested = _read_reference(selector, object_namespace) if len(selector) else None
        value = str(nested) if nested is not None else selector.text or ""
        if name.lower() == "__cimnamespace":
            namespace = namespace or value.replace("\\", "/")
        else:
            keys[name] = value
    return ObjectPath(namespace or object_namespace, class_name, keys)


def _read_time(element: ET.Element) -> Scalar:
    """Read a ``cim:cimDateTime``, a choice of elements (DSP0230); None when it isn't one."""
    value = element[0]
    if namespace_of(value).lower() not in ("", CIM):
        return None
    text = value.text or ""
    kind = local_name(value)
    if kind not in _TIMES:
        return None
    moment = parse_timestamp(text)
    interval = parse_interval(text) if moment is None else None
    return moment or (text if interval is None else interval)


def _type_name(element: ET.Element) -> str | None:
    name = element.get(_TYPE, "").strip().rpartition(":")[2]
    return name[: -len(_TYPE_SUFFIX)] if name.endswith(_TYPE_SUFFIX) else None


def _class_of_children(element: ET.Element) -> str | None:
    resource = split_class_uri(namespace_of(element[0]))
    parent = split_class_uri(namespace_of(element))
    return resource[1] if resource is not None and resource != parent else None
