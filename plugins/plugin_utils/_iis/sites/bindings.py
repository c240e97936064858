# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bindings of sites, and who holds one that a site can't have.

Two sites may share a port if their addresses or host names differ, so a clash is the same triple of address, port and
host name (ms525731); for SSL, the same address and port (ms525948).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from ..._wsman.errors import Fault
from ..._wsman.values import Instance, Raw
from ..._wsman.wql import quote
from ..context import IISV2, Context
from ..iis6.kinds import KINDS, SiteKind
from .read import Site, read_sites
from .states import SiteState

ALL_ADDRESSES = "*"
#: The arrays that hold the bindings, those for SSL last.
BINDING_COLUMNS = ("ServerBindings", "SecureBindings")
_TEXT = re.compile(r"([^:]*):(\d{1,5}):(.*)", re.ASCII)


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


def read_bindings(context: Context, kind: SiteKind, site_id: int | None = None) -> dict[int, list[Binding]]:
    """Read the bindings of one site, or of all sites of a kind, by site number: one request."""
    condition = "" if site_id is None else f" WHERE Name={quote(kind.key(site_id))}"
    rows = context.host.query(IISV2, f"SELECT Name, {binding_columns(kind)} FROM {kind.setting_class}{condition}")
    bindings: dict[int, list[Binding]] = {}
    for row in rows:
        number = kind.id_of(row.text("Name") or "")
        if number is not None:
            bindings[number] = parse_bindings(row)
    return bindings


def parse_bindings(row: Instance) -> list[Binding]:
    """Take the bindings from a row of a setting class, those for SSL last.

    They are embedded objects (ms525731), which no transcript shows on the wire: what comes as the metabase's own
    ``address:port:host`` is understood as well, and anything else left out.
    """
    return [
        binding
        for column, secure in zip(BINDING_COLUMNS, (False, True), strict=True)
        for value in _elements(row, column)
        if (binding := _parse(value, secure=secure)) is not None
    ]


def binding_columns(kind: SiteKind) -> str:
    """The columns of a setting class that hold bindings."""
    return ", ".join(BINDING_COLUMNS if kind.has_secure_bindings else BINDING_COLUMNS[:1])


def explain_binding_conflict(context: Context, site: Site) -> str:
    """Say which binding of a site is taken, and by which other site, as far as that can be read."""
    try:
        mine = read_bindings(context, site.kind, site.id).get(site.id, [])
        others = [other for other in read_sites(context, (KINDS["web"], KINDS["ftp"])) if _listens(other, site)]
        theirs = {kind.name: read_bindings(context, kind) for kind in {other.kind for other in others}}
    except Fault:
        return "One of its bindings is in use."
    for other in others:
        clash = _clash(mine, theirs[other.kind.name].get(other.id, []), same_kind=other.kind is site.kind)
        if clash is not None:
            return f"Its binding {clash} is held by the {other.title}, which is {other.state.word}."
    return (
        f"One of its bindings is in use: {', '.join(map(str, mine)) or '(none)'}. No other Web or FTP site that runs "
        "holds it, so another program on the host probably does ('netstat -ano' on the host shows which)."
    )


def _clash(mine: Sequence[Binding], theirs: Sequence[Binding], *, same_kind: bool) -> Binding | None:
    """The first of my bindings that can't be had beside theirs; sites of one kind share a port by name and address."""
    pairs = product(mine, theirs)
    return next((own for own, held in pairs if (own.same_place(held) if same_kind else own.same_port(held))), None)


def _listens(other: Site, site: Site) -> bool:
    return other.key != site.key and other.state is not SiteState.STOPPED


def _elements(row: Instance, column: str) -> Sequence[Raw]:
    value = row.get(column)
    return value if isinstance(value, list) else [value]


def _parse(value: Raw, *, secure: bool) -> Binding | None:
    if isinstance(value, Instance):
        return _binding(value, secure=secure)
    match = _TEXT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    address, port, host_name = match.groups()
    return Binding(address or ALL_ADDRESSES, port, "" if secure else host_name, secure)


def _binding(embedded: Instance, *, secure: bool = False) -> Binding:
    return Binding(
        address=embedded.text("IP") or ALL_ADDRESSES,
        port=(embedded.text("Port") or "").rstrip(":"),
        host_name="" if secure else embedded.text("Hostname") or "",
        secure=secure,
    )
