# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the registry of a host below HKEY_LOCAL_MACHINE through StdRegProv's static methods (win32: stdregprov)."""

from __future__ import annotations

from ..._wsman.values import Argument, Instance, ObjectPath
from ..context import DEFAULT, Context

_REGISTRY = ObjectPath(DEFAULT, "StdRegProv")
_HKEY_LOCAL_MACHINE = 0x80000002

#: The key into which the setup of every IIS writes its version.
IIS_SETUP = "SOFTWARE\\Microsoft\\InetStp"


def read_registry(context: Context, method: str, key: str, value: str | None = None) -> Instance | None:
    """Read by a method of StdRegProv what it returns of a key or of one of its values: one request.

    None where there is no such thing. Raises Fault.
    """
    arguments: dict[str, Argument] = {"hDefKey": _HKEY_LOCAL_MACHINE, "sSubKeyName": key}
    if value is not None:
        arguments["sValueName"] = value
    result = context.host.ask(_REGISTRY, method, arguments)
    return result.outputs if result.return_value == 0 else None


def read_number(context: Context, key: str, value: str) -> int | None:
    """Read a number, in one request; None when there is none."""
    found = read_registry(context, "GetDWORDValue", key, value)
    return found.integer("uValue") if found else None


def read_text(context: Context, key: str, value: str) -> str | None:
    """Read a text, expanded, in one or two requests; None when there is none."""
    for method in ("GetStringValue", "GetExpandedStringValue"):
        found = read_registry(context, method, key, value)
        text = found.text("sValue") if found else None
        if text and "%" not in text:
            return text
    return None
