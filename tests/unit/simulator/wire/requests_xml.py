# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests written by hand, sent through pywinrm's session."""

from __future__ import annotations

import uuid
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from winrm.exceptions import WSManFaultError
from winrm.protocol import Protocol

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
CIMV2 = f"{WMI}root/cimv2"
IIS = f"{WMI}root/MicrosoftIISv2"
ENUM = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
SHELL_CMD = f"{SHELL}/cmd"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "n": ENUM,
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "x": TRANSFER,
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
    "cim": "http://schemas.dmtf.org/wbem/wscim/1/common",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}


def envelope(
    action: str,
    uri: str,
    body: str = "",
    selectors: dict[str, str] | None = None,
    header: str = "",
    timeout: str = "PT20S",
    size: int = 153600,
    message_id: str | None = None,
) -> str:
    chosen = "".join(
        f'<w:Selector Name="{name}">{escape(value)}</w:Selector>' for name, value in (selectors or {}).items()
    )
    chosen = f"<w:SelectorSet>{chosen}</w:SelectorSet>" if chosen else ""
    declared = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in NS.items())
    return (
        f"<s:Envelope {declared}><s:Header>"
        "<a:To>http://windows-host:5985/wsman</a:To>"
        f'<w:ResourceURI s:mustUnderstand="true">{uri}</w:ResourceURI>'
        "<a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>"
        f"<a:Action>{action}</a:Action><a:MessageID>{message_id or f'uuid:{uuid.uuid4()}'}</a:MessageID>"
        f"<w:MaxEnvelopeSize>{size}</w:MaxEnvelopeSize><w:OperationTimeout>{timeout}</w:OperationTimeout>"
        f"{header}{chosen}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )


def send(protocol: Protocol, *args: Any, **more: Any) -> ET.Element:
    """The whole answer; faults raise WSManFaultError."""
    return ET.fromstring(protocol.send_message(envelope(*args, **more)))


def body_of(answer: ET.Element) -> ET.Element:
    body = answer.find("s:Body", NS)
    assert body is not None
    return body


def wql(query: str, extra: str = "", optimized: bool = True, max_elements: int = 32000) -> str:
    optimise = f"<w:OptimizeEnumeration/><w:MaxElements>{max_elements}</w:MaxElements>" if optimized else ""
    return f'<n:Enumerate>{optimise}{extra}<w:Filter Dialect="{WQL}">{escape(query)}</w:Filter></n:Enumerate>'


def select(protocol: Protocol, query: str, namespace: str = CIMV2, **more: Any) -> list[ET.Element]:
    """All items of a query, however many Pulls they take."""
    body = body_of(send(protocol, f"{ENUM}/Enumerate", f"{namespace}/*", wql(query, **more)))
    found = body.findall("n:EnumerateResponse/w:Items/*", NS)
    context = body.findtext("n:EnumerateResponse/n:EnumerationContext", None, NS)
    while context:
        wanted = f"<n:EnumerationContext>{context}</n:EnumerationContext><n:MaxElements>32000</n:MaxElements>"
        pull = f"<n:Pull>{wanted}</n:Pull>"
        body = body_of(send(protocol, f"{ENUM}/Pull", f"{namespace}/*", pull))
        found += body.findall("n:PullResponse/n:Items/*", NS)
        context = body.findtext("n:PullResponse/n:EnumerationContext", None, NS)
        assert (context is None) == (body.find("n:PullResponse/n:EndOfSequence", NS) is not None)
    return found


def local(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


def fault_code(error: WSManFaultError) -> int:
    return int(error.wsman_fault_code or 0)
