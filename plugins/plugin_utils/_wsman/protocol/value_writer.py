# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From Python values to XML (MS-WSMV 3.1.4.1, and the value mapping of the WMI plug-in).

Elements are named with the literal prefixes of the envelope (see :mod:`~.envelope`), so that type names in
attributes can use them as well. Names are checked, texts are escaped by ElementTree.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import datetime, timedelta

from ..object_path import ObjectPath
from ..text import check_name, check_text
from ..timestamps import format_interval, format_timestamp
from ..values import Argument, Instance, Raw
from .namespaces import ANONYMOUS
from .resource_uris import class_uri


def write_object(element: ET.Element, properties: Mapping[str, Argument | Raw], namespace: str, prefix: str) -> None:
    """Write properties, or the parameters of a method, as children with this prefix.

    ``namespace`` is the WMI namespace of the object, where the classes of embedded objects are looked for.
    """
    for name, value in properties.items():
        write_property(element, name, value, namespace, prefix)


def write_property(element: ET.Element, name: str, value: Argument | Raw, namespace: str, prefix: str) -> None:
    """Write one property: NULL and an empty array as ``xsi:nil``, an array as a repeated element.

    With an empty prefix the element is un-namespaced, as in an XmlFragment.
    """
    tag = f"{prefix}:{check_name(name)}" if prefix else check_name(name)
    values = value if isinstance(value, list) else [value]
    for single in values or [None]:
        _write_scalar(ET.SubElement(element, tag), single, namespace, prefix)


def write_selectors(element: ET.Element, path: ObjectPath) -> None:
    """Write the keys of a path as a ``w:SelectorSet``, none for a path without keys."""
    if path.keys:
        selectors = ET.SubElement(element, "w:SelectorSet")
        for name, value in path.keys.items():
            ET.SubElement(selectors, "w:Selector", Name=check_name(name)).text = check_text(value)


def _write_scalar(element: ET.Element, value: object, namespace: str, prefix: str) -> None:
    if value is None:
        element.set("xsi:nil", "true")
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif isinstance(value, int):
        element.text = str(value)
    elif isinstance(value, str):
        element.text = check_text(value)
    elif isinstance(value, datetime):
        ET.SubElement(element, "cim:Datetime" if prefix else "Datetime").text = format_timestamp(value)
    elif isinstance(value, timedelta):
        ET.SubElement(element, "cim:Interval" if prefix else "Interval").text = format_interval(value)
    elif isinstance(value, ObjectPath):
        _write_reference(element, value)
    elif isinstance(value, Instance):
        _write_embedded(element, value, namespace, prefix)
    else:
        raise TypeError(f"a value of type {type(value).__name__} can't be sent to WMI")


def _write_reference(element: ET.Element, path: ObjectPath) -> None:
    # Directly in the property, without a:EndpointReference, as winrm itself writes it.
    ET.SubElement(element, "a:Address").text = ANONYMOUS
    parameters = ET.SubElement(element, "a:ReferenceParameters")
    ET.SubElement(parameters, "w:ResourceURI").text = class_uri(path.namespace, path.class_name)
    write_selectors(parameters, path)


def _write_embedded(element: ET.Element, value: Instance, namespace: str, prefix: str) -> None:
    # ASSUMED, by analogy with whole instances: xsi:type names the class in its own namespace.
    if value.class_name is None:
        write_object(element, value, namespace, prefix)
        return
    # A nested declaration must not capture the prefix of the element that carries it: e, ee, eee, ...
    inner = prefix + "e" if prefix.startswith("e") else "e"
    element.set(f"xmlns:{inner}", class_uri(namespace, value.class_name))
    element.set("xsi:type", f"{inner}:{value.class_name}_Type")
    write_object(element, value, namespace, inner)
