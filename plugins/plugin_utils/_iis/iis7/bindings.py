# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a site listens, as root/WebAdministration and as appcmd say it: a protocol and ``address:port:host``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..._wsman.values import Instance
from ..model.sites import ALL_ADDRESSES, Binding, SiteKind
from .kinds import PROTOCOLS, WEB

#: An IPv6 address stands in brackets and has colons of its own.
_INFORMATION = re.compile(r"(\[[^\]]*\]|[^:]*):(\d{1,5}):(.*)", re.ASCII)
#: appcmd's list, ``http/*:80:,https/*:443:``: a comma before a protocol, which no host name has.
_SEPARATOR = re.compile(r",(?=[A-Za-z0-9.]+/)")

#: Protocol and information of each binding.
Pairs = tuple[tuple[str, str], ...]


def pairs_of_row(row: Instance) -> Pairs | None:
    """The bindings of a row of Site; None where the host didn't show them."""
    if "Bindings" not in row:
        return None
    elements = row.instances("Bindings")
    return tuple((it.text("Protocol") or "", it.text("BindingInformation") or "") for it in elements)


def pairs_of_text(text: str) -> Pairs:
    """The bindings of appcmd's list."""
    parts = (part.partition("/") for part in _SEPARATOR.split(text) if part)
    return tuple((protocol, information) for protocol, _slash, information in parts)


def has_kind(pairs: Pairs, kind: SiteKind) -> bool:
    """Whether a site is one of a kind by its bindings. One that speaks anything but FTP, or nothing, is a Web site."""
    protocols = {protocol.lower() for protocol, _information in pairs}
    return protocols != {"ftp"} if kind is WEB else bool(protocols & PROTOCOLS[kind])


def bindings_of(pairs: Iterable[tuple[str, str]], kind: SiteKind) -> tuple[Binding, ...]:
    """The bindings of a kind; what isn't of the form address, port and host name is left out."""
    found = ((protocol.lower(), _INFORMATION.fullmatch(information)) for protocol, information in pairs)
    return tuple(
        Binding(match[1] or ALL_ADDRESSES, match[2], match[3], secure=protocol == "https")
        for protocol, match in found
        if match is not None and protocol in PROTOCOLS[kind]
    )
