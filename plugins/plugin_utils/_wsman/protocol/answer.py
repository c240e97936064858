# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The envelopes that come back."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ..errors import MalformedAnswer
from .faults import read_fault
from .namespaces import SOAP
from .xml_reader import child, local_name, namespace_of, parse, text_of


def read_answer(document: bytes, *, message_id: str) -> ET.Element:
    """Return the ``s:Body`` of the answer to a message.

    Raises Fault for a SOAP fault, whatever the HTTP status it came with, and MalformedAnswer for what isn't
    an envelope or answers another message (``a:RelatesTo``).
    """
    root = parse(document)
    if local_name(root) != "Envelope" or namespace_of(root) != SOAP:
        raise MalformedAnswer(f"the host answered a {local_name(root)} document, not a SOAP envelope")
    body = child(root, "Body")
    if body is None:
        raise MalformedAnswer("the answer of the host is an envelope without a body")
    fault = child(body, "Fault")
    related = text_of(child(child(root, "Header"), "RelatesTo"))
    # A fault about a header that the host couldn't read may lack the reference; nothing else may.
    if related.lower() != message_id.lower() and (related or fault is None):
        raise MalformedAnswer(f"the host answered message {related or 'nobody'}, but {message_id} was sent")
    if fault is not None:
        raise read_fault(fault)
    return body
