# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that follows a script: one answer per message, so that dialogues of several messages can be told."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.client import WsManClient
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.protocol.namespaces import PREFIXES

NAMESPACES = dict(PREFIXES)

#: What the host does with a message: answers a body or a whole envelope, or fails on the way.
Step = str | bytes | Exception


def envelope(body: str, relates_to: str = "@", action: str = "http://example.test/Response") -> str:
    """An answer as Windows writes it; ``@`` stands for the id of the message that it answers."""
    return (
        '<s:Envelope xml:lang="en-US" xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
        ' xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"'
        ' xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer"'
        ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"'
        ' xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common">'
        f"<s:Header><a:Action>{action}</a:Action><a:MessageID>uuid:A</a:MessageID>"
        "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>"
        f"<a:RelatesTo>{relates_to}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )


def wsman_fault(code: int, reason: str = "It is not to be.", subcode: str = "w:Anything", detail: str = "") -> str:
    """The body of a fault in WinRM's usual shape."""
    return (
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason><s:Detail>'
        '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"'
        f' Code="{code}" Machine="host"><f:Message>{detail or reason}</f:Message></f:WSManFault>'
        "</s:Detail></s:Fault>"
    )


TIMED_OUT = wsman_fault(2150858793, "The WS-Management service cannot complete the operation within the time.")


@dataclass
class ScriptedChannel:
    """Answers each message by the next step of the script, and remembers what was sent."""

    steps: list[Step]
    sent: list[bytes] = field(default_factory=list)
    timeouts: list[float | None] = field(default_factory=list)
    resets: int = 0
    endpoint: str = "http://host.test:5985/wsman"
    operation_timeout: float = 20.0

    def send(self, envelope_: bytes, timeout: float | None = None) -> bytes:
        self.sent.append(envelope_)
        self.timeouts.append(timeout)
        assert self.steps, f"the script has no answer to {self.actions()[-1]}"
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        if isinstance(step, bytes):
            return step
        document = step if "Envelope" in step else envelope(step)
        return document.replace("<a:RelatesTo>@<", f"<a:RelatesTo>{self.header(-1, 'a:MessageID')}<").encode()

    def reset(self) -> None:
        self.resets += 1

    def message(self, index: int) -> ET.Element:
        return ET.fromstring(self.sent[index])

    def body(self, index: int = -1) -> ET.Element:
        found = self.message(index).find("s:Body", NAMESPACES)
        assert found is not None
        return found

    def header(self, index: int, tag: str) -> str:
        return self.message(index).findtext(f"s:Header/{tag}", "", NAMESPACES)

    def actions(self) -> list[str]:
        return [self.header(index, "a:Action").rpartition("/")[2] for index in range(len(self.sent))]


class Time:
    """A clock that only sleeping moves, and each look at it by a little."""

    def __init__(self, step: float = 0.0) -> None:
        self.now = 1000.0
        self.step = step

    def monotonic(self) -> float:
        self.now += self.step
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def talk(
    *steps: Step, time: Time | None = None, new_id: Callable[[], str] | None = None
) -> tuple[WsManClient, ScriptedChannel]:
    """A client, and the channel that plays its host."""
    channel = ScriptedChannel(list(steps))
    clock = time or Time()
    if new_id is None:
        return WsManClient(channel, monotonic=clock.monotonic, sleep=clock.sleep), channel
    return WsManClient(channel, new_id=new_id, monotonic=clock.monotonic, sleep=clock.sleep), channel


def plain(xml: str) -> str:
    """XML without the white space between elements."""
    return re.sub(r">\s+<", "><", xml.strip())
