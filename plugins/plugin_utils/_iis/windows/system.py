# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Windows a host runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..context import CIMV2, Context

#: LastBootUpTime is computed from the uptime and may be read a second apart without a boot.
_SAME_BOOT = timedelta(seconds=2)


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

    @property
    def notice_closes_programs(self) -> bool:
        """Whether a shutdown that is announced closes programs by force, asked to or not.

        windows-commands/shutdown: "If the timeout period is greater than 0, the /f parameter is implied". Not on Server
        2003. A host that doesn't say what it is counts as a later one.
        """
        return self.is_newer_than_2003 or not self.version


@dataclass(frozen=True)
class Boot:
    """When a host last booted (``at``) and what its clock showed when it was asked (``now``), both by that clock.

    ``asked`` is when that was, in seconds of the controller. What the host doesn't say is None.
    """

    asked: float
    at: datetime | None = None
    now: datetime | None = None
    system: System = System()

    @property
    def uptime(self) -> float | None:
        """For how many seconds the host has been up. Both times are in UTC here, whatever zone each was given in."""
        return (self.now - self.at).total_seconds() if self.now and self.at else None

    def is_followed_by(self, later: Boot) -> bool:
        """Whether the host has booted between this reading and a later one.

        It has when it names another boot time, and has been up for less time than before, or than has gone by since.

        A boot time alone moves when the clock of the host is set, so that the uptime stays (a Windows that kept it
        would have the uptime move instead, so both have to). The controller's time alone runs ahead of the uptime of a
        virtual machine that is suspended. Where there is no uptime, another boot time is all there is to go by.
        """
        if later.at is None or (self.at is not None and abs(later.at - self.at) <= _SAME_BOOT):
            return False
        if later.uptime is None or (self.uptime is None and self.at is not None):
            return self.at is not None
        return later.uptime < max(self.uptime or 0.0, later.asked - self.asked) - _SAME_BOOT.total_seconds()


def read_system(context: Context) -> System:
    """Read what Windows it is and where it is installed, in one request."""
    wql = "SELECT Version, Caption, CSDVersion, SystemDirectory FROM Win32_OperatingSystem"
    for row in context.host.query(CIMV2, wql):
        return System(row.text("Version"), row.text("Caption"), row.text("CSDVersion"), row.text("SystemDirectory"))
    return System()


def is_newer_than_2003(context: Context) -> bool:
    """Whether the host runs IIS 7 or later, if any."""
    return read_system(context).is_newer_than_2003


def read_boot(context: Context) -> Boot:
    """Read when the host last booted and what its clock shows, in one request."""
    for row in context.host.query(CIMV2, "SELECT Version, LastBootUpTime, LocalDateTime FROM Win32_OperatingSystem"):
        system, asked = System(row.text("Version")), context.clock.monotonic()
        return Boot(asked, row.timestamp("LastBootUpTime"), row.timestamp("LocalDateTime"), system)
    return Boot(context.clock.monotonic())


def read_boot_time(context: Context) -> datetime | None:
    """Read when the host last booted, in one request; None when it doesn't say."""
    return read_boot(context).at


def read_process_start(context: Context, process_id: int) -> datetime | None:
    """Read when a process began, in one request; None when there is no such process, or the host doesn't say."""
    for row in context.host.query(CIMV2, f"SELECT CreationDate FROM Win32_Process WHERE ProcessId={process_id}"):
        return row.timestamp("CreationDate")
    return None
