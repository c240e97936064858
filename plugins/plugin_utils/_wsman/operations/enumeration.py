# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerations: Enumerate, Pull until the end, Release of what is abandoned (DSP0226 8, WS-Enumeration).

Hosts end an enumeration in several ways: ``w:EndOfSequence`` in the optimised first answer,
``n:EndOfSequence`` in that of a Pull, or an empty context; and they hand out the items all at once, or one
first and then as many as fit the envelope. Contexts chain: each is used once.
"""

from __future__ import annotations

import time
import xml.etree.ElementTree as ET
from collections.abc import Callable

from ..errors import MalformedAnswer, WsManError
from ..protocol.envelope import Envelope
from ..protocol.namespaces import ENUMERATE, PULL, RELEASE, WQL_DIALECT
from ..protocol.resource_uris import split_class_uri
from ..protocol.value_reader import read_item
from ..protocol.xml_reader import child, children, text_of
from ..text import check_text
from ..values import Instance
from .exchange import Exchange

#: What is asked for at once; a host takes the smaller of this and its own MaxBatchItems (MS-WSMAN, wsen:MaxElements),
#: of which WinRM 1.1 has 20, and sends as many as fit the envelope.
MAX_ELEMENTS = 32000
#: More rows than any query of an administrator's tool gives.
MAX_ROWS = 200_000
#: Answers in a row that bring no item and no end.
MAX_EMPTY_ANSWERS = 20
#: Bytes of all its answers: a row takes some hundred, and what is kept of them in memory takes several times as much.
MAX_BYTES = 16 * 1024 * 1024
#: Seconds for a whole enumeration.
MAX_SECONDS = 600.0


class Enumeration:
    """One enumeration from its Enumerate to its end: of a WQL query, or of everything at a resource URI."""

    def __init__(
        self,
        exchange: Exchange,
        resource_uri: str,
        wql: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        limit: float | None = None,
    ) -> None:
        self._exchange = exchange
        self._resource_uri = resource_uri
        self._namespace = (split_class_uri(resource_uri) or ("", ""))[0]
        self._wql = None if wql is None else check_text(wql)
        self._what = resource_uri if wql is None else wql
        self._monotonic = monotonic
        self._limit = limit
        self._context: str | None = None

    def rows(self) -> list[Instance]:
        """All rows, in the order of the host."""
        rows: list[Instance] = []
        empty_answers = 0
        deadline = self._monotonic() + MAX_SECONDS
        before = self._exchange.received
        try:
            response = self._enumerate()
            while True:
                new = [read_item(item, self._namespace) for items in children(response, "Items") for item in items]
                rows += new
                if self._context is None:
                    return rows
                empty_answers = 0 if new else empty_answers + 1
                too_much = len(rows) > MAX_ROWS or self._exchange.received - before > MAX_BYTES
                if too_much or empty_answers > MAX_EMPTY_ANSWERS or self._monotonic() > deadline:
                    raise MalformedAnswer(f"the host never ends the list of: {self._what}")
                response = self._pull(self._context)
        except MalformedAnswer:
            self._release()
            raise

    def _enumerate(self) -> ET.Element:
        envelope = Envelope(ENUMERATE, self._resource_uri)
        request = ET.SubElement(envelope.body, "n:Enumerate")
        ET.SubElement(request, "w:OptimizeEnumeration")
        ET.SubElement(request, "w:MaxElements").text = str(MAX_ELEMENTS)
        if self._wql is not None:
            ET.SubElement(request, "w:Filter", Dialect=WQL_DIALECT).text = self._wql
        return self._continue(envelope, "EnumerateResponse")

    def _pull(self, context: str) -> ET.Element:
        envelope = Envelope(PULL, self._resource_uri)
        request = ET.SubElement(envelope.body, "n:Pull")
        ET.SubElement(request, "n:EnumerationContext").text = context
        ET.SubElement(request, "n:MaxElements").text = str(MAX_ELEMENTS)
        return self._continue(envelope, "PullResponse")

    def _continue(self, envelope: Envelope, expected: str) -> ET.Element:
        body = self._exchange.ask(envelope, operation_timeout=self._limit)
        response = child(body, expected)
        if response is None:
            raise MalformedAnswer(f"the host gave no {expected} to: {self._what}")
        context = child(response, "EnumerationContext")
        if child(response, "EndOfSequence") is not None:
            self._context = None
        elif context is not None:
            self._context = text_of(context) or None
        elif self._context is None:
            raise MalformedAnswer(f"the host neither ended nor continued the list of: {self._what}")
        return response

    def _release(self) -> None:
        if self._context is None:
            return
        envelope = Envelope(RELEASE, self._resource_uri)
        request = ET.SubElement(envelope.body, "n:Release")
        ET.SubElement(request, "n:EnumerationContext").text = self._context
        self._context = None
        try:
            self._exchange.ask(envelope)
        except WsManError:
            # The context dies by itself within minutes; what went wrong before is what matters.
            return
