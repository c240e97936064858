# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rewriting the documents of a recording so that what identifies a host or a person is gone and the shape is kept.

A document is changed in place, text by text and attribute by attribute: prefixes, order, white space and declarations
stay as the host wrote them. Only what is known to be harmless is kept; every other value goes through :class:`Names`.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from xml.sax.saxutils import escape, quoteattr

from ..errors import MalformedAnswer
from ..protocol.xml_reader import parse


class Names(Protocol):
    """Says what stands for a value. The same value always gets the same pseudonym."""

    def value(self, name: str, text: str) -> str:
        """The value of a property, parameter or key of this name."""

    def words(self, text: str) -> str:
        """A text for people, in which values seen so far may occur."""

    def query(self, wql: str) -> str:
        """A WQL query with literals in it."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>|[^<]+",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([\w:.-]+)(\s*=\s*)(\"[^\"]*\"|'[^']*')")
_TAG = re.compile(r"<([^\s/>]+)")
_IDENTIFIER = re.compile(r"(?:uuid:)?[0-9A-Fa-f-]{8,40}|\d{1,10}", re.ASCII)
_ANONYMOUS = re.compile(r"https?://schemas\.xmlsoap\.org/\S+")

#: Elements of the protocols that hold other elements. Below any other element there are properties of objects.
_STRUCTURE = _words(
    "Envelope Header Body ReplyTo SelectorSet OptionSet Fault Code Subcode Reason Detail WSManFault Message "
    "ProviderFault ExtendedError Enumerate EnumerateResponse Pull PullResponse Release Items Shell ResourceCreated "
    "ReferenceParameters EndpointReference CommandLine CommandResponse Receive ReceiveResponse CommandState Signal "
    "SignalResponse"
)
#: What the protocols themselves say, which is the same for every host.
_KEPT = _words(
    "Action ResourceURI ResourceUri MaxEnvelopeSize OperationTimeout FragmentTransfer Option Value FaultDetail "
    "MaxElements Expires EnumerationMode Lifetime InputStreams OutputStreams DesiredStream ExitCode Code"
)
#: Numbers that a host gives to messages and sessions. Kept, for answers are found again by them.
_IDENTIFIERS = _words(
    "MessageID RelatesTo EnumerationContext ShellId CommandId ActivityId OperationID SessionId SequenceId"
)
_KEPT_ATTRIBUTES = _words(
    "lang mustUnderstand type nil Name Code provider providerId Dialect CommandId State End IsCIM_Error qname"
)
_ENDPOINT = "http://host.invalid/wsman"


@dataclass
class _Element:
    name: str
    attributes: Mapping[str, str]
    in_structure: bool
    in_fault: bool
    texts: list[int] = field(default_factory=list)
    has_children: bool = False


class Redactor:
    """Rewrites the documents of one recording. All have to be learnt before the first is rewritten."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._output: dict[tuple[str, str], bytes] = {}

    def learn(self, document: bytes) -> None:
        """Meet every value of a document, so that texts for people are searched for all of them."""
        if (text := _decode(document)) is not None:
            self._pass_through(text, self._collect)

    def rewrite(self, document: bytes) -> str | None:
        """The document with pseudonyms, or None for one that isn't harmless XML."""
        text = _decode(document)
        return None if text is None else self._pass_through(text, self._show)

    def _collect(self, element: _Element, text: str) -> str:
        key = _stream(element)
        self._output[key] = self._output.get(key, b"") + _bytes(text)
        return text

    def _show(self, element: _Element, _text: str) -> str:
        # A name may be cut by the end of a piece: the first piece of a stream takes it all.
        whole = self._output.pop(_stream(element), b"").decode("utf-8", "replace")
        return base64.b64encode(self._printed(whole).encode()).decode()

    def _printed(self, text: str) -> str:
        """What a program printed: a list as XML, whose attributes are values as those of an answer are, or words."""
        if text.lstrip("\ufeff").startswith("<?xml") and _decode(text.encode()) is not None:
            return self._pass_through(text, self._show)
        return self._names.words(text)

    def _pass_through(self, document: str, stream: Callable[[_Element, str], str]) -> str:
        pieces: list[str] = []
        above: list[_Element] = []
        for token in _TOKEN.findall(document):
            if token.startswith("<!--"):
                continue
            if token.startswith("<?"):
                pieces.append(token)
            elif token.startswith("<![CDATA["):
                _note(above, len(pieces))
                pieces.append(escape(token[9:-3]))
            elif token.startswith("</"):
                self._close(above.pop(), pieces, stream)
                pieces.append(token)
            elif token.startswith("<"):
                element = _open(token, above)
                pieces.append(self._tag(token))
                if not token.endswith("/>"):
                    above.append(element)
            else:
                _note(above, len(pieces))
                pieces.append(token)
        return "".join(pieces)

    def _tag(self, token: str) -> str:
        def attribute(match: re.Match[str]) -> str:
            name, equals, quoted = match.groups()
            prefix, _colon, local = name.rpartition(":")
            if "xmlns" in (prefix, local) or local in _KEPT_ATTRIBUTES:
                return match.group()
            value = self._names.value(local, html.unescape(quoted[1:-1]))
            return f"{name}{equals}{quoteattr(value)}"

        return _ATTRIBUTE.sub(attribute, token)

    def _close(self, element: _Element, pieces: list[str], stream: Callable[[_Element, str], str]) -> None:
        text = html.unescape("".join(pieces[index] for index in element.texts))
        if not text.strip():
            return
        for index in element.texts:
            pieces[index] = ""
        if element.has_children:
            shown = self._names.words(text)
        elif element.in_structure and element.name == "Stream":
            shown = stream(element, text)
        else:
            shown = self._leaf(element, text)
        pieces[element.texts[0]] = escape(shown).replace("\r", "&#13;")

    def _leaf(self, element: _Element, text: str) -> str:
        name = element.name
        if name == "Selector":
            return self._names.value(element.attributes.get("Name", ""), text)
        if element.in_fault:
            return text if name in _KEPT or text.strip().isdigit() else self._names.words(text)
        if not element.in_structure:
            return self._names.value(name, text)
        if name in _KEPT or (name in _IDENTIFIERS and _IDENTIFIER.fullmatch(text.strip())):
            return text
        if name in ("To", "Address"):
            return text if _ANONYMOUS.fullmatch(text.strip()) else _ENDPOINT
        if name == "Filter":
            return self._names.query(text)
        if name in ("Command", "Arguments"):
            return self._names.words(text)
        return self._names.value(name, text)


def _open(token: str, above: list[_Element]) -> _Element:
    found = _TAG.match(token)
    name = (found.group(1) if found else "").rpartition(":")[2]
    attributes = {
        key.rpartition(":")[2]: html.unescape(value[1:-1]) for key, _equals, value in _ATTRIBUTE.findall(token)
    }
    in_structure = all(element.name in _STRUCTURE for element in above)
    in_fault = any(element.name == "Fault" for element in above)
    if above:
        above[-1].has_children = True
    return _Element(name, attributes, in_structure, in_fault)


def _note(above: list[_Element], index: int) -> None:
    if above:
        above[-1].texts.append(index)


def _stream(element: _Element) -> tuple[str, str]:
    return element.attributes.get("CommandId", ""), element.attributes.get("Name", "")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""


def _decode(document: bytes) -> str | None:
    """The text of a well-formed document without a document type, else None."""
    try:
        parse(document)
        encoding = "utf-16" if document[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        return document.decode(encoding)
    except (MalformedAnswer, UnicodeDecodeError):
        return None
