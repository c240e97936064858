# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoint references: WMI object paths as WS-Addressing (MS-WSMV 2.2.4.14, answers of 2008 R2)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from simulator.wire import names
from simulator.wire.fault import INVALID_VALUES, WsFault
from simulator.wire.markup import attribute, element, leaf
from simulator.wire.profile import References
from simulator.wmi.literals import path_text
from simulator.wmi.model import ObjectPath


def class_uri(namespace: str, class_name: str) -> str:
    """The resource URI of a class."""
    return f"{names.WMI_RESOURCE}{namespace}/{class_name}"


def split_class_uri(uri: str) -> tuple[str, str] | None:
    """Namespace and class (or ``*``) of a WMI resource URI; None if it is not one. The prefix compares without case."""
    if not uri.casefold().startswith(names.WMI_RESOURCE):
        return None
    namespace, _slash, class_name = uri[len(names.WMI_RESOURCE) :].rpartition("/")
    return (namespace, class_name) if namespace and class_name else None


def reference_content(path: ObjectPath, shape: References) -> str:
    """What stands inside a reference property or an a:EndpointReference. A singleton has no SelectorSet.

    ASSUMED: __cimnamespace comes first among the selectors, as Microsoft's OMI writes it.
    """
    selectors = ""
    if path.keys:
        pairs = list(path.keys.items())
        if shape is References.WITH_NAMESPACE:
            pairs.insert(0, ("__cimnamespace", path.namespace))
        selectors = element(
            "w:SelectorSet", "".join(leaf("w:Selector", value, attribute("Name", name)) for name, value in pairs)
        )
    anywhere = shape is References.CIM_SCHEMA
    uri = names.CIM_SCHEMA + path.class_name if anywhere else class_uri(path.namespace, path.class_name)
    parameters = leaf("w:ResourceURI", uri) + selectors
    return leaf("a:Address", names.ANONYMOUS) + element("a:ReferenceParameters", parameters)


def read_reference(node: ET.Element) -> ObjectPath:
    """The object path of an element that holds a:Address and a:ReferenceParameters; raises WsFault INVALID_VALUES."""
    parameters = node.find(f"{{{names.ADDRESSING}}}ReferenceParameters")
    if parameters is None:
        raise WsFault(INVALID_VALUES)
    uri = (parameters.findtext(f"{{{names.WSMAN}}}ResourceURI") or "").strip()
    resource = split_class_uri(uri)
    if resource is None and uri.startswith(names.CIM_SCHEMA):
        resource = ("", uri.removeprefix(names.CIM_SCHEMA))
    if resource is None:
        raise WsFault(INVALID_VALUES)
    keys: dict[str, str] = {}
    for selector in parameters.findall(f"{{{names.WSMAN}}}SelectorSet/{{{names.WSMAN}}}Selector"):
        name = selector.get("Name") or ""
        inner = selector.find(f"{{{names.ADDRESSING}}}EndpointReference")
        if name.casefold() != "__cimnamespace":
            keys[name] = selector.text or "" if inner is None else path_text(read_reference(inner))
    return ObjectPath(*resource, keys)
