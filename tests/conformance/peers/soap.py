# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers that send envelopes: the operations on WMI in terms of one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from conformance.peer import Incapable
from conformance.xml import (
    ENUMERATION,
    TRANSFER,
    WMI,
    context_of,
    enumerate_body,
    fragment_body,
    items_of,
    names_in,
    object_body,
    pull_body,
    row_of,
)


class SoapPeer(Incapable):
    """Subclasses send one request and give the answer's s:Body."""

    def ask(
        self, action: str, uri: str, keys: Mapping[str, str], body: ET.Element | None, fragment: str = ""
    ) -> ET.Element:
        """Send a request; raises WsFault, Refused or Unable."""
        raise NotImplementedError

    def _items(self, namespace: str, wql: str, mode: str = "") -> list[ET.Element]:
        uri = f"{WMI}{namespace}/*"
        answer = self.ask(f"{ENUMERATION}/Enumerate", uri, {}, enumerate_body(wql, mode))
        items = items_of(answer)
        while context := context_of(answer):
            answer = self.ask(f"{ENUMERATION}/Pull", uri, {}, pull_body(context))
            items += items_of(answer)
        return items

    def select(self, namespace: str, wql: str) -> Sequence[Mapping[str, Any]]:
        """See Peer."""
        return [row_of(item) for item in self._items(namespace, wql)]

    def references(self, namespace: str, wql: str) -> Sequence[str]:
        """See Peer."""
        return names_in(self._items(namespace, wql, "EnumerateEPR"))

    def get(self, class_uri: str, keys: Mapping[str, str], fragment: str = "") -> Mapping[str, Any]:
        """See Peer."""
        return row_of(self.ask(f"{TRANSFER}/Get", class_uri, keys, None, fragment)[0])

    def put(
        self, class_uri: str, keys: Mapping[str, str], values: Mapping[str, str], fragment: str = ""
    ) -> Mapping[str, Any]:
        """See Peer."""
        if fragment:
            body = fragment_body(fragment, values[fragment])
        else:
            body = object_body(class_uri, class_uri.rpartition("/")[2], values)
        return row_of(self.ask(f"{TRANSFER}/Put", class_uri, keys, body, fragment)[0])

    def invoke(
        self, class_uri: str, keys: Mapping[str, str], method: str, values: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """See Peer."""
        body = object_body(class_uri, f"{method}_INPUT", values)
        return row_of(self.ask(f"{class_uri}/{method}", class_uri, keys, body)[0])
