# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that a machine has before anything is added, by file name. IIS adds its own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from simulator.windows.process import Program
from simulator.windows.programs.net import net
from simulator.windows.programs.sc import sc
from simulator.windows.programs.shutdown import shutdown

PROGRAMS: Mapping[str, Program] = MappingProxyType(
    {
        "net.exe": net,
        "net1.exe": net,
        "sc.exe": sc,
        "shutdown.exe": shutdown,
    }
)
"""Shared by all machines."""
