# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts that the benches measure against: the usual simulated ones, made as kind to PowerShell modules as can be.

No Server 2003 can run a PowerShell module. To compare with one all the same, hosts with IIS 6.0 take envelopes larger
than Server 2003 does (500 kB, as Server 2012 and later) and run commands in the code page that Ansible asks for (UTF-8,
as Server 2008 R2 and later). The powershell.exe of every host swallows whatever is sent and answers at once what a
module answers that finds a service, a site or a pool as it should be. So the measure holds what the wire and the
controller cost, and none of the time that PowerShell takes to start and work.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Sequence
from pathlib import Path

from simulator.clock import RealClock
from simulator.fleet import Fleet
from simulator.scenario import HostSpec, build_host, default
from simulator.windows.console import Console
from simulator.windows.process import Machine
from simulator.wire.profile import PROFILES, WINRM_2_0, BrokenUtf8, WireOptions
from simulator.wire.site import Placement

ADDRESS = "127.31.0.1"
NAME = "bench01"
#: The names of the hosts with IIS 10: with the feature Web-Scripting-Tools, and as setup leaves them.
SCRIPTED = "bench10"
BARE = "bench10-bare"

_ENVELOPE_KB = 500

#: What ansible.windows.win_service answers, which is the longest answer of the modules that are measured.
_ANSWER = {
    "changed": False,
    "can_pause_and_continue": True,
    "depended_by": [],
    "dependencies": ["RPCSS", "HTTPFilter", "IISADMIN"],
    "description": "Provides Web connectivity and administration through the IIS Manager",
    "desktop_interact": False,
    "display_name": "World Wide Web Publishing Service",
    "exists": True,
    "name": "W3SVC",
    "path": "C:\\WINDOWS\\system32\\svchost.exe -k iissvcs",
    "start_mode": "auto",
    "state": "running",
    "username": "NT AUTHORITY\\SYSTEM",
}


async def powershell(_machine: Machine, _arguments: list[str], console: Console) -> int:
    """Read all input, answer at once."""
    while await console.stdin.get() is not None:
        pass
    console.write(json.dumps(_ANSWER))
    return 0


def every_kind() -> list[HostSpec]:
    """A host with IIS 6.0 and two with IIS 10, with three sites each."""
    later = default(kind="iis10")[0]
    assert later.iis7 is not None
    scripted = dataclasses.replace(later.iis7, scripting_tools=True)
    return [
        HostSpec(name=NAME, address=ADDRESS),
        dataclasses.replace(later, name=SCRIPTED, address="127.31.0.2", iis7=scripted),
        dataclasses.replace(later, name=BARE, address="127.31.0.3"),
    ]


def make_fleet(folder: Path, specs: Sequence[HostSpec]) -> Fleet:
    """A fleet of these hosts."""
    clock = RealClock(time.monotonic)
    placements = []
    for spec in specs:
        machine = build_host(spec, clock, folder / spec.name)
        machine.programs["powershell.exe"] = powershell
        old = spec.kind == "iis6"
        profile = dataclasses.replace(WINRM_2_0, max_envelope_kb=_ENVELOPE_KB) if old else PROFILES[spec.profile]
        wire = WireOptions(broken_utf8=BrokenUtf8.NOTHING) if old else spec.wire
        placements.append(Placement(machine, spec.address, profile, wire))
    return Fleet(placements, clock, folder=folder)
