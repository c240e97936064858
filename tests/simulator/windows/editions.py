# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of Windows that can be simulated, and what differs between them below IIS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.windows import base_services, base_services_nt6
from simulator.windows.service_rows import Driver, Row
from simulator.windows.systems import SERVER_2003_SYSTEM, SERVER_2008_R2_SYSTEM, SERVER_2022_SYSTEM


@dataclass(frozen=True)
class Edition:
    """A version of Windows. ``system``: the constant properties of Win32_OperatingSystem."""

    name: str
    version: tuple[int, int, int]
    system: Mapping[str, Any]
    services: Sequence[Row]
    drivers: Sequence[Driver]
    root: str = "C:\\Windows"
    profiles: str = "C:\\Users"
    all_users: str = "C:\\ProgramData"
    architecture: str = "AMD64"
    system_type: str = "x64-based PC"

    @property
    def system32(self) -> str:
        """Its folder of programs."""
        return f"{self.root}\\system32"


SERVER_2003 = Edition(
    "Windows Server 2003",
    (5, 2, 3790),
    SERVER_2003_SYSTEM,
    base_services.ROWS,
    base_services.DRIVERS,
    root="C:\\WINDOWS",
    profiles="C:\\Documents and Settings",
    all_users="C:\\Documents and Settings\\All Users",
    architecture="x86",
    system_type="X86-based PC",
)
SERVER_2008_R2 = Edition(
    "Windows Server 2008 R2",
    (6, 1, 7601),
    SERVER_2008_R2_SYSTEM,
    base_services_nt6.ROWS,
    base_services_nt6.DRIVERS,
)
SERVER_2022 = Edition(
    "Windows Server 2022",
    (10, 0, 20348),
    SERVER_2022_SYSTEM,
    base_services_nt6.split(base_services_nt6.ROWS),
    base_services_nt6.DRIVERS,
)
