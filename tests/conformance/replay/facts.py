# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer shows of how its host works, without what is the host's own data.

Three kinds of facts: *shape* (which elements there are, and how values are written), *code* (of faults, return values
and exit codes) and *text* (what faults and programs say).
"""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conformance.xml import ENUMERATION, SOAP, WSMAN

_XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_ITEMS = (f"{{{ENUMERATION}}}Items", f"{{{WSMAN}}}Items")
_FAULT = f"{{{SOAP}}}Fault"
#: Elements whose text, and attributes whose value, is a code.
_CODES = ("ReturnValue", "ExitCode", "Value", "FaultDetail", "HRESULT", "StatusCode")
#: Elements of a fault that say something to people.
_TEXTS = ("Text", "Message", "Description", "ErrorText")


@dataclass(frozen=True)
class Fact:
    """One thing that an answer shows: ``what`` it is about (an element's path), and ``value``."""

    kind: str
    what: str
    value: str


def is_fault(document: str) -> bool:
    """Whether an answer is a SOAP fault."""
    return ET.fromstring(document).find(f"{{{SOAP}}}Body/{_FAULT}") is not None


def facts_of(document: str) -> frozenset[Fact]:
    """All facts of an answer."""
    return frozenset(_walk(ET.fromstring(document), "", in_fault=False))


def output_of(documents: Iterable[str]) -> str:
    """What a program wrote, in the answers to all Receives together."""
    pieces = [
        base64.b64decode(element.text or "")
        for document in documents
        for element in ET.fromstring(document).iter()
        if local(element.tag) == "Stream" and element.text
    ]
    return b"".join(pieces).decode("utf-8", "replace")


def values_of(documents: Iterable[str]) -> list[str]:
    """The texts that objects have as values, longest first: three characters and more."""
    values = {
        (element.text or "").strip()
        for document in documents
        for items in ET.fromstring(document).iter()
        if items.tag in _ITEMS
        for element in items.iter()
    }
    return sorted((value for value in values if len(value) > 2), key=len, reverse=True)


def local(name: str) -> str:
    """An element's or attribute's name without its namespace."""
    return name.rpartition("}")[2]


def _walk(element: ET.Element, above: str, *, in_fault: bool) -> Iterator[Fact]:
    path = f"{above}/{local(element.tag)}"
    in_fault = in_fault or element.tag == _FAULT
    yield Fact("shape", path, f"in {element.tag.partition('}')[0][1:] or 'no namespace'}")
    text = " ".join((element.text or "").split())
    name = local(element.tag)
    if "Code" in element.attrib and in_fault:
        yield Fact("code", f"{path}@Code", element.attrib["Code"])
    if text and (name in ("ReturnValue", "ExitCode") or (in_fault and name in _CODES)):
        yield Fact("code", path, text)
    elif text and in_fault and name in _TEXTS:
        yield Fact("text", path, text)
    elif not in_fault and "/Body/" in path and name != "Stream":
        yield from _form(element, path, text)
    for child in element:
        yield from _walk(child, path, in_fault=in_fault)


def _form(element: ET.Element, path: str, text: str) -> Iterator[Fact]:
    """How a value is written, as far as that doesn't depend on the value."""
    if element.get(_XSI_NIL) or not text or len(element):
        return
    if re.fullmatch(r"true|false", text, re.IGNORECASE):
        yield Fact("shape", f"{path}=", "true or false" if text.islower() else f"written as {text}")
    elif re.fullmatch(r"\d{14}\.\d{6}[+-]\d{3}", text):
        yield Fact("shape", f"{path}=", "a CIM datetime")
    elif re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+)?", text):
        yield Fact("shape", f"{path}=", "an XML dateTime")


def rows_of(facts: frozenset[Fact]) -> bool:
    """Whether there is a row of a query among the facts."""
    return any(re.search(r"/Items/", fact.what) for fact in facts)
