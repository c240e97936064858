# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""curl, with envelopes written here: whatever speaks HTTP can speak to a host that allows it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from conformance.peer import Peer, Refused, Target, WsFault
from conformance.peers.programs import run
from conformance.peers.soap import SoapPeer
from conformance.xml import ADDRESSING, IDENTIFY, SOAP, WSMAN, fault_code

_MUST = f"{{{SOAP}}}mustUnderstand"


def envelope(action: str, uri: str, keys: Mapping[str, str], body: ET.Element | None, fragment: str) -> bytes:
    """The smallest envelope that a host takes."""
    root = ET.Element(f"{{{SOAP}}}Envelope")
    header = ET.SubElement(root, f"{{{SOAP}}}Header")
    ET.SubElement(header, f"{{{ADDRESSING}}}To").text = "http://host/wsman"
    ET.SubElement(header, f"{{{WSMAN}}}ResourceURI", {_MUST: "true"}).text = uri
    reply = ET.SubElement(header, f"{{{ADDRESSING}}}ReplyTo")
    ET.SubElement(reply, f"{{{ADDRESSING}}}Address").text = f"{ADDRESSING}/role/anonymous"
    ET.SubElement(header, f"{{{ADDRESSING}}}Action").text = action
    ET.SubElement(header, f"{{{ADDRESSING}}}MessageID").text = f"uuid:{uuid.uuid4()}"
    if fragment:
        ET.SubElement(header, f"{{{WSMAN}}}FragmentTransfer", {_MUST: "true"}).text = fragment
    if keys:
        selectors = ET.SubElement(header, f"{{{WSMAN}}}SelectorSet")
        for name, text in keys.items():
            ET.SubElement(selectors, f"{{{WSMAN}}}Selector", Name=name).text = text
    content = ET.SubElement(root, f"{{{SOAP}}}Body")
    if body is not None:
        content.append(body)
    return ET.tostring(root)


class Curl(SoapPeer):
    """curl with the options that make it authenticate."""

    lacks = "a remote shell is too much for a script around curl"

    def __init__(self, target: Target, options: Sequence[str], folder: Path) -> None:
        self._target = target
        self._options = options
        self._folder = folder

    def ask(
        self, action: str, uri: str, keys: Mapping[str, str], body: ET.Element | None, fragment: str = ""
    ) -> ET.Element:
        """See SoapPeer."""
        return ET.fromstring(self._post(envelope(action, uri, keys, body, fragment)))[1]

    def identify(self) -> str:
        """See Peer."""
        return self._post(IDENTIFY.encode())

    def _post(self, data: bytes) -> str:
        request, answer = self._folder / "request.xml", self._folder / "answer.xml"
        request.write_bytes(data)
        answer.write_bytes(b"")
        # by name, since that is what Kerberos knows; the name leads to the loopback address
        target = self._target
        done = run(
            [
                "curl", "--silent", "--insecure", "--output", answer, "--write-out", "%{http_code}",
                "--resolve", f"{target.hostname}:{target.port}:{target.address}",
                "--header", "Content-Type: application/soap+xml;charset=UTF-8",
                "--data-binary", f"@{request}", *self._options,
                f"{target.scheme}://{target.hostname}:{target.port}/wsman",
            ],
            self._folder,
        )  # fmt: skip
        text, status = answer.read_text(), int(done.stdout or 0)
        if status == 200:
            return text
        if code := fault_code(text):
            raise WsFault(code)
        raise Refused(status)


def connect(folder: Path, *options: str, credentials: bool = True) -> Callable[[Target], Peer]:
    """A way to connect; ``credentials`` False: with a ticket, or with none."""

    def make(target: Target) -> Peer:
        user = ["--user", f"{target.user}:{target.password}"] if credentials else []
        return Curl(target, [*options, *user], folder)

    return make
