# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The envelopes that come back."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ..errors import MalformedAnswer, UnsupportedConnection
from .faults import not_understood, read_fault
from .namespaces import SOAP
from .xml_reader import child, local_name, namespace_of, parse, text_of

#: Namespaces of the draft of WS-Management that WinRM 0.5 speaks (MS-WSMAN 2.2.1).
_DRAFT = (b"http://schemas.xmlsoap.org/ws/2005/06/management", b"http://schemas.microsoft.com/ws/2005/06/wsmanfault")
_TOO_OLD = (
    "WinRM 0.5 answers there, the Hardware Management that comes with Windows Server 2003 R2. It knows neither queries "
    "nor commands. Install KB936059 (WinRM 1.1) or KB968930 (WinRM 2.0) on the host"
)


def read_answer(document: bytes, *, message_id: str, endpoint: str) -> ET.Element:
    """Return the ``s:Body`` of the answer to a message.

    Raises Fault for a SOAP fault, whatever the HTTP status it came with, MalformedAnswer for what isn't an envelope or
    answers another message (``a:RelatesTo``), and UnsupportedConnection for the answer of WinRM 0.5.
    """
    root = parse(document)
    if local_name(root) != "Envelope" or namespace_of(root) != SOAP:
        raise MalformedAnswer(f"the host answered a {local_name(root)} document, not a SOAP envelope")
    header, body = child(root, "Header"), child(root, "Body")
    if body is None:
        raise MalformedAnswer("the answer of the host is an envelope without a body")
    fault = child(body, "Fault")
    related = text_of(child(header, "RelatesTo"))
    # A fault about a header that the host couldn't read may lack the reference; nothing else may.
    if related.lower() != message_id.lower() and (related or fault is None):
        raise MalformedAnswer(f"the host answered message {related or 'nobody'}, but {message_id} was sent")
    if fault is None:
        return body
    # No service can do without the resource URI: one that doesn't know the header speaks another protocol.
    unknown = {name.rpartition(":")[2] for name in not_understood(header)}
    if "ResourceURI" in unknown or any(namespace in document for namespace in _DRAFT):
        raise UnsupportedConnection(f"{endpoint}: {_TOO_OLD}")
    raise read_fault(fault, header)
