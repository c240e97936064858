# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""pywinrm's own client: its headers, its session, its shells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree as ET

import xmltodict
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError, WSManFaultError
from winrm.protocol import Protocol

from conformance.peer import Peer, Refused, Target, WsFault
from conformance.peers.soap import SoapPeer
from conformance.xml import IDENTIFY


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except WSManFaultError as error:
        raise WsFault(int(error.wsman_fault_code or 0)) from error
    except InvalidCredentialsError as error:
        raise Refused(401) from error
    except WinRMTransportError as error:
        raise Refused(int(error.code)) from error


class Pywinrm(SoapPeer):
    """One session of pywinrm."""

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._shells: list[str] = []

    def ask(
        self, action: str, uri: str, keys: Mapping[str, str], body: ET.Element | None, fragment: str = ""
    ) -> ET.Element:
        """See SoapPeer."""
        envelope = self._protocol.build_wsman_header(action, uri)
        header = envelope["env:Header"]
        if keys:
            header["w:SelectorSet"] = {"w:Selector": [{"@Name": name, "#text": text} for name, text in keys.items()]}
        if fragment:
            header["w:FragmentTransfer"] = {"@env:mustUnderstand": "true", "#text": fragment}
        envelope["env:Body"] = {} if body is None else xmltodict.parse(ET.tostring(body))
        with _translated():
            answer = self._protocol.send_message(xmltodict.unparse({"env:Envelope": envelope}))
        return ET.fromstring(answer)[1]

    def identify(self) -> str:
        """See Peer."""
        with _translated():
            return self._protocol.send_message(IDENTIFY).decode()

    def run(self, command: str, *arguments: str) -> tuple[int, str, str]:
        """See Peer."""
        with _translated():
            shell = self._protocol.open_shell()
            try:
                number = self._protocol.run_command(shell, command, arguments)
                out, err, code = self._protocol.get_command_output(shell, number)
                self._protocol.cleanup_command(shell, number)
            finally:
                self._protocol.close_shell(shell, close_session=False)
        return code, out.decode(), err.decode()

    def open_shell(self) -> None:
        """See Peer."""
        with _translated():
            self._shells.append(self._protocol.open_shell())

    def close(self) -> None:
        """See Peer."""
        for shell in self._shells:
            self._protocol.close_shell(shell, close_session=False)
        self._shells.clear()
        self._protocol.transport.close_session()


def connect(transport: Any, **options: Any) -> Callable[[Target], Peer]:
    """A way to connect by one of pywinrm's transports."""

    def run(target: Target) -> Peer:
        settings = {"password": target.password, "server_cert_validation": "ignore", "proxy": None, **options}
        if transport == "kerberos":
            settings.update(kerberos_hostname_override=target.hostname, password=None)
        return Pywinrm(Protocol(target.url, transport=transport, username=target.user, **settings))

    return run
