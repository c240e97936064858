# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Windows a host runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..context import CIMV2, Context


@dataclass(frozen=True)
class System:
    """The operating system of a host; a part that it doesn't report is None."""

    version: str | None = None
    name: str | None = None
    service_pack: str | None = None
    directory: str | None = None

    @property
    def is_newer_than_2003(self) -> bool:
        """Whether it is Windows Vista, Server 2008 or later (6.0), and so has IIS 7 or later, if any."""
        major = (self.version or "").partition(".")[0]
        return major.isdigit() and int(major) >= 6


def read_system(context: Context) -> System:
    """Read what Windows it is and where it is installed, in one request."""
    wql = "SELECT Version, Caption, CSDVersion, SystemDirectory FROM Win32_OperatingSystem"
    for row in context.host.query(CIMV2, wql):
        return System(row.text("Version"), row.text("Caption"), row.text("CSDVersion"), row.text("SystemDirectory"))
    return System()


def is_newer_than_2003(context: Context) -> bool:
    """Whether the host runs IIS 7 or later, if any."""
    return read_system(context).is_newer_than_2003


def read_boot_time(context: Context) -> datetime | None:
    """Read when the host last booted, in one request; None when it doesn't say."""
    for row in context.host.query(CIMV2, "SELECT LastBootUpTime FROM Win32_OperatingSystem"):
        return row.timestamp("LastBootUpTime")
    return None


def read_process_start(context: Context, process_id: int) -> datetime | None:
    """Read when a process began, in one request; None when there is no such process, or the host doesn't say."""
    for row in context.host.query(CIMV2, f"SELECT CreationDate FROM Win32_Process WHERE ProcessId={process_id}"):
        return row.timestamp("CreationDate")
    return None
