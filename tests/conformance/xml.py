# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The little XML that the checks read and write themselves; it shares nothing with the project's client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
IDENTIFY = (
    f'<s:Envelope xmlns:s="{SOAP}"><s:Header/><s:Body>'
    '<i:Identify xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/></s:Body></s:Envelope>'
)


def local(node: ET.Element) -> str:
    """An element's name without namespace."""
    return node.tag.rpartition("}")[2]


def value_of(node: ET.Element) -> Any:
    """One value: None, text (of a datetime too), or a mapping."""
    if node.get(NIL) == "true":
        return None
    if len(node) == 1 and local(node[0]) in ("Datetime", "Interval"):
        return node[0].text or ""
    return row_of(node) if len(node) else node.text or ""


def row_of(node: ET.Element) -> dict[str, Any]:
    """An object: a property that comes twice is an array."""
    row: dict[str, Any] = {}
    for child in node:
        name, value = local(child), value_of(child)
        if name not in row:
            row[name] = value
        elif isinstance(row[name], list):
            row[name].append(value)
        else:
            row[name] = [row[name], value]
    return row


def items_of(body: ET.Element) -> list[ET.Element]:
    """The items of an EnumerateResponse or PullResponse, whatever namespace Items is in."""
    return [item for node in body.iter() if local(node) == "Items" for item in node]


def context_of(body: ET.Element) -> str:
    """The context to pull with; empty at the end."""
    ended = any(local(node) == "EndOfSequence" for node in body.iter())
    context = next((node.text or "" for node in body.iter() if local(node) == "EnumerationContext"), "")
    return "" if ended else context.strip()


def names_in(items: Iterable[ET.Element]) -> list[str]:
    """The Name selectors of endpoint references."""
    return [
        node.text or "" for item in items for node in item.iter(f"{{{WSMAN}}}Selector") if node.get("Name") == "Name"
    ]


def enumerate_body(wql: str, mode: str = "", elements: int = 32000) -> ET.Element:
    """The body of an optimised Enumerate."""
    body = ET.Element(f"{{{ENUMERATION}}}Enumerate")
    ET.SubElement(body, f"{{{WSMAN}}}OptimizeEnumeration")
    ET.SubElement(body, f"{{{WSMAN}}}MaxElements").text = str(elements)
    if mode:
        ET.SubElement(body, f"{{{WSMAN}}}EnumerationMode").text = mode
    ET.SubElement(body, f"{{{WSMAN}}}Filter", Dialect=WQL).text = wql
    return body


def pull_body(context: str, elements: int = 32000) -> ET.Element:
    """The body of a Pull."""
    body = ET.Element(f"{{{ENUMERATION}}}Pull")
    ET.SubElement(body, f"{{{ENUMERATION}}}EnumerationContext").text = context
    ET.SubElement(body, f"{{{ENUMERATION}}}MaxElements").text = str(elements)
    return body


def object_body(class_uri: str, name: str, values: Mapping[str, str]) -> ET.Element:
    """An element of a class's namespace with these members: a Put's object, a method's input."""
    body = ET.Element(f"{{{class_uri}}}{name}")
    for member, value in values.items():
        ET.SubElement(body, f"{{{class_uri}}}{member}").text = value
    return body


def fragment_body(name: str, value: str) -> ET.Element:
    """The body of a fragment Put."""
    body = ET.Element(f"{{{WSMAN}}}XmlFragment")
    ET.SubElement(body, name).text = value
    return body


def fault_code(text: str | bytes) -> int:
    """The code of the outer f:WSManFault, 0 if there is none."""
    try:
        root = ET.fromstring(text)
    except ET.ParseError:
        return 0
    found = root.find(f".//{{{FAULT}}}WSManFault")
    return int(found.get("Code") or 0) if found is not None else 0
