# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""pypsrp's own WS-Management client and remote shell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree as ET

from pypsrp.exceptions import AuthenticationError, WinRMTransportError, WSManFaultError
from pypsrp.shell import Process, WinRS
from pypsrp.wsman import SelectorSet, WSMan

from conformance.peer import Peer, Refused, Target, Unable, WsFault
from conformance.peers.soap import SoapPeer
from conformance.xml import IDENTIFY, SOAP


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except WSManFaultError as error:
        raise WsFault(int(error.code or 0)) from error
    except AuthenticationError as error:
        raise Refused(401) from error
    except WinRMTransportError as error:
        raise Refused(int(error.code)) from error


class Pypsrp(SoapPeer):
    """One session of pypsrp."""

    def __init__(self, wsman: WSMan) -> None:
        self._wsman = wsman
        self._shells: list[WinRS] = []

    def ask(
        self, action: str, uri: str, keys: Mapping[str, str], body: ET.Element | None, fragment: str = ""
    ) -> ET.Element:
        """See SoapPeer."""
        if fragment:
            raise Unable("pypsrp has no way to send the header FragmentTransfer")
        selectors = SelectorSet()
        for name, text in keys.items():
            selectors.add_option(name, text)
        with _translated():
            envelope = self._wsman.invoke(action, uri, body, selector_set=selectors if keys else None)
        found = envelope.find(f"{{{SOAP}}}Body")
        return ET.Element("none") if found is None else found

    def identify(self) -> str:
        """See Peer."""
        with _translated():
            return self._wsman.transport.send(IDENTIFY.encode()).decode()

    def run(self, command: str, *arguments: str) -> tuple[int, str, str]:
        """See Peer."""
        with _translated(), WinRS(self._wsman) as shell:
            process = Process(shell, command, list(arguments))
            process.invoke()
            process.signal("http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/terminate")
        code = -1 if process.rc is None else process.rc
        return code, process.stdout.decode(), process.stderr.decode()

    def open_shell(self) -> None:
        """See Peer."""
        shell = WinRS(self._wsman)
        with _translated():
            shell.open()
        self._shells.append(shell)

    def close(self) -> None:
        """See Peer."""
        for shell in self._shells:
            shell.close()
        self._shells.clear()
        self._wsman.close()


def connect(auth: str, *, ticket: bool = False, **options: Any) -> Callable[[Target], Peer]:
    """A way to connect by one of pypsrp's authentications; ``ticket``: with the Kerberos ticket that is at hand."""

    def run(target: Target) -> Peer:
        settings: dict[str, Any] = {
            "port": target.port,
            "ssl": target.scheme == "https",
            "auth": auth,
            "username": target.user,
            "password": target.password,
            "cert_validation": False,
            "no_proxy": True,
            **options,
        }
        if ticket:
            settings.update(password=None, negotiate_hostname_override=target.hostname)
        return Pypsrp(WSMan(target.address, **settings))

    return run
