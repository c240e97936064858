# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""find.exe: lines of the input that hold a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.windows.console import Console

if TYPE_CHECKING:
    from simulator.machine import Machine


async def find(machine: Machine, argv: list[str], console: Console) -> int:
    """``find [/i] [/v] "text"`` over standard input: 0 if a line was found, 1 if none, 2 for bad arguments."""
    switches = {argument.lower() for argument in argv[1:] if argument.startswith("/")}
    words = [argument for argument in argv[1:] if not argument.startswith("/")]
    if len(words) != 1 or switches - {"/i", "/v"}:
        console.write_error(machine.texts.get("find.syntax") + "\r\n")
        return 2
    fold = "/i" in switches
    wanted = words[0].lower() if fold else words[0]
    found = False
    while (line := await console.read_line()) is not None:
        if (wanted in (line.lower() if fold else line)) != ("/v" in switches):
            found = True
            console.write(f"{line}\r\n")
    return 0 if found else 1
