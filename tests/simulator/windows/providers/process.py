# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Win32_Process: the process table, and Terminate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.windows.providers.base import ReadOnlyProvider, not_found, properties, sorted_properties
from simulator.wmi.caller import ELEVATED
from simulator.wmi.model import CimType, Instance, Method, Property, WmiClass

_ACCESS_DENIED = 2


class ProcessProvider(ReadOnlyProvider):
    """Win32_Process. Handle is the key: the process id as text. A filtered token doesn't see the command lines of other
    accounts' processes (ASSUMED here: of none); nobody sees that of a process that is ending (ASSUMED: it is read from
    its memory, which is gone then)."""

    wmi_class = WmiClass(
        "Win32_Process",
        sorted_properties(
            properties("Caption CommandLine CreationClassName CSName Handle Name ExecutablePath", keys=("Handle",)),
            properties("ParentProcessId ProcessId", CimType.UINT32),
            properties("CreationDate", CimType.DATETIME),
        ),
        methods=(Method("Terminate", inputs=(Property("Reason", CimType.UINT32),)),),
        bases=("CIM_Process", "CIM_LogicalElement", "CIM_ManagedSystemElement"),
    )

    def instances(self) -> Sequence[Instance]:
        """The processes, oldest first."""
        return [
            Instance(
                "Win32_Process",
                {
                    "Caption": entry.name,
                    "CommandLine": (entry.command_line or None) if ELEVATED.get() and not entry.ending else None,
                    "CreationClassName": "Win32_Process",
                    "CreationDate": entry.created,
                    "CSName": self.machine.name,
                    "Handle": str(entry.pid),
                    "Name": entry.name,
                    "ParentProcessId": entry.parent,
                    "ProcessId": entry.pid,
                },
            )
            for entry in self.machine.processes
        ]

    async def invoke(
        self, keys: Mapping[str, str] | None, method: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Terminate: 0, or 2 for a process that the system needs."""
        if method != "Terminate" or keys is None:
            return await super().invoke(keys, method, arguments)
        pid = int(self.get(keys).values["ProcessId"])
        entry = self.machine.processes.get(pid)
        if entry is None:
            raise not_found()
        return {"ReturnValue": 0 if self.machine.processes.kill(pid) else _ACCESS_DENIED}
