# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading XML from a host that isn't trusted: no DTD, no entities, bounded depth and size."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

from ..errors import MalformedAnswer

#: No answer is larger: a host keeps to the MaxEnvelopeSize of the request, 150 KiB.
MAX_BYTES = 8 * 1024 * 1024
#: Objects nest a few levels; WinRM itself refuses deep nesting (2150859008).
MAX_DEPTH = 64


class _GuardedBuilder(ET.TreeBuilder):
    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, name: str, _public: str | None, _system: str | None) -> None:
        raise MalformedAnswer(f"the answer of the host declares a document type ({name}), which SOAP forbids")

    def start(self, tag: str, attrs: dict[str, str]) -> ET.Element:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise MalformedAnswer(f"the answer of the host nests more than {MAX_DEPTH} levels deep")
        return super().start(tag, attrs)

    def end(self, tag: str) -> ET.Element:
        self._depth -= 1
        return super().end(tag)


def parse(document: bytes) -> ET.Element:
    """Parse a document of the host; raises MalformedAnswer when it isn't XML, or not harmless XML."""
    if len(document) > MAX_BYTES:
        raise MalformedAnswer(f"the answer of the host is too large ({len(document)} bytes)")
    parser = ET.XMLParser(target=_GuardedBuilder())  # noqa: S314 - the builder refuses what is dangerous
    try:
        parser.feed(document)
        root = parser.close()
    except (ET.ParseError, ValueError, LookupError) as error:
        raise MalformedAnswer(f"the answer of the host is not XML: {error}") from error
    if not isinstance(root, ET.Element):
        raise MalformedAnswer("the answer of the host is not XML")
    return root


def local_name(element: ET.Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace_of(element: ET.Element) -> str:
    """The namespace of an element, or the empty string."""
    return str(element.tag).rpartition("}")[0].lstrip("{")


def child(element: ET.Element | None, name: str) -> ET.Element | None:
    """The first child of this local name, whatever its namespace."""
    return next(children(element, name), None)


def children(element: ET.Element | None, name: str) -> Iterator[ET.Element]:
    """The children of this local name, whatever their namespace."""
    if element is not None:
        yield from (candidate for candidate in element if local_name(candidate) == name)


def descendants(element: ET.Element | None, name: str) -> Iterator[ET.Element]:
    """The elements of this local name below (or at) this one, in document order."""
    if element is not None:
        yield from (candidate for candidate in element.iter() if local_name(candidate) == name)


def text_of(element: ET.Element | None) -> str:
    """The text of an element without the white space around it, or the empty string."""
    return (element.text or "").strip() if element is not None else ""
