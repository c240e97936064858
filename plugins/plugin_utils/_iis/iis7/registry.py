# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the registry of a host through StdRegProv's static methods (win32: stdregprov)."""

from __future__ import annotations

from ..._wsman.values import Argument, ObjectPath
from ..context import DEFAULT, Context

_REGISTRY = ObjectPath(DEFAULT, "StdRegProv")
_HKEY_LOCAL_MACHINE = 0x80000002


def read_text(context: Context, key: str, value: str) -> str | None:
    """Read a text below HKEY_LOCAL_MACHINE, expanded, in one or two requests; None when there is none."""
    arguments: dict[str, Argument] = {"hDefKey": _HKEY_LOCAL_MACHINE, "sSubKeyName": key, "sValueName": value}
    for method in ("GetStringValue", "GetExpandedStringValue"):
        result = context.host.ask(_REGISTRY, method, arguments)
        text = result.outputs.text("sValue") if result.return_value == 0 else None
        if text and "%" not in text:
            return text
    return None


def read_value_names(context: Context, key: str) -> frozenset[str]:
    """Read the names of the values of a key below HKEY_LOCAL_MACHINE, in lower case, in one request.

    There are none where there is no such key.
    """
    arguments: dict[str, Argument] = {"hDefKey": _HKEY_LOCAL_MACHINE, "sSubKeyName": key}
    result = context.host.ask(_REGISTRY, "EnumValues", arguments)
    return (
        frozenset(name.lower() for name in result.outputs.strings("sNames"))
        if result.return_value == 0
        else frozenset()
    )
