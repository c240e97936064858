# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may listen where: bindings, and what happens when two want the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Binding:
    """``IP:Port:Hostname`` as ServerBindings holds it (ms525731); for SecureBindings the host name is empty."""

    ip: str
    port: int
    host: str
    secure: bool = False

    def text(self) -> str:
        """As the metabase has it."""
        return f"{self.ip}:{self.port}:{self.host}"

    def prefix(self) -> str:
        """The URL prefix that W3SVC registers with HTTP.sys: a host name, an address, or ``*`` for any."""
        return f"{'https' if self.secure else 'http'}://{self.host or self.ip or '*'}:{self.port}/"

    @property
    def slot(self) -> tuple[str, int, str]:
        """What only one can have: address, port and host name (ASSUMED: "all unassigned" and a given address go
        together, as HTTP.sys lets them)."""
        return self.ip, self.port, self.host.lower()


def parse_binding(text: str, secure: bool = False) -> Binding | None:
    """A binding from its text, or None if it isn't one (such a binding is ignored)."""
    ip, colon, rest = text.partition(":")
    port, _colon, host = rest.partition(":")
    if not colon or not port.isdigit():
        return None
    return Binding(ip if ip != "*" else "", int(port), host, secure)


def parse_bindings(plain: object, secure: object) -> list[Binding]:
    """The bindings of a site from its ServerBindings and SecureBindings."""
    found: list[Binding] = []
    for texts, is_secure in ((plain, False), (secure, True)):
        for text in texts if isinstance(texts, tuple) else ():
            binding = parse_binding(text, is_secure)
            if binding is not None:
                found.append(binding)
    return found
