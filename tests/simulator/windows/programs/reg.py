# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""reg.exe: ``reg query KEY [/v NAME]``. Other verbs are not simulated (the collection writes no registry)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.windows.console import Console
from simulator.windows.registry import HKEY_LOCAL_MACHINE, RegistryValue

if TYPE_CHECKING:
    from simulator.machine import Machine

_HIVES = {"hklm": HKEY_LOCAL_MACHINE, "hkey_local_machine": HKEY_LOCAL_MACHINE}


async def reg(machine: Machine, argv: list[str], console: Console) -> int:
    """0, or 1 if there is no such key or value or the arguments are wrong."""
    texts = machine.texts
    words = argv[1:]
    if len(words) not in (2, 4) or words[0].lower() != "query" or (len(words) == 4 and words[2].lower() != "/v"):
        console.write_error(f"\r\n{texts.get('reg.syntax')}\r\n")
        return 1
    root, _sep, path = words[1].partition("\\")
    hive = _HIVES.get(root.lower())
    key = None if hive is None else machine.registry.open(path, hive)
    values = [] if key is None else list(key.values().values())
    if len(words) == 4:
        values = [value for value in values if value.name.lower() == words[3].lower()]
    if key is None or (len(words) == 4 and not values):
        console.write_error(f"\r\n{texts.get('reg.not_found')}\r\n")
        return 1
    console.write(f"\r\n{texts.get('reg.head')}\r\n\r\nHKEY_LOCAL_MACHINE\\{path}\r\n")
    for value in values:
        console.write(f"    {value.name}\tREG_{value.type.name}\t{_text(value)}\r\n")
    console.write("\r\n")
    return 0


def _text(value: RegistryValue) -> str:
    if isinstance(value.data, bytes):
        return value.data.hex().upper()
    if isinstance(value.data, list):
        return "\\0".join(value.data) + "\\0\\0"
    return f"0x{value.data:x}" if isinstance(value.data, int) else value.data
