# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bindings of sites as IIS 6 shows them: two arrays of a setting class, those for SSL in the second one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..._wsman.values import Instance, Raw
from ..model.sites import ALL_ADDRESSES, Binding, SiteKind

#: The arrays that hold the bindings, those for SSL last.
BINDING_COLUMNS = ("ServerBindings", "SecureBindings")
_TEXT = re.compile(r"([^:]*):(\d{1,5}):(.*)", re.ASCII)


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
