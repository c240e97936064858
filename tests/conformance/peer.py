# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks need of a client, whatever library or program it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Row = Mapping[str, Any]
"""An object: values by property. A value is text, None (NULL), a mapping (embedded object) or a list of those."""


class WsFault(Exception):
    """The host answered with a fault; ``code`` is that of the f:WSManFault."""

    def __init__(self, code: int) -> None:
        super().__init__(f"fault {code}")
        self.code = code


class Refused(Exception):
    """The host refused with an HTTP status and no envelope."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class Unable(Exception):
    """The client has no means for this; the text says why."""


@dataclass(frozen=True)
class Target:
    """A simulated host as a client addresses it. ``hostname`` is its name in Kerberos."""

    name: str
    hostname: str
    address: str
    port: int
    scheme: str
    user: str
    password: str

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"{self.scheme}://{self.address}:{self.port}/wsman"


class Peer(Protocol):
    """A connected client. Every method may raise WsFault, Refused or Unable."""

    def identify(self) -> str:
        """The answer to Identify, as XML."""

    def select(self, namespace: str, wql: str) -> Sequence[Row]:
        """All rows of a query."""

    def references(self, namespace: str, wql: str) -> Sequence[str]:
        """The ``Name`` selectors of the endpoint references that a query in that mode gives."""

    def get(self, class_uri: str, keys: Mapping[str, str], fragment: str = "") -> Row:
        """An object, or one property of it."""

    def put(self, class_uri: str, keys: Mapping[str, str], values: Mapping[str, str], fragment: str = "") -> Row:
        """Change an object; with ``fragment`` that property alone."""

    def invoke(self, class_uri: str, keys: Mapping[str, str], method: str, values: Mapping[str, str]) -> Row:
        """Call a method; gives its out parameters."""

    def run(self, command: str, *arguments: str) -> tuple[int, str, str]:
        """Run a command in a shell: exit code, output, error output."""

    def open_shell(self) -> None:
        """Open a shell and leave it open until :meth:`close`."""

    def close(self) -> None:
        """Close shells and connections."""


class Incapable:
    """A peer that can do nothing; others override what they can. ``lacks`` completes the sentence."""

    lacks = "this client has no such operation"

    def _unable(self) -> Unable:
        return Unable(self.lacks)

    def identify(self) -> str:
        """See Peer."""
        raise self._unable()

    def select(self, namespace: str, wql: str) -> Sequence[Row]:
        """See Peer."""
        raise self._unable()

    def references(self, namespace: str, wql: str) -> Sequence[str]:
        """See Peer."""
        raise self._unable()

    def get(self, class_uri: str, keys: Mapping[str, str], fragment: str = "") -> Row:
        """See Peer."""
        raise self._unable()

    def put(self, class_uri: str, keys: Mapping[str, str], values: Mapping[str, str], fragment: str = "") -> Row:
        """See Peer."""
        raise self._unable()

    def invoke(self, class_uri: str, keys: Mapping[str, str], method: str, values: Mapping[str, str]) -> Row:
        """See Peer."""
        raise self._unable()

    def run(self, command: str, *arguments: str) -> tuple[int, str, str]:
        """See Peer."""
        raise self._unable()

    def open_shell(self) -> None:
        """See Peer."""
        raise self._unable()

    def close(self) -> None:
        """Nothing is open."""


Connect = Callable[[Target], Peer]


@dataclass(frozen=True)
class Route:
    """A client with a way to authenticate. ``group`` names the hosts it speaks to; ``refusal`` is the HTTP status that
    it must get from them, 0 if it is to be let in; ``missing`` says why it cannot be tried."""

    client: str
    auth: str
    group: str
    connect: Connect
    refusal: int = 0
    missing: str = ""

    @property
    def sealed(self) -> bool:
        """Whether all its messages are encrypted within HTTP."""
        return self.auth.endswith(", sealed")
