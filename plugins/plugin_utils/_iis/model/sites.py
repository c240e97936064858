# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a site is, whichever IIS has it: its kind, its state, the orders that it takes, where it listens."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

ALL_ADDRESSES = "*"

#: The kinds of sites that an IIS may have, as options name them.
KIND_NAMES = ("web", "ftp", "smtp", "nntp")


class SiteState(enum.Enum):
    """The state of a site. What the host doesn't report, or not yet, is UNKNOWN, and never taken for stopped."""

    STARTING = "starting"
    STARTED = "started"
    STOPPING = "stopping"
    STOPPED = "stopped"
    PAUSING = "pausing"
    PAUSED = "paused"
    CONTINUING = "continuing"
    UNKNOWN = "unknown"

    @property
    def word(self) -> str:
        """The state as the modules name it: ``started``."""
        return self.value

    @property
    def is_out(self) -> bool:
        """Whether it takes no new client, for good or while it is drained, or is about to."""
        return self in (SiteState.STOPPING, SiteState.STOPPED, SiteState.PAUSING, SiteState.PAUSED)

    @property
    def is_settled(self) -> bool:
        """Whether the site stays in this state until it is changed."""
        return self in (SiteState.STARTED, SiteState.STOPPED, SiteState.PAUSED)


class Order(enum.Enum):
    """An order to a site. The value is the verb that messages and methods have in common."""

    START = "Start"
    STOP = "Stop"
    PAUSE = "Pause"
    CONTINUE = "Continue"

    @property
    def result(self) -> SiteState:
        """The state that the order leads to."""
        return _RESULTS[self]

    @property
    def participle(self) -> str:
        """How a message says it: the site can't be *started*."""
        return _PARTICIPLES[self]


_RESULTS = {
    Order.START: SiteState.STARTED,
    Order.STOP: SiteState.STOPPED,
    Order.PAUSE: SiteState.PAUSED,
    Order.CONTINUE: SiteState.STARTED,
}
_PARTICIPLES = {Order.START: "started", Order.STOP: "stopped", Order.PAUSE: "paused", Order.CONTINUE: "continued"}


@dataclass(frozen=True)
class SiteKind:
    """One kind of sites that an IIS has: ``web``, ``ftp``, ``smtp`` or ``nntp``.

    ``prefix`` begins the key of each site (``W3SVC/1``), ``windows_service`` is what has to run, ``noun`` is
    what messages call such a site. ``binding_in_use`` are the codes by which one says that its address is taken.
    """

    name: str
    noun: str
    windows_service: str
    prefix: str
    has_secure_bindings: bool
    binding_in_use: frozenset[int]

    @property
    def service_key(self) -> str:
        """The Windows service under the name that options and results use: ``w3svc``."""
        return self.windows_service.lower()

    def key(self, site_id: int) -> str:
        """The key of a site: ``W3SVC/1``."""
        return f"{self.prefix}/{site_id}"

    def id_of(self, key: str) -> int | None:
        """The number of a site from its key, or None for the key of something else."""
        prefix, _slash, number = key.rpartition("/")
        if prefix.lower() != self.prefix.lower() or not number.isdigit():
            return None
        return int(number)


@dataclass(frozen=True)
class Binding:
    """Where a site listens: address (``*`` for all that aren't assigned), port, host name (``""`` for any)."""

    address: str
    port: str
    host_name: str = ""
    secure: bool = False

    def __str__(self) -> str:
        scheme = " (SSL)" if self.secure else ""
        return f"{self.address}:{self.port}:{self.host_name}{scheme}"

    def as_values(self) -> dict[str, str | bool]:
        """The binding under the names of a module's result."""
        return {"ip": self.address, "port": self.port, "host_name": self.host_name, "ssl": self.secure}

    def same_place(self, other: Binding) -> bool:
        """Whether no two running sites can have both."""
        mine = (self.address, self.port, self.host_name.casefold(), self.secure)
        return mine == (other.address, other.port, other.host_name.casefold(), other.secure)

    def same_port(self, other: Binding) -> bool:
        """Whether two programs that don't share HTTP.sys can't have both."""
        return self.port == other.port and (
            self.address == other.address or ALL_ADDRESSES in (self.address, other.address)
        )


@dataclass(frozen=True)
class Site:
    """One site. ``name`` and ``auto_start`` are None when they were not read or are not set."""

    kind: SiteKind
    id: int
    name: str | None
    state: SiteState
    auto_start: bool | None = None

    @property
    def key(self) -> str:
        """The key: ``W3SVC/1``."""
        return self.kind.key(self.id)

    @property
    def title(self) -> str:
        """What messages call it: ``Web site 'Shop' (W3SVC/3)``."""
        return f"{self.kind.noun} '{self.name}' ({self.key})" if self.name else f"{self.kind.noun} {self.key}"

    def as_values(self) -> dict[str, Any]:
        """The site under the names that all modules use."""
        return {
            "service": self.kind.name,
            "id": self.id,
            "name": self.name,
            "state": self.state.word,
            "auto_start": self.auto_start,
        }


@dataclass(frozen=True)
class SiteSeen:
    """A site in a list of all, as far as the host shows it: what is missing or makes no sense is None.

    ``trouble`` says what is wrong with its state, where that is None.
    """

    id: int
    name: str | None
    state: SiteState | None
    auto_start: bool | None
    bindings: tuple[Binding, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class SiteNamed:
    """A site that has a certain name. ``state`` is None where reading it takes another request."""

    id: int
    name: str
    auto_start: bool | None
    state: SiteState | None = None
