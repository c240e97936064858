# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""hostname.exe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.windows.console import Console

if TYPE_CHECKING:
    from simulator.machine import Machine


async def hostname(machine: Machine, argv: list[str], console: Console) -> int:
    """Print the name of the machine."""
    console.write(f"{machine.name.lower()}\r\n")
    return 0
